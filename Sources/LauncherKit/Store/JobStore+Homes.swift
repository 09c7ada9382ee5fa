import FoundationEssentials
import GRDB
import LauncherProtocol

/// At which schedulers the store knows jobs.
extension JobStore {
  /// The schedulers at which a job of an id was submitted or seen, each with its newest job of that id.
  func homes(of id: String) throws -> [(scope: StoreScope, job: JobReference)] {
    let jobs = try read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT max(key) AS newest, endpoint, \(JobName.columns) FROM job
          WHERE id = ? AND phase IN ('submitted', 'listed') GROUP BY adapter, endpoint ORDER BY adapter, endpoint
          """,
        arguments: [id]
      ).map { row in (row["endpoint"] as String, try JobName(row: row)) }
    }
    return try jobs.map { endpoint, name in
      let scope = StoreScope(adapter: name.reference.adapter ?? "", endpoint: endpoint)
      let isOfSeveral = try read { try Self.servers(of: id, scope: scope, $0) } > 1
      return (scope, isOfSeveral ? JobReference(id: id, adapter: scope.adapter) : name.reference)
    }
  }

  /// The schedulers at which the array of a task, or a job whose id is written without its server, was submitted or seen.
  func homes(ofParentOf id: String) throws -> [(scope: StoreScope, job: JobReference)] {
    let number = id.prefix { $0 != "_" && $0 != "[" && $0 != "." }
    guard !number.isEmpty, number.allSatisfy({ $0.isASCII && $0.isNumber }) else { return [] }
    return try read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT adapter, endpoint FROM job
          WHERE phase IN ('submitted', 'listed') AND (id = ?1 OR id GLOB ?1 || '.*' OR id GLOB ?1 || '[[]*')
          GROUP BY adapter, endpoint ORDER BY adapter, endpoint
          """,
        arguments: [String(number)]
      ).map { row in
        let scope = StoreScope(adapter: row["adapter"], endpoint: row["endpoint"])
        return (scope, JobReference(id: id, adapter: scope.adapter))
      }
    }
  }

  /// The schedulers to which jobs were submitted that are open, or ended after a moment.
  func scopes(settledAfter moment: Date) throws -> [StoreScope] {
    try read { db in
      try Row.fetchAll(
        db,
        sql: """
          SELECT DISTINCT adapter, endpoint FROM job
          WHERE phase = 'submitted' AND (settledAt >= ? OR settledAt IS NULL
            AND NOT (COALESCE(state, '') = 'unknown' AND json_extract(status, '$.cause') = 'gone'))
          ORDER BY adapter, endpoint
          """,
        arguments: [moment.timeIntervalSince1970]
      ).map { StoreScope(adapter: $0["adapter"], endpoint: $0["endpoint"]) }
    }
  }

  /// The jobs that were submitted from here to a scheduler, the latest first.
  func submittedJobs(of scope: StoreScope, settledAfter moment: Date) throws -> [TrackedJob] {
    try jobs(of: scope, settledAfter: moment).filter { $0.phase == .submitted }
  }
}
