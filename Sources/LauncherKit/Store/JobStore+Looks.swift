import FoundationEssentials
import GRDB
import LauncherProtocol
import StateStorage

/// The store's queries for looks at a scheduler.
extension JobStore {
  /// For how many seconds an interest in a job lasts, and after how many it is renewed: renewing it at each look would
  /// cost each look a write.
  private static let (wantedFor, wantedAgain): (Double, Double) = (150, 60)

  /// The entries of jobs that a caller names, `nil` for those without one, with what is known before a look at them.
  ///
  /// - Parameter isAsked: whether a look would ask for a job.
  func state(
    of jobs: [JobReference],
    scope: StoreScope,
    where isAsked: @Sendable (JobName) -> Bool
  ) throws -> (names: [JobName?], state: LookState) {
    try read { db in
      let names = try jobs.map { try Self.newest($0, scope: scope, db) }
      let asked = names.compactMap(\.self).filter(isAsked).map(\.key)
      return (names, try Self.state(of: Set(asked), scope: scope, db))
    }
  }

  /// What is known of entries before a look at them.
  func state(of keys: Set<Int64>, scope: StoreScope) throws -> LookState {
    try read { try Self.state(of: keys, scope: scope, $0) }
  }

  private static func state(of keys: Set<Int64>, scope: StoreScope, _ db: Database) throws -> LookState {
    let look = try look(scope: scope, db)
    let row = try Row.fetchOne(
      db,
      sql: """
        SELECT count(*) FILTER (WHERE askedIn = ?2) AS asked, count(*) FILTER (WHERE wantedUntil > ?3) AS wanted
        FROM job WHERE key IN (SELECT value FROM json_each(?1))
        """,
      arguments: [try list(Array(keys)), look?.number ?? -1, Date().timeIntervalSince1970 + wantedFor - wantedAgain]
    )
    return LookState(
      look: look,
      areAsked: row?["asked"] == keys.count,
      areWanted: row?["wanted"] == keys.count
    )
  }

  /// The store's entries for jobs that a caller names; missing ones are created.
  ///
  /// - Parameter wanting: whether the program that looks next should ask for them too.
  func track(_ jobs: [JobReference], wanting: Bool, scope: StoreScope) throws -> [JobName] {
    try write { db in
      let names = try jobs.map { job in
        if let known = try Self.newest(job, scope: scope, db) { return known }
        return try Self.insert(job, phase: .asked, scope: scope, db)
      }
      if wanting { try Self.want(names.map(\.key), db) }
      return names
    }
  }

  /// Notes an interest in jobs, so that the program that looks next asks for them too.
  func want(_ keys: Set<Int64>) throws { try write { try Self.want(Array(keys), $0) } }

  private static func want(_ keys: [Int64], _ db: Database) throws {
    try db.execute(
      sql: "UPDATE job SET wantedUntil = ?1 WHERE key IN (SELECT value FROM json_each(?2))",
      arguments: [Date().timeIntervalSince1970 + wantedFor, list(keys)]
    )
  }

  /// The newest entry for a job's id, unless the rest of the reference contradicts it.
  ///
  /// - Parameter isRepeated: whether the job was put back into the queue, which may count as a submission of its own.
  static func newest(
    _ job: JobReference,
    isRepeated: Bool = false,
    scope: StoreScope,
    _ db: Database
  ) throws -> JobName? {
    let statement = try db.cachedStatement(
      sql: """
        SELECT \(JobName.columns) FROM job
        WHERE adapter = ?1 AND endpoint = ?2 AND id = ?3 AND (?4 IS NULL OR server IS NULL OR server = ?4)
        ORDER BY key DESC LIMIT 1
        """
    )
    let found = try JobName.fetchOne(statement, arguments: [scope.adapter, scope.endpoint, job.id, job.server])
    guard let found, let mine = job.submittedAt, let its = found.reference.submittedAt else { return found }
    if let token = job.token, token == found.reference.token { return found }
    let later = mine.timeIntervalSince(its)
    return abs(later) < 60 || later > 0 && isRepeated ? found : nil
  }

  static func insert(
    _ job: JobReference,
    phase: TrackedJob.Phase,
    scope: StoreScope,
    _ db: Database
  ) throws -> JobName {
    try db.execute(
      sql: """
        INSERT INTO job (adapter, endpoint, phase, id, server, submittedAt, trackedAt) VALUES (?, ?, ?, ?, ?, ?, ?)
        """,
      arguments: [
        scope.adapter, scope.endpoint, phase.rawValue, job.id, job.server, job.submittedAt?.timeIntervalSince1970,
        Date().timeIntervalSince1970,
      ]
    )
    return JobName(key: db.lastInsertedRowID, reference: job, settledAt: nil)
  }

