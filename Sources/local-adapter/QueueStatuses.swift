import AdapterKit
import FoundationEssentials
import GRDB

/// Turns rows of the queue into statuses.
struct QueueStatuses {
  private let db: Database
  private let settings: Settings
  private let now = Date()
  private var reasons: PendingReasons
  private(set) var room: ListingRoom

  init(_ db: Database, _ settings: Settings, room: ListingRoom) throws {
    self.db = db
    self.room = room
    self.settings = settings
    reasons = try PendingReasons(db, settings)
  }

  /// The jobs that have not ended, and those that ended within the last hour.
  static func current(_ db: Database) throws -> [Int64] {
    try Int64.fetchAll(
      db.cachedStatement(sql: "SELECT id FROM submission WHERE endedAt IS NULL OR endedAt > ? ORDER BY id"),
      arguments: [wallClock() - 3600]
    )
  }

  /// The status of one job, array or task. A job that does not exist is `gone`, with a sentence.
  mutating func status(of job: JobReference) throws -> JobStatus {
    guard JobIDText.isWellFormed(job.id) else { return missing(job, JobIDText.complaint(about: job.id)) }
    if let server = job.server, server != settings.host {
      return missing(job, "it belongs to the queue of \(server); this is \(settings.host)", cause: .unreachable)
    }
    guard let key = TaskKey(job.id), let status = try status(of: key) else {
      return missing(job, "the queue of \(settings.host) does not know it (any more)")
    }
    if let submitted = status.submittedAt,
      !QueueReading.isSame(job, submittedAt: submitted.timeIntervalSince1970, host: settings.host)
    {
      return missing(job, "the queue of \(settings.host) has another job by this number, of another time")
    }
    return status
  }

  private func missing(_ job: JobReference, _ why: String, cause: UnknownCause = .gone) -> JobStatus {
    Self.missing(job, on: settings.host, why, cause: cause)
  }

  /// The status of a job that is not in the queue.
  static func missing(
    _ job: JobReference,
    on host: String,
    _ why: String = "nothing was ever submitted on this machine",
    cause: UnknownCause = .gone
  ) -> JobStatus {
    var status = JobStatus(id: job.id, state: .unknown(cause))
    status.server = job.server ?? host
    status.submittedAt = job.submittedAt
    status.reason = JobReason(nil, why)
    status.source = "queue"
    status.observedAt = Date()
    return status
  }

  mutating func status(of key: TaskKey) throws -> JobStatus? {
    guard
      let submission = try Row.fetchOne(
        db.cachedStatement(sql: "SELECT * FROM submission WHERE id = ?"),
        arguments: [key.submission]
      )
    else { return nil }
    guard key.position == TaskKey.noIndex, submission["isArray"] else { return try task(key, submission) }
    guard room.isEnough(for: submission["tasks"]) else { return try summary(key, submission) }
    let rows = try Row.fetchAll(
      db.cachedStatement(sql: "SELECT * FROM task WHERE submission = ? ORDER BY position"),
      arguments: [key.submission]
    )
    var tasks: [JobStatus] = []
    tasks.reserveCapacity(rows.count)
    for row in rows { tasks.append(try status(row, submission)) }
    guard room.isEnough(for: tasks) else { return try summary(key, submission) }
    room.take(tasks.count)
    return JobStatus(arrayID: key.text, tasks: tasks)
  }

  private mutating func task(_ key: TaskKey, _ submission: Row) throws -> JobStatus? {
    let row = try Row.fetchOne(
      db.cachedStatement(sql: "SELECT * FROM task WHERE submission = ? AND position = ?"),
      arguments: [key.submission, key.position]
    )
    return try row.map { try status($0, submission) }
  }

