import FoundationEssentials
import GRDB
import LauncherProtocol
import StateStorage

/// The last look at a scheduler, of whichever program.
struct Look: Sendable {
  let number: Int64
  let endedAt: Date
  /// When all of the user's jobs were listed.
  let listedAt: Date
  /// When those who follow jobs look again.
  let nextAt: Date
  let interval: Duration
  let took: Duration
  let isComplete: Bool
  /// Whether the scheduler could not be asked at all.
  let isFailure: Bool
  let problem: AdapterError?
}

/// A look that just ended.
struct FinishedLook: Sendable {
  /// The jobs that were asked for.
  var asked: Set<Int64> = []
  /// What was reported, by the store's numbers.
  var statuses: [Int64: JobStatus] = [:]
  /// Jobs that a listing showed and the store did not know.
  var newcomers: [JobStatus] = []
  /// Whether all of the user's jobs were listed.
  var isListing = false
  var isComplete = true
  /// Whether the scheduler could not be asked at all.
  var isFailure = false
  var problem: AdapterError?
  var took: Duration = .zero
}

extension JobStore {
  /// The store's entries for jobs that somebody names; those that it does not have are made.
  func track(_ jobs: [JobReference], scope: StoreScope) throws -> [JobName] {
    try write { db in
      try jobs.map { job in
        if let known = try Self.newest(job, scope: scope, db) { return known }
        return try Self.insert(job, phase: .asked, scope: scope, db)
      }
    }
  }

