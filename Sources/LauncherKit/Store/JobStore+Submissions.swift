import FoundationEssentials
import GRDB
import LauncherProtocol

/// The store's record of submissions: the intent before the scheduler is asked, and then the result.
extension JobStore {
  /// What the store holds for a token.
  enum Entry: Sendable {
    /// It is new; the intent is now recorded.
    case new(Int64)
    /// It was used before.
    case known(TrackedJob)
  }

  /// Records an intent, unless the token was used before.
  func intend(
    _ request: SubmitRequest,
    labels: [String: String] = [:],
    scope: StoreScope,
    owner: String?
  ) throws -> Entry {
    try write { db in
      try db.executeCached(
        """
        INSERT INTO job (adapter, endpoint, phase, token, owner, name, indices, requested, trackedAt)
        VALUES (?, ?, 'intended', ?, ?, ?, ?, ?, ?) ON CONFLICT(token) DO NOTHING
        """,
        arguments: [
          scope.adapter, scope.endpoint, request.token, owner, request.spec.name, request.spec.array?.description,
          try JSON.text(of: RequestedResources(request.spec)), Date().timeIntervalSince1970,
        ]
      )
      guard db.changesCount > 0 else {
        guard let known = try Self.job(token: request.token, db) else {
          throw LauncherError(.internalFailure, "the job store holds no job for the token \(request.token)")
        }
        return .known(known)
      }
      let key = db.lastInsertedRowID
      for (name, value) in labels {
        try db.executeCached("INSERT INTO label (job, name, value) VALUES (?, ?, ?)", arguments: [key, name, value])
      }
      return .new(key)
    }
  }

  /// The scheduler accepted it.
  ///
  /// A listing, or a query for its id, may have shown the job before its own program learned of it. Then that entry
  /// becomes the submission's: it may hold more by now, and other programs may be following it.
  func submitted(_ key: Int64, as job: JobReference) throws {
    try write { db in
      // The adapter may report an array that a script's own lines ask for.
      let array = job.array?.description
      let arguments: StatementArguments = [job.id, job.server, job.submittedAt?.timeIntervalSince1970, array, key]
      guard let twin = try Self.twin(of: key, as: job, db) else {
        return try db.executeCached(
          """
          UPDATE job SET phase = 'submitted', id = ?, server = ?, submittedAt = ?, owner = NULL, problem = NULL,
            indices = COALESCE(?, indices)
          WHERE key = ?
          """,
          arguments: arguments
        )
      }
      let intent = try Row.fetchOne(
        db,
        sql: "SELECT token, name, indices, requested, trackedAt FROM job WHERE key = ?",
        arguments: [key]
      )
      guard let intent else { return }
      try db.execute(sql: "DELETE FROM job WHERE key = ?", arguments: [key])
      try db.execute(sql: "UPDATE OR REPLACE label SET job = ? WHERE job = ?", arguments: [twin, key])
      try db.execute(
        sql: """
          UPDATE job SET phase = 'submitted', token = ?, name = COALESCE(name, ?), indices = ?, requested = ?, trackedAt = ?,
            server = COALESCE(?, server), submittedAt = COALESCE(?, submittedAt)
          WHERE key = ?
          """,
        arguments: [
          intent["token"] as String?, intent["name"] as String?, array ?? intent["indices"] as String?,
          intent["requested"] as String?, intent["trackedAt"] as Double, job.server,
          job.submittedAt?.timeIntervalSince1970, twin,
        ]
      )
    }
  }

  /// Another entry of the same job. One that is known to have ended is an earlier job of that id, unless it was made
  /// after the intent.
  private static func twin(of key: Int64, as job: JobReference, _ db: Database) throws -> Int64? {
    let statement = try db.cachedStatement(
      sql: """
        SELECT other.key FROM job AS own JOIN job AS other
          ON other.adapter = own.adapter AND other.endpoint = own.endpoint AND other.id = ?1
        WHERE own.key = ?2 AND other.key != own.key AND other.phase IN ('listed', 'asked')
          AND (other.settledAt IS NULL OR other.key > own.key)
          AND (other.server IS NULL OR ?3 IS NULL OR other.server = ?3)
        ORDER BY other.key DESC LIMIT 1
        """
    )
    return try Int64.fetchOne(statement, arguments: [job.id, key, job.server])
  }

  /// It was certainly not submitted; but what another program knows to have been submitted stays.
  func notSubmitted(_ key: Int64) throws {
    try write { db in
      try db.execute(sql: "DELETE FROM job WHERE key = ? AND phase IN ('intended', 'uncertain')", arguments: [key])
      if db.changesCount > 0 { try db.execute(sql: "DELETE FROM label WHERE job = ?", arguments: [key]) }
    }
  }

  /// It is not known whether it was submitted, and its command is over; unless another program found out meanwhile.
  ///
  /// - Parameter missed: whether a search did not find it.
  func uncertain(_ key: Int64, problem: LauncherError?, missed: Bool) throws {
    try write { db in
      try db.execute(
        sql: """
          UPDATE job SET phase = 'uncertain', owner = NULL, problem = COALESCE(?, problem),
            missedAt = CASE WHEN ? THEN COALESCE(missedAt, ?) ELSE missedAt END
          WHERE key = ? AND phase IN ('intended', 'uncertain')
          """,
        arguments: [try? problem.map { try JSON.text(of: $0) }, missed, Date().timeIntervalSince1970, key]
      )
    }
  }

  /// The submissions whose results are not known yet.
  func unsettledSubmissions(of scope: StoreScope) throws -> [TrackedJob] {
    try read { db in
      try TrackedJob.fetchAll(
        db,
        sql: """
          SELECT \(TrackedJob.columns) FROM job
          WHERE adapter = ? AND endpoint = ? AND settledAt IS NULL AND phase IN ('intended', 'uncertain') ORDER BY key
          """,
        arguments: [scope.adapter, scope.endpoint]
      )
    }
  }

  /// Checks that a job found by a token does not belong to another submission.
  ///
  /// - Throws: `LauncherError` (`uncertainSubmission`) when the store holds it under another token: the answer is wrong.
  func checkUnclaimed(_ job: JobReference, by token: String, scope: StoreScope) throws {
    let other: String? = try read { db in
      guard let known = try Self.newest(job, scope: scope, db) else { return nil }
      return known.reference.token.flatMap { $0 == token ? nil : $0 }
    }
    guard let other else { return }
    throw LauncherError(
      .uncertainSubmission,
      "the search for the token \(token) named job \(job.id), which was submitted with the token \(other)",
      advice: "Look at the scheduler itself before you submit again; the adapter’s ‘find’ names jobs of other tokens."
    )
  }

  /// The job with a token.
  public func job(token: String) throws -> TrackedJob? { try read { try Self.job(token: token, $0) } }

  private static func job(token: String, _ db: Database) throws -> TrackedJob? {
    let statement = try db.cachedStatement(sql: "SELECT \(TrackedJob.columns) FROM job WHERE token = ?")
    return try TrackedJob.fetchOne(statement, arguments: [token])
  }
}

extension Database {
  /// Runs a statement that is prepared once: for statements that run for every job.
  fileprivate func executeCached(_ sql: String, arguments: StatementArguments) throws {
    try cachedStatement(sql: sql).execute(arguments: arguments)
  }
}
