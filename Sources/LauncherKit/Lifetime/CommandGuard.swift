import CLinux
import LauncherProtocol
import Processes

/// Ends native commands when this program cannot, because it was killed. The guard is a process of its own, which learns
/// of this program's end by a socket.
package enum CommandGuard {
  /// Starts the guard while there are no other threads: it is small then, and does not show this program's command line
  /// as its own. Without this call it starts with the first command.
  package static func start() { _ = clinux_start_guard(CommandLine.argc, CommandLine.unsafeArgv) }

  /// The guard, once for all commands.
  private static let started: Void = { _ = clinux_start_guard(0, nil) }()

  /// Makes the guard end a command together with this program: at once if it only reads, else when its time is up. A
  /// creation or change that was interrupted halfway would have an unknown result.
  static func watch(_ group: ProcessGroup, of command: NativeCommand, timeLimit: Duration) {
    started
    let until = command.effect == .reads ? 0 : clinux_milliseconds() + Int64(timeLimit.inSeconds * 1000)
    clinux_guard(group.leader.pid, group.leader.startTime, 1, until, 0)
  }

  /// Makes the guard end a process some time after this program, unless it ends on its own.
  static func watch(_ group: ProcessGroup, grace: Duration) {
    started
    clinux_guard(group.leader.pid, group.leader.startTime, 1, 0, Int64(grace.inSeconds * 1000))
  }

  /// Makes the guard leave a process alone from now on.
  static func release(_ group: ProcessGroup) {
    clinux_guard(group.leader.pid, group.leader.startTime, 0, 0, 0)
  }
}
