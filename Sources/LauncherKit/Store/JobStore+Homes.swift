import FoundationEssentials
import GRDB
import LauncherProtocol

/// At which schedulers the store knows jobs.
extension JobStore {
  /// The schedulers at which a job of an id was submitted or seen, each with its newest job of that id. If the id
  /// itself is not known, the array of a task, or the job whose id is written without its server.
  func homes(of id: String) throws -> [(scope: StoreScope, job: JobReference)] {
    try read { db in
      let homes = try Self.homes(of: id, db)
      return homes.isEmpty ? try Self.homes(ofParentOf: id, db) : homes
    }
  }

  private static func homes(of id: String, _ db: Database) throws -> [(scope: StoreScope, job: JobReference)] {
    try Row.fetchAll(
      db,
      sql: """
        SELECT max(key) AS newest, \(JobName.columns) FROM job
        WHERE id = ? AND phase IN ('submitted', 'listed') GROUP BY adapter, endpoint ORDER BY adapter, endpoint
        """,
      arguments: [id]
    ).map { row in
      let name = try JobName(row: row)
      let scope = StoreScope(adapter: name.reference.adapter ?? "", endpoint: row["endpoint"])
      let isOfSeveral = try servers(of: id, scope: scope, db) > 1
      return (scope, isOfSeveral ? JobReference(id: id, adapter: scope.adapter, host: scope.host) : name.reference)
    }
  }

  private static func homes(ofParentOf id: String, _ db: Database) throws -> [(scope: StoreScope, job: JobReference)] {
    let number = id.prefix { $0 != "_" && $0 != "[" && $0 != "." }
    guard !number.isEmpty, number.allSatisfy({ $0.isASCII && $0.isNumber }) else { return [] }
    return try Row.fetchAll(
      db,
      sql: """
        SELECT adapter, endpoint FROM job
        WHERE phase IN ('submitted', 'listed') AND (id = ?1 OR id GLOB ?1 || '.*' OR id GLOB ?1 || '[[]*')
        GROUP BY adapter, endpoint ORDER BY adapter, endpoint
        """,
      arguments: [String(number)]
    ).map { row in
      let scope = StoreScope(adapter: row["adapter"], endpoint: row["endpoint"])
      return (scope, JobReference(id: id, adapter: scope.adapter, host: scope.host))
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
  func submittedJobs(of scope: StoreScope, _ filter: JobFilter) throws -> [TrackedJob] {
    try jobs(of: scope, settledAfter: filter.since, labels: filter.labels).filter { $0.phase == .submitted }
  }

  /// The newest entries of some jobs, by their ids; those that the store does not have are left out.
  func latest(_ jobs: [JobReference], scope: StoreScope) throws -> [String: TrackedJob] {
    try read { db in
      let names = try jobs.compactMap { try Self.newest($0, scope: scope, db) }
      let entries = try Self.jobs(names.map(\.key), db)
      return Dictionary(entries.compactMap { job in job.reference.map { ($0.id, job) } }, uniquingKeysWith: { $1 })
    }
  }

  /// How many servers gave this id to a job of the user's own.
  static func servers(of id: String, scope: StoreScope, _ db: Database) throws -> Int {
    try Int.fetchOne(
      db,
      sql: """
        SELECT count(DISTINCT server) FROM job
        WHERE adapter = ? AND endpoint = ? AND id = ? AND phase IN ('submitted', 'listed')
        """,
      arguments: [scope.adapter, scope.endpoint, id]
    ) ?? 0
  }
}
