import CLinux
import LauncherProtocol
import Processes

/// Ends native commands when this program cannot: it was killed. Only a program that calls `start` has a guard.
package enum CommandGuard {
  /// Starts the guard, a process of its own; to be called before there are other threads.
  package static func start() { _ = clinux_start_guard(CommandLine.argc, CommandLine.unsafeArgv) }

  /// Has a command ended with this program: at once where it only reads, else when its time is up. What it makes or
  /// changes halfway nobody could tell.
  static func watch(_ group: ProcessGroup, of command: NativeCommand, timeLimit: Duration) {
    let until = command.effect == .reads ? 0 : clinux_milliseconds() + Int64(timeLimit.inSeconds * 1000)
    clinux_guard(group.leader.pid, group.leader.startTime, 1, until, 0)
  }

  /// Has a process ended some time after this program, unless it ends by itself.
  static func watch(_ group: ProcessGroup, grace: Duration) {
    clinux_guard(group.leader.pid, group.leader.startTime, 1, 0, Int64(grace.inSeconds * 1000))
  }

  /// Leaves a process alone from now on.
  static func release(_ group: ProcessGroup) {
    clinux_guard(group.leader.pid, group.leader.startTime, 0, 0, 0)
  }
}
