import FoundationEssentials
import GRDB
import LauncherProtocol

/// What programs read from the store.
extension JobStore {
  /// One moment of a job's life: its state, when it was seen, and by which source (`status.source`).
  public struct Transition: Hashable, Sendable, Codable {
    /// When it was seen.
    public var at: Date
    /// The job's status.
    public var status: JobStatus

    private enum CodingKeys: String, CodingKey { case at, status }

    init(at: Date, status: JobStatus) {
      self.at = at
      self.status = status
    }

    public init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: CodingKeys.self)
      self.init(
        at: try container.decodeInstantIfPresent(forKey: .at) ?? Date(timeIntervalSince1970: 0),
        status: try container.decode(JobStatus.self, forKey: .status)
      )
    }

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encodeInstantIfPresent(at, forKey: .at)
      try container.encode(status, forKey: .status)
    }
  }

  /// The jobs with an id, of every scheduler, the latest first.
  ///
  /// - Parameter adapter: only this adapter's.
  public func jobs(id: String, adapter: String? = nil) throws -> [TrackedJob] {
    try read { db in
      try TrackedJob.fetchAll(
        db,
        sql: """
          SELECT \(TrackedJob.columns) FROM job WHERE (id = ?1 OR token = ?1) AND (?2 IS NULL OR adapter = ?2)
          ORDER BY key DESC
          """,
        arguments: [id, adapter]
      )
    }
  }

  /// Every change of a job that was seen, the earliest first.
  public func history(of job: TrackedJob) throws -> [Transition] {
    try read { db in
      try Row.fetchAll(db, sql: "SELECT at, status FROM transition WHERE job = ? ORDER BY rowid", arguments: [job.key])
        .map { Transition(at: Date(timeIntervalSince1970: $0["at"]), status: try JSON.value(from: $0["status"])) }
    }
  }

  /// The jobs of a scheduler that are not known to have ended before a moment, the latest first; without jobs that were
  /// only asked for by their ids.
  ///
  /// - Parameter labels: those that a job must have, each with its value.
  func jobs(of scope: StoreScope, settledAfter moment: Date, labels: [String: String] = [:]) throws -> [TrackedJob] {
    let labelled = "AND EXISTS (SELECT 1 FROM label WHERE job = job.key AND name = ? AND value = ?)"
    var arguments: StatementArguments = [scope.adapter, scope.endpoint, moment.timeIntervalSince1970]
    for (name, value) in labels { arguments += [name, value] }
    return try read { [arguments] db in
      try TrackedJob.fetchAll(
        db,
        sql: """
          SELECT \(TrackedJob.columns) FROM job
          WHERE adapter = ? AND endpoint = ? AND phase != 'asked' AND (settledAt IS NULL OR settledAt >= ?)
          \(labels.map { _ in labelled }.joined(separator: " "))
          ORDER BY COALESCE(submittedAt, trackedAt) DESC, key DESC
          """,
        arguments: arguments
      )
    }
  }

  /// Forgets jobs that ended before a moment, and those that have been gone for as long.
  ///
  /// - Parameter dryRun: count them, and forget none.
  /// - Returns: how many jobs.
  public func prune(endedBefore moment: Date, dryRun: Bool = false) throws -> Int {
    let condition = """
      settledAt < ?1 OR (settledAt IS NULL AND phase IN ('asked', 'listed', 'submitted') AND trackedAt < ?1
        AND state = 'unknown' AND json_extract(status, '$.cause') IN ('gone', 'notYetVisible')
        AND NOT EXISTS (SELECT 1 FROM transition WHERE job = job.key AND at >= ?1))
      """
    let before = moment.timeIntervalSince1970
    return try write { db in
      if dryRun {
        return try Int.fetchOne(db, sql: "SELECT count(*) FROM job WHERE \(condition)", arguments: [before]) ?? 0
      }
      try db.execute(sql: "DELETE FROM job WHERE \(condition)", arguments: [before])
      let count = db.changesCount
      try db.execute(sql: "DELETE FROM transition WHERE job NOT IN (SELECT key FROM job)")
      try db.execute(sql: "DELETE FROM label WHERE job NOT IN (SELECT key FROM job)")
      return count
    }
  }
}
