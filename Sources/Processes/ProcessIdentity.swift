import CLinux
import Glibc

/// A process, identified so that it is not confused with another one by a reused number, a restarted machine or a
/// container.
package struct ProcessIdentity: Hashable, Sendable {
  package let world: ProcessWorld
  package let pid: Int32
  /// When it started, in the kernel's ticks since the machine started.
  package let startTime: UInt64

  package init(world: ProcessWorld = .current, pid: Int32, startTime: UInt64) {
    self.world = world
    self.pid = pid
    self.startTime = startTime
  }

  /// The living process that has a number now.
  package init?(pid: Int32) {
    guard let stat = ProcessStat(pid: pid), !stat.isDead else { return nil }
    self.init(pid: pid, startTime: stat.startTime)
  }

  /// Reads `WORLD/PID/START`.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/")
    guard parts.count == 3, let pid = Int32(parts[1]), let start = UInt64(parts[2]) else { return nil }
    self.init(world: ProcessWorld(parts[0]), pid: pid, startTime: start)
  }

  package var text: String { "\(world.text)/\(pid)/\(startTime)" }

  /// Whether it is known to live; a process of another world is not.
  package var isAlive: Bool {
    guard world.isCurrent, let stat = ProcessStat(pid: pid) else { return false }
    return stat.startTime == startTime && !stat.isDead
  }

  /// Sends a signal to exactly this process, or to none.
  @discardableResult
  package func send(_ signal: Int32) -> Bool {
    let descriptor = clinux_pidfd_open(pid)
    // A kernel before 5.3: the check and the signal are then two steps.
    if descriptor == -ENOSYS { return isAlive && kill(pid, signal) == 0 }
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // Checked while the descriptor is open: from here on, the number cannot mean another process.
    return isAlive && clinux_pidfd_send_signal(descriptor, signal) == 0
  }

  package static let current: ProcessIdentity =
    ProcessIdentity(pid: getpid()) ?? ProcessIdentity(pid: getpid(), startTime: 0)
}
