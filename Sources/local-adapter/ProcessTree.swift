import Glibc
import Processes

/// The processes of a job, found through `/proc`.
struct ProcessTree: Sendable {
  /// How the processes are recognised.
  enum Root: Sendable {
    /// All descendants of this process, which is a subreaper: none can escape from it.
    case subreaper(Int32)
    /// A leader that another process started, with every process that descends from it, shares its session, or carries
    /// the job's mark in its environment.
    case adopted(leader: ProcessIdentity, mark: JobMark)
  }

  let root: Root

  /// The living processes of the job.
  func members() -> [ProcessStat] {
    let all = ProcessStat.all()
    let children = Dictionary(grouping: all, by: \.parent)
    switch root {
    case .subreaper(let pid):
      return Self.descendants(of: pid, in: children).filter { !$0.isDead }
    case .adopted(let leader, let mark):
      let marked = Set(all.filter { mark.isCarried(by: $0.pid) }.map(\.pid))
      let hasSession = Self.isSession(of: leader, in: all, marked: marked)
      var found: [Int32: ProcessStat] = [:]
      let roots = all.filter { stat in
        hasSession && stat.session == leader.pid && stat.startTime >= leader.startTime || marked.contains(stat.pid)
      }
      for root in roots where !Self.isOurs(root) {
        found[root.pid] = root
        for stat in Self.descendants(of: root.pid, in: children) { found[stat.pid] = stat }
      }
      return found.values.filter { !$0.isDead && $0.pid != getpid() }
    }
  }

  /// Whether the session with the leader's number is the job's. The number may have been reused for another session
  /// since, whose processes all started later: the leader itself has to exist, or a process with the job's mark.
  private static func isSession(of leader: ProcessIdentity, in all: [ProcessStat], marked: Set<Int32>) -> Bool {
    guard leader.world.isCurrent else { return false }
    if let present = all.first(where: { $0.pid == leader.pid }) { return present.startTime == leader.startTime }
    return all.contains { $0.session == leader.pid && marked.contains($0.pid) }
  }

  /// Sends a signal to every process; returns whether there was one.
  @discardableResult
  func send(_ signal: Int32) -> Bool {
    let members = members()
    for member in members { member.identity.send(signal) }
    return !members.isEmpty
  }

  /// The memory that the processes hold now, in bytes. Shared memory is counted once if `limit` would be exceeded
  /// otherwise; below it, the kernel is spared the work.
  func memory(limit: Int64) -> Int64 {
    let members = members()
    let resident = members.reduce(0) { $0 + $1.residentBytes }
    return resident <= limit ? resident : members.reduce(0) { $0 + ($1.proportionalBytes() ?? $1.residentBytes) }
  }

  /// The first process of a job that was not recorded, found by the mark that it carries.
  static func leader(carrying mark: JobMark) -> ProcessIdentity? {
    ProcessStat.all().filter { !$0.isDead && mark.isCarried(by: $0.pid) && !isOurs($0) }
      .min { $0.startTime < $1.startTime }.flatMap { ProcessIdentity(pid: $0.pid) }
  }

  /// A job may itself submit jobs: their supervisors are then among its descendants, but do not belong to it.
  static func isOurs(_ stat: ProcessStat) -> Bool {
    guard stat.name.hasPrefix("local-adapter") else { return false }
    // A zombie no longer shows a command line; by its name, it is a supervisor whose job has ended.
    guard !stat.isDead else { return true }
    guard let bytes = smallFile("/proc/\(stat.pid)/cmdline") else { return false }
    let words = bytes.split(separator: 0)
    let role = words.count > 1 ? String(decoding: words[1], as: UTF8.self) : ""
    guard role == Supervisor.argument || role == Timekeeper.argument else { return false }
    // Any process can have this name. Supervisors lead a session of their own, and carry no job's mark.
    return isThisProgram(stat.pid) || stat.session == stat.pid && !JobMark.isAnyCarried(by: stat.pid)
  }

  /// Whether a process runs the file that this one does, even if that was renamed since.
  private static func isThisProgram(_ pid: Int32) -> Bool {
    var (own, other) = (stat(), stat())
    return stat("/proc/self/exe", &own) == 0 && stat("/proc/\(pid)/exe", &other) == 0
      && own.st_dev == other.st_dev && own.st_ino == other.st_ino
  }

  private static func descendants(of pid: Int32, in children: [Int32: [ProcessStat]]) -> [ProcessStat] {
    var found: [ProcessStat] = []
    var waiting = [pid]
    while let next = waiting.popLast() {
      for child in children[next] ?? [] where !isOurs(child) {
        found.append(child)
        waiting.append(child.pid)
      }
    }
    return found
  }
}