  /// The newest entry for a job's id, where what else the reference says does not speak against it.
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
    let later = mine.timeIntervalSince(its)
    return abs(later) < 60 || later > 0 && isRepeated ? found : nil
  }

  private static func insert(
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

  /// Entries by their numbers, in the order in which they were made.
  func jobs(_ keys: some Collection<Int64>) throws -> [TrackedJob] {
    let keys = Array(keys)
    return try read { try Self.jobs(keys, $0) }
  }

  private static func jobs(_ keys: [Int64], _ db: Database) throws -> [TrackedJob] {
    try TrackedJob.fetchAll(
      db,
      sql: "SELECT \(TrackedJob.columns) FROM job WHERE key IN (SELECT value FROM json_each(?)) ORDER BY key",
      arguments: [list(keys)]
    )
  }

  /// Entries that changed after a look, and those whose state is not known.
  func jobs(_ keys: Set<Int64>, changedAfter look: Int64) throws -> [TrackedJob] {
    try read { db in
      try TrackedJob.fetchAll(
        db,
        sql: """
          SELECT \(TrackedJob.columns) FROM job
          WHERE key IN (SELECT value FROM json_each(?)) AND (changedIn > ? OR state = 'unknown') ORDER BY key
          """,
        arguments: [Self.list(Array(keys)), look]
      )
    }
  }

  /// Says that somebody follows these jobs, so that whoever looks next asks for them too.
  func want(_ keys: Set<Int64>, until: Date) throws {
    try write { db in
      try db.execute(
        // Not each time: a minute less is as good, and costs no writing.
        sql: """
          UPDATE job SET wantedUntil = ?1 WHERE wantedUntil < ?1 - 60 AND key IN (SELECT value FROM json_each(?2))
          """,
        arguments: [until.timeIntervalSince1970, Self.list(Array(keys))]
      )
    }
  }

  /// The names of some jobs, and of the open ones that somebody follows.
  ///
  /// - Parameter others: whether those that somebody else follows are meant too.
  func names(of keys: Set<Int64>, andWanted others: Bool, scope: StoreScope) throws -> [JobName] {
    let now = Date().timeIntervalSince1970
    return try read { db in
      try JobName.fetchAll(
        db,
        sql: """
          SELECT \(JobName.columns) FROM job
          WHERE adapter = ?1 AND endpoint = ?2 AND id IS NOT NULL
            AND (key IN (SELECT value FROM json_each(?3)) OR (?4 AND settledAt IS NULL AND wantedUntil > ?5))
          ORDER BY key
          """,
        arguments: [scope.adapter, scope.endpoint, try Self.list(Array(keys)), others, now]
      )
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

  /// How many of some entries a look asked for.
  func count(_ keys: Set<Int64>, askedIn look: Int64) throws -> Int {
    try read { db in
      try Int.fetchOne(
        db,
        sql: "SELECT count(*) FROM job WHERE key IN (SELECT value FROM json_each(?)) AND askedIn = ?",
        arguments: [Self.list(Array(keys)), look]
      ) ?? 0
    }
  }

  /// Notes that a scheduler accepted that these jobs be cancelled.
  func cancelled(_ jobs: [JobReference], scope: StoreScope) throws {
    try write { db in
      for job in jobs {
        let known = try Self.newest(job, scope: scope, db) ?? Self.insert(job, phase: .asked, scope: scope, db)
        try db.execute(
          sql: "UPDATE job SET cancelledAt = COALESCE(cancelledAt, ?) WHERE key = ? AND settledAt IS NULL",
          arguments: [Date().timeIntervalSince1970, known.key]
        )
      }
    }
  }

  /// What else is known of jobs that somebody names by their ids: who gave the id, when, and with which token.
  func completed(_ jobs: [JobReference], scope: StoreScope) throws -> [JobReference] {
    try read { db in
      try jobs.map { job in
        // Programs on several machines with one home may each have a job of that id: then it is the one of here.
        if job.server == nil, try Self.servers(of: job.id, scope: scope, db) > 1 { return job }
        return try Self.newest(job, scope: scope, db)?.reference ?? job
      }
    }
  }

  /// The newest entries of some jobs, by their ids; those that the store does not have are left out.
  func latest(_ jobs: [JobReference], scope: StoreScope) throws -> [String: TrackedJob] {
    try read { db in
      let names = try jobs.compactMap { try Self.newest($0, scope: scope, db) }
      let entries = try Self.jobs(names.map(\.key), db)
      return Dictionary(entries.compactMap { job in job.reference.map { ($0.id, job) } }, uniquingKeysWith: { $1 })
    }
  }

  /// How many servers gave a job of one's own this id.
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

  /// Says that what was last seen of these jobs is old: somebody just changed them.
  func outdate(_ ids: [String], scope: StoreScope) throws {
    try write { db in
      try db.execute(
        sql: """
          UPDATE job SET askedIn = 0 WHERE adapter = ? AND endpoint = ? AND id IN (SELECT value FROM json_each(?))
          """,
        arguments: [scope.adapter, scope.endpoint, Self.list(ids)]
      )
    }
  }

  /// The last look at a scheduler.
  func look(scope: StoreScope) throws -> Look? {
    try read { db in
      let row = try Row.fetchOne(
        db,
        sql: "SELECT * FROM look WHERE adapter = ? AND endpoint = ?",
        arguments: [scope.adapter, scope.endpoint]
      )
      return row.map { row in
        Look(
          number: row["number"],
          endedAt: Date(timeIntervalSince1970: row["endedAt"]),
          listedAt: Date(timeIntervalSince1970: row["listedAt"]),
          nextAt: Date(timeIntervalSince1970: row["nextAt"]),
          interval: Duration(safeSeconds: row["interval"]) ?? .zero,
          took: Duration(safeSeconds: row["took"]) ?? .zero,
          isComplete: row["complete"],
          isFailure: row["failed"],
          problem: (row["problem"] as String?).flatMap { AdapterError(json: $0) }
        )
      }
    }
  }

  private static func list<Value: Encodable>(_ values: [Value]) throws -> String {
    String(decoding: try JSONEncoder().encode(values), as: UTF8.self)
  }
}

extension JobStore {
  /// The entries of jobs that a listing showed, where there are any.
  func known(_ jobs: [JobStatus], scope: StoreScope) throws -> [Int64?] {
    try read { db in
      try jobs.map { job in
        let reference = JobReference(id: job.id, server: job.server, submittedAt: job.submittedAt)
        return try Self.newest(reference, isRepeated: (job.attempt ?? 1) > 1, scope: scope, db)?.key
      }
    }
  }

  /// The lock of those who look at a scheduler.
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
