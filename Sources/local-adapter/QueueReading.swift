import AdapterKit
import FoundationEssentials
import GRDB
import Processes

/// A place in the order of the queue.
struct QueuePlace {
  var rank: Int64
  var key: TaskKey

  static let front = QueuePlace(rank: .min, key: TaskKey(0))
}

/// A job at its place in the queue.
struct QueuedTask {
  let key: TaskKey
  let rank: Int64
  let demand: JobDemand
  let arrayLimit: Int?
}

/// Reads the queue.
enum QueueReading {
  static let ownersSQL = """
    SELECT t.submission, t.position, t.state, t.attempt, t.owner, t.leader, t.claimedAt, t.startedAt,
      t.cancelRequested, t.pauseRequested, t.signals, s.token, s.requeue
    FROM task t CROSS JOIN submission s ON s.id = t.submission
    WHERE t.state IN ('starting', 'running', 'suspended', 'finishing')
    """

  /// Whether the process that should look after a started job is gone. For processes in another PID namespace that
  /// cannot be determined: their jobs are left to the processes that see them.
  static func isAbandoned(_ row: Row, now: Double) -> Bool {
    let leader = (row["leader"] as String?).flatMap { ProcessIdentity($0) }
    if leader?.world.isElsewhere == true { return false }
    guard let owner: String = row["owner"] else { return true }
    guard let mark = owner.firstIndex(of: "#") else {
      guard let process = ProcessIdentity(owner) else { return true }
      return !process.world.isElsewhere && !process.isAlive
    }
    let claimedAt: Double = row["claimedAt"] as Double? ?? 0
    // The clock may have been set back since.
    guard abs(now - claimedAt) < 30 else { return true }
    guard let claimer = ProcessIdentity(owner[..<mark]) else { return true }
    return !claimer.world.isElsewhere && !claimer.isAlive
  }

  /// Whether there is a wish for a running job that its supervisor has not read yet: the writer may have died before
  /// waking the supervisor.
  static func hasUnreadWish(_ row: Row) -> Bool {
    if row["cancelRequested"] == 1 || row["signals"] != "" { return true }
    let state: String = row["state"]
    return state == "running" && row["pauseRequested"] == 1 || state == "suspended" && row["pauseRequested"] == 0
  }

  static func freeResources(_ db: Database, _ settings: Settings) throws -> FreeResources {
    let sql = """
      SELECT ifnull(sum(s.cores), 0) AS cores, ifnull(sum(s.memory), 0) AS memory,
        ifnull(max(s.exclusive), 0) AS exclusive, count(*) AS n
      FROM task t CROSS JOIN submission s ON s.id = t.submission
      WHERE t.state IN ('starting', 'running', 'suspended', 'finishing')
      """
    let row = try Row.fetchOne(db.cachedStatement(sql: sql))
    let used: Int = row?["exclusive"] == 1 ? settings.cores : row?["cores"] ?? 0
    return FreeResources(
      cores: max(0, settings.cores - used),
      memory: settings.memory.bytes - (row?["memory"] ?? 0),
      isIdle: row?["n"] ?? 0 == 0,
      total: settings.cores
    )
  }

  static func firstQueued(_ db: Database, after place: QueuePlace) throws -> QueuedTask? {
    let sql = """
      SELECT t.rank, t.submission, t.position, s.cores, s.memory, s.exclusive, s.arrayLimit
      FROM task t CROSS JOIN submission s ON s.id = t.submission
      WHERE t.state = 'queued' AND (t.rank, t.submission, t.position) > (?, ?, ?)
      ORDER BY t.rank, t.submission, t.position LIMIT 1
      """
    let row = try Row.fetchOne(
      db.cachedStatement(sql: sql),
      arguments: [place.rank, place.key.submission, place.key.position]
    )
    return row.map { row in
      QueuedTask(
        key: TaskKey(row["submission"], row["position"]),
        rank: row["rank"],
        demand: JobDemand(cores: row["cores"], memory: row["memory"], isExclusive: row["exclusive"]),
        arrayLimit: row["arrayLimit"]
      )
    }
  }

  /// Whether a pass would change anything: the cheap question of a poll.
  static func needsPass(_ db: Database, _ settings: Settings) throws -> Bool {
    let now = wallClock()
    for row in try Row.fetchAll(db.cachedStatement(sql: ownersSQL)) {
      if isAbandoned(row, now: now) || hasUnreadWish(row) { return true }
    }
    if try lacksTimekeeper(db) { return true }
    let due = try Double.fetchOne(db.cachedStatement(sql: "SELECT min(at) FROM timer"))
    if let due, due <= now { return true }
    let free = try freeResources(db, settings)
    guard free.cores > 0 else { return false }
    var place = QueuePlace.front
    while let next = try firstQueued(db, after: place) {
      guard let limit = next.arrayLimit, try activeTasks(db, next.key.submission) >= limit else {
        return free.hold(next.demand)
      }
      place = QueuePlace(rank: next.rank, key: TaskKey(next.key.submission, Int.max))
    }
    return false
  }

  /// Whether there is a time to wait for but no timekeeper: it was killed, or ended with a restart of the machine.
  static func lacksTimekeeper(_ db: Database) throws -> Bool {
    guard try Bool.fetchOne(db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM timer)")) == true else {
      return false
    }
    let keeper = try String.fetchOne(db.cachedStatement(sql: "SELECT value FROM fact WHERE name = 'timekeeper'"))
    guard let process = keeper.flatMap({ ProcessIdentity($0) }) else { return true }
    return !process.world.isElsewhere && !process.isAlive
  }

  static func activeTasks(_ db: Database, _ submission: Int64) throws -> Int {
    let sql = "SELECT count(*) FROM task WHERE submission = ? AND \(QueueSchema.active)"
    return try Int.fetchOne(db.cachedStatement(sql: sql), arguments: [submission]) ?? 0
  }

  /// Whether a reference means this job, and not one that had the number in an earlier queue or on another host.
  static func isSame(_ job: JobReference, submittedAt: Double, host: String) -> Bool {
    if let server = job.server, server != host { return false }
    guard let date = job.submittedAt else { return true }
    return abs(date.timeIntervalSince1970 - submittedAt) < 1
  }
}
