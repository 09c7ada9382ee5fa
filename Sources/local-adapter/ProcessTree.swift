import Glibc

/// The processes of a job, found through `/proc`.
struct ProcessTree: Sendable {
  /// How the processes are recognised.
  enum Root: Sendable {
    /// Whatever descends from this process, which is a subreaper: nothing gets away from it.
    case subreaper(Int32)
    /// A leader that some other process started, with whatever descends from it, shares its session, or carries the
    /// job's mark in its environment.
    case adopted(leader: ProcessIdentity, mark: JobMark)
  }

  let root: Root

  /// The living processes of the job.
  func members() -> [ProcessStat] {
    let all = Self.allProcesses()
    let children = Dictionary(grouping: all, by: \.parent)
    switch root {
    case .subreaper(let pid):
      return Self.descendants(of: pid, in: children).filter { !$0.isDead }
    case .adopted(let leader, let mark):
      var found: [Int32: ProcessStat] = [:]
      let roots = all.filter { stat in
        stat.session == leader.pid && leader.world.isCurrent && stat.startTime >= leader.startTime
          || mark.isCarried(by: stat.pid)
      }
      for root in roots where !Self.isOurs(root) {
        found[root.pid] = root
        for stat in Self.descendants(of: root.pid, in: children) { found[stat.pid] = stat }
      }
      return found.values.filter { !$0.isDead && $0.pid != getpid() }
    }
  }

  /// Sends a signal to every process; says whether there was one.
  @discardableResult
  func send(_ signal: Int32) -> Bool {
    let members = members()
    for member in members { kill(member.pid, signal) }
    return !members.isEmpty
  }

  /// The memory that the processes hold now, in bytes. What several of them share is counted once where `limit` would
  /// be exceeded otherwise; below it the kernel is spared the work.
  func memory(limit: Int64) -> Int64 {
    let members = members()
    let resident = members.reduce(0) { $0 + $1.residentBytes }
    return resident <= limit ? resident : members.reduce(0) { $0 + ($1.proportionalBytes() ?? $1.residentBytes) }
  }

  /// The first process of a job that nobody recorded, found by the mark it carries.
  static func leader(carrying mark: JobMark) -> ProcessIdentity? {
    allProcesses().filter { !$0.isDead && mark.isCarried(by: $0.pid) && !isOurs($0) }
      .min { $0.startTime < $1.startTime }.flatMap { ProcessIdentity(pid: $0.pid) }
  }

  /// A job may itself submit jobs: their supervisors are then among its descendants, and are not its own.
  static func isOurs(_ stat: ProcessStat) -> Bool {
    guard stat.name.hasPrefix("local-adapter"), let bytes = smallFile("/proc/\(stat.pid)/cmdline") else { return false }
    // A zombie shows no command line any more; by its name it is a supervisor whose job has ended.
    guard !bytes.isEmpty else { return true }
    let words = bytes.split(separator: 0)
    let role = words.count > 1 ? String(decoding: words[1], as: UTF8.self) : ""
    return role == Supervisor.argument || role == Timekeeper.argument
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

  private static func allProcesses() -> [ProcessStat] {
    guard let stream = opendir("/proc") else { return [] }
    defer { closedir(stream) }
    var all: [ProcessStat] = []
    while let entry = readdir(stream) {
      let first = UInt8(bitPattern: entry.pointee.d_name.0)
      guard (0x31...0x39).contains(first) else { continue }
      let pid = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { atoi($0) }
      }
      if let stat = ProcessStat(pid: pid) { all.append(stat) }
    }
    return all
  }
}