  /// The state of some jobs, in the order in which their entries were created.
  ///
  /// - Parameters:
  ///   - seen: their statuses that were just seen, by their numbers.
  ///   - look: the last look.
  func told(of keys: [Int64], seen: [Int64: JobStatus] = [:], look: Look?) throws -> [JobStatus] {
    try read { try Self.told(of: keys, seen: seen, look: look, $0) }
  }

  static func told(of keys: [Int64], seen: [Int64: JobStatus], look: Look?, _ db: Database) throws -> [JobStatus] {
    // In pieces, since an entry is much larger than a status.
    let keys = keys.sorted()
    var told: [JobStatus] = []
    told.reserveCapacity(keys.count)
    for start in stride(from: 0, to: keys.count, by: 500) {
      let piece = Array(keys[start..<min(start + 500, keys.count)])
      told += try jobs(piece, db).map { $0.told(seen: seen[$0.key], look: look) }
    }
    return told
  }

  static func jobs(_ keys: [Int64], _ db: Database) throws -> [TrackedJob] {
    try TrackedJob.fetchAll(
      db,
      sql: "SELECT \(TrackedJob.columns) FROM job WHERE key IN (SELECT value FROM json_each(?)) ORDER BY key",
      arguments: [list(keys)]
    )
  }

  /// The numbers of the jobs that changed after a look, and of those whose state is not known.
  func news(among keys: Set<Int64>, after look: Int64) throws -> [Int64] {
    try read { db in
      try Int64.fetchAll(
        db,
        sql: """
          SELECT key FROM job
          WHERE key IN (SELECT value FROM json_each(?)) AND (changedIn > ? OR state = 'unknown')
          """,
        arguments: [Self.list(Array(keys)), look]
      )
    }
  }

  /// The names of some jobs and, if programs share looks, of the open ones that any of them follows; with what is known
  /// of the former before a look at all of them.
  func namesToAsk(
    for keys: Set<Int64>,
    andWanted others: Bool,
    scope: StoreScope
  ) throws -> (names: [JobName], state: LookState) {
    try read { db in
      let names = try JobName.fetchAll(
        db,
        sql: """
          SELECT \(JobName.columns) FROM job
          WHERE adapter = ?1 AND endpoint = ?2 AND id IS NOT NULL
            AND (key IN (SELECT value FROM json_each(?3)) OR (?4 AND settledAt IS NULL AND wantedUntil > ?5))
          ORDER BY key
          """,
        arguments: [scope.adapter, scope.endpoint, try Self.list(Array(keys)), others, Date().timeIntervalSince1970]
      )
      return (names, try Self.state(of: keys, scope: scope, db))
    }
  }

  /// The jobs of a scheduler that are not known to have ended, except those that were only asked for once.
  func open(scope: StoreScope) throws -> [JobName] {
    try read { db in
      try JobName.fetchAll(
        db,
        sql: """
          SELECT \(JobName.columns) FROM job
          WHERE adapter = ? AND endpoint = ? AND settledAt IS NULL AND id IS NOT NULL AND phase != 'asked' ORDER BY key
          """,
        arguments: [scope.adapter, scope.endpoint]
      )
    }
  }

  /// The last look at a scheduler.
  func look(scope: StoreScope) throws -> Look? { try read { try Self.look(scope: scope, $0) } }

  static func look(scope: StoreScope, _ db: Database) throws -> Look? {
    try Row.fetchOne(
      db,
      sql: "SELECT * FROM look WHERE adapter = ? AND endpoint = ?",
      arguments: [scope.adapter, scope.endpoint]
    ).map { Look(row: $0) }
  }

  static func list<Value: Encodable>(_ values: [Value]) throws -> String { try JSON.text(of: values) }
}

extension JobStore {
  /// The entries of jobs that a listing showed, if there are any.
  func known(_ jobs: [JobStatus], scope: StoreScope) throws -> [Int64?] {
    try read { db in
      try jobs.map { job in
        let reference = JobReference(id: job.id, server: job.server, submittedAt: job.submittedAt)
        return try Self.newest(reference, isRepeated: (job.attempt ?? 1) > 1, scope: scope, db)?.key
      }
    }
  }

  /// The lock of the programs that look at a scheduler.
  func lookLockPath(scope: StoreScope) throws -> String {
    let folder = self.folder + "/looking"
    try PrivateFolder.make(folder)
    let name = "\(scope.adapter)@\(scope.endpoint)".utf8.map { byte in
      let isPlain = byte.isLetterOrDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
      return isPlain ? String(UnicodeScalar(byte)) : "_" + String(byte, radix: 16)
    }
    return folder + "/" + name.joined()
  }
}

extension UInt8 {
  fileprivate var isLetterOrDigit: Bool {
    switch self {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}
