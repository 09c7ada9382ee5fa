import FoundationEssentials
import GRDB
import LauncherProtocol

/// Recording the result of a look.
extension JobStore {
  /// Records a look in one step: the changes with their times, and when to look again.
  ///
  /// - Parameters:
  ///   - keys: the jobs whose statuses are wanted.
  ///   - pace: gives the time until the next look, from the last one and from whether anything changed.
  /// - Returns: the look as it is recorded, and the state of the jobs.
  func record(
    _ look: FinishedLook,
    scope: StoreScope,
    telling keys: [Int64] = [],
    pace: @Sendable (_ last: Look?, _ changed: Bool) -> (wait: Duration, interval: Duration)
  ) throws -> (look: Look?, told: [JobStatus]) {
    try write { db in
      let last = try Self.look(scope: scope, db)
      let number = (last?.number ?? 0) + 1
      let now = Date()
      var writer = ObservationWriter(db: db, look: number, now: now)
      for (key, status) in look.statuses.sorted(by: { $0.key < $1.key }) {
        try writer.observe(status, of: key)
      }
      for status in look.newcomers { try writer.add(status, scope: scope) }
      try db.execute(
        sql: "UPDATE job SET askedIn = ? WHERE key IN (SELECT value FROM json_each(?))",
        arguments: [number, try Self.list(Array(look.asked))]
      )
      let next = pace(last, writer.hasChanges)
      try db.execute(
        sql: """
          INSERT OR REPLACE INTO look
            (adapter, endpoint, number, endedAt, listedAt, nextAt, interval, took, complete, failed, problem)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          scope.adapter, scope.endpoint, number, now.timeIntervalSince1970,
          (look.isListing ? now : last?.wholeListingAt)?.timeIntervalSince1970 ?? 0,
          now.timeIntervalSince1970 + next.wait.inSeconds, next.interval.inSeconds, look.took.inSeconds,
          look.isComplete, look.isFailure, try? look.problem.map { try JSON.text(of: $0) },
        ]
      )
      let recorded = try Self.look(scope: scope, db)
      return (recorded, try Self.told(of: keys, seen: look.statuses, look: recorded, db))
    }
  }
}

/// Writes what was seen of single jobs.
private struct ObservationWriter {
  let db: Database
  let look: Int64
  let now: Date
  private(set) var hasChanges = false

  init(db: Database, look: Int64, now: Date) {
    self.db = db
    self.look = look
    self.now = now
  }

  mutating func observe(_ seen: JobStatus, of key: Int64) throws {
    let statement = try db.cachedStatement(sql: "SELECT \(TrackedJob.columns) FROM job WHERE key = ?")
    guard let job = try TrackedJob.fetchOne(statement, arguments: [key]) else { return }
    switch seen.state {
    case .unknown(.unreachable), .unknown(.unreadable): try doubt(seen, of: job)
    default:
      let status = try job.status(seen: seen, db)
      guard job.status.map({ status.differs(from: $0) }) ?? true else {
        // Figures grow on their own: they are written when something else changes.
        if job.doubt != nil { try set("doubt = NULL, changedIn = ?", [look, job.key]) }
        return
      }
      try change(job.key, to: status, settledAt: status.state.isFinished ? job.settledAt ?? now : nil)
    }
  }

  /// The job keeps what was known of it.
  private mutating func doubt(_ seen: JobStatus, of job: TrackedJob) throws {
    guard job.doubt.map({ seen.differs(from: $0) }) ?? true else { return }
    try set("doubt = ?, changedIn = ?", [try JSON.text(of: seen), look, job.key])
  }

  mutating func add(_ status: JobStatus, scope: StoreScope) throws {
    try db.execute(
      sql: """
        INSERT INTO job (adapter, endpoint, phase, id, server, submittedAt, trackedAt, askedIn)
        VALUES (?, ?, 'listed', ?, ?, ?, ?, ?)
        """,
      arguments: [
        scope.adapter, scope.endpoint, status.id, status.server, status.submittedAt?.timeIntervalSince1970,
        now.timeIntervalSince1970, look,
      ]
    )
    try change(db.lastInsertedRowID, to: status, settledAt: status.state.isFinished ? now : nil)
  }

  private mutating func change(_ key: Int64, to status: JobStatus, settledAt: Date?) throws {
    hasChanges = true
    let json = try JSON.text(of: status)
    try set(
      "status = ?, state = ?, name = COALESCE(?, name), server = COALESCE(server, ?), settledAt = ?, doubt = NULL, changedIn = ?",
      [json, status.state.word, status.name, status.server, settledAt?.timeIntervalSince1970, look, key]
    )
    var moment = status
    moment.tasks = nil
    try db.cachedStatement(sql: "INSERT INTO transition (job, at, status) VALUES (?, ?, ?)")
      .execute(arguments: [key, now.timeIntervalSince1970, status.tasks == nil ? json : try JSON.text(of: moment)])
  }

  private func set(_ columns: String, _ values: StatementArguments) throws {
    try db.cachedStatement(sql: "UPDATE job SET \(columns) WHERE key = ?").execute(arguments: values)
  }
}