  /// An array too large to list: one task of each state and outcome stands for all of its kind.
  private mutating func summary(_ key: TaskKey, _ submission: Row) throws -> JobStatus {
    let rows = try Row.fetchAll(
      db.cachedStatement(
        sql: "SELECT *, count(*) AS n FROM task WHERE submission = ? GROUP BY state, outcome, reasonCode"
      ),
      arguments: [key.submission]
    )
    var kinds: [JobStatus] = []
    var counts: [String: Int] = [:]
    for row in rows {
      let kind = try status(row, submission)
      kinds.append(kind)
      counts[kind.state.word, default: 0] += row["n"]
    }
    var status = JobStatus(arrayID: key.text, tasks: kinds)
    status.tasks = nil
    status.taskCounts = counts
    return status
  }

  private mutating func status(_ row: Row, _ submission: Row) throws -> JobStatus {
    let key = TaskKey(row["submission"], row["position"])
    let word: String = row["state"]
    var status = JobStatus(id: key.text, state: Self.state(word, row))
    if key.position != TaskKey.noIndex { status.index = key.position }
    status.server = settings.host
    status.name = submission["name"]
    status.user = User.current.name
    status.queue = LocalAdapter.queueName
    status.native.state = word
    status.reason = try reason(key, word, row, submission)
    status.attempt = row["attempt"]
    status.submittedAt = Instant.date(submission["submittedAt"])
    status.startedAt = (row["startedAt"] as Double?).map(Instant.date)
    status.endedAt = (row["endedAt"] as Double?).map(Instant.date)
    if status.startedAt != nil { status.nodes = [settings.host] }
    status.exitStatus = Self.exitStatus(row)
    if row["cpuSeconds"] as Double? != nil {
      status.usage = ResourceUsage(
        cpuTime: (row["cpuSeconds"] as Double?).flatMap(Duration.init(safeSeconds:)),
        peakMemory: (row["peakMemory"] as Int64?).map(ByteCount.init),
        walltime: (row["walltimeSeconds"] as Double?).flatMap(Duration.init(safeSeconds:))
      )
    }
    let directory: String = submission["directory"]
    status.directory = directory
    let outputs = OutputPath.outputs(
      key,
      stdout: submission["stdout"],
      stderr: submission["stderr"],
      name: submission["name"],
      directory: directory,
      folder: settings.folder.job(key)
    )
    status.standardOutput = outputs.stdout
    status.standardError = outputs.stderr
    status.source = row["source"] as String? ?? "queue"
    status.observedAt = now
    return status
  }

  /// Our own words for the states; an unknown one (of a later version) decides nothing.
  private static func state(_ word: String, _ row: Row) -> JobState {
    switch word {
    case "queued": return .queued
    case "held", "waiting": return .held
    case "starting": return .starting
    case "running": return .running
    case "suspended": return .suspended
    case "finishing": return .finishing
    case "finished":
      let canceller = (row["canceller"] as String?).flatMap(JobOutcome.Canceller.init)
      return .finished(JobOutcome(word: row["outcome"] as String? ?? "", canceller: canceller ?? .unknown) ?? .unknown)
    default: return .unknown(.unrecognised)
    }
  }

  private static func exitStatus(_ row: Row) -> JobExitStatus? {
    if let signal = (row["exitSignal"] as Int32?).flatMap({ UnixSignal(number: $0) }) {
      return .signal(signal, coreDumped: row["coreDumped"] as Bool? ?? false)
    }
    return (row["exitCode"] as Int32?).map { .code($0) }
  }

  private mutating func reason(_ key: TaskKey, _ word: String, _ row: Row, _ submission: Row) throws -> JobReason? {
    switch word {
    case "queued":
      return try reasons.reason(key, cores: submission["cores"], arrayLimit: submission["arrayLimit"], in: db)
    case "held":
      return JobReason(.heldByUser, "held by its owner; ‘launcher release \(key.text)’ lets it go", canEverRun: true)
    default:
      let text: String? = row["reason"]
      let code = (row["reasonCode"] as String?).flatMap(JobReason.Code.init)
      guard text != nil || code != nil else { return nil }
      let canEverRun: Bool? = word == "waiting" ? true : code == .dependencyNeverSatisfied ? false : nil
      return JobReason(code, text ?? "", canEverRun: canEverRun)
    }
  }
}
