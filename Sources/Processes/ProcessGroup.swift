import Glibc

/// The process group that a child leads; ending it never mistakes another group of the same number for it.
///
/// A number belongs to the group as long as its leader has not been reaped, or one of its processes lives. After that,
/// the system may give it to other processes, all of which started later.
package struct ProcessGroup: Sendable {
  /// The process that leads the group.
  package let leader: ProcessIdentity

  /// The group that a process leads, or led.
  package init(leader: ProcessIdentity) { self.leader = leader }

  /// The group that a child leads, which has not been reaped.
  package init(ledBy pid: Int32) {
    leader = ProcessIdentity(pid: pid, startTime: ProcessStat(pid: pid)?.startTime ?? .max)
  }

  /// Ends every process of the group at once.
  ///
  /// - Parameter reapedAt: the time by which the leader had been reaped, from `ProcessGroup.now`; `nil` when it has not
  ///   been.
  package func end(reapedAt: UInt64? = nil) {
    // Usually nothing is left, and one call shows it.
    guard leader.pid > 1, kill(-leader.pid, 0) == 0 || errno == EPERM else { return }
    var stopped: Set<ProcessIdentity> = []
    // A stopped process starts no other one, so the group is complete once a look finds no new one.
    while true {
      let members = members(reapedAt: reapedAt, known: stopped)
      let new = members.filter { !stopped.contains($0) }
      if new.isEmpty { break }
      for member in new { member.send(SIGSTOP) }
      stopped.formUnion(new)
    }
    for member in stopped { member.send(SIGKILL) }
  }

  /// The living processes of the group; empty when the number may now belong to another group.
  private func members(reapedAt: UInt64?, known: Set<ProcessIdentity>) -> [ProcessIdentity] {
    let all = ProcessStat.all().filter { $0.group == leader.pid && $0.startTime >= leader.startTime }
    let isOurs = all.contains { stat in
      let isLeader = stat.pid == leader.pid && stat.startTime == leader.startTime
      return isLeader || known.contains(stat.identity) || reapedAt.map { stat.startTime <= $0 } ?? false
    }
    return isOurs ? all.filter { !$0.isDead }.map(\.identity) : []
  }

  /// The present time in the kernel's ticks since the machine started, the unit of processes' start times.
  package static var now: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    let ticks = UInt64(max(1, sysconf(Int32(_SC_CLK_TCK))))
    return UInt64(time.tv_sec) * ticks + UInt64(time.tv_nsec) * ticks / 1_000_000_000
  }
}
