import AdapterKit
import GRDB
import Glibc
import Processes
import StateStorage

/// The queue of one host: an SQLite database that adapters, supervisors and the timekeeper share.
///
/// Every decision is made inside an immediate transaction, which is the only lock. The external effects of a decision
/// (starting a supervisor, waking one) happen after its commit.
final class Queue: Sendable {
  let settings: Settings
  private let database: DatabaseQueue

  /// Opens the queue, and creates it if it does not exist.
  init(settings: Settings) throws {
    self.settings = settings
    try settings.folder.create()
    database = try settings.folder.queueFile.open(migrator: QueueSchema.migrator)
  }

  /// Opens the queue; `nil` if there is none; it is not created then.
  static func ifPresent(settings: Settings) throws -> Queue? {
    var information = stat()
    guard stat(settings.folder.database, &information) == 0 else {
      guard errno == ENOENT || errno == ENOTDIR else {
        throw PrivateFolder.error(errno, "the queue's database \(settings.folder.database) cannot be read")
      }
      // If other users could have moved it away, its absence means nothing.
      try PrivateFolder.checkWay(to: settings.folder.path)
      return nil
    }
    return try Queue(settings: settings)
  }

  /// Reads the queue, and changes nothing.
  func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    do {
      return try database.inDatabase { db in
        var value: Value?
        try db.inTransaction(.deferred) {
          value = try body(db)
          return .commit
        }
        guard let value else { throw LauncherError(.internalFailure, "a reading of the queue gave nothing") }
        return value
      }
    } catch {
      throw settings.folder.queueFile.explained(error)
    }
  }

  /// Changes the queue in one step, then does what follows from it.
  func change<Value>(_ body: (QueueTransaction) throws -> Value) throws -> Value {
    var effects = QueueEffects()
    let result: Value
    do {
      result = try database.inDatabase { db in
        var value: Value?
        try db.inTransaction(.immediate) {
          let transaction = QueueTransaction(db, settings: settings)
          value = try body(transaction)
          try transaction.settleDependents()
          effects = transaction.effects
          return .commit
        }
        guard let value else { throw LauncherError(.internalFailure, "a change of the queue gave nothing") }
        return value
      }
    } catch {
      throw settings.folder.queueFile.explained(error)
    }
    try carryOut(effects)
    return result
  }

  private func carryOut(_ effects: QueueEffects) throws {
    for owner in effects.owners { ProcessIdentity(owner)?.send(SIGUSR1) }
    var failed: [QueueEffects.Launch] = []
    for launch in effects.launches {
      let words = [Supervisor.argument, launch.key.text, launch.claim]
      if case .failure = Spawn.startSelf(words, settings: settings) { failed.append(launch) }
    }
    if !failed.isEmpty {
      // Too many processes or no memory: the jobs keep waiting, and the next change or question tries again.
      try change { transaction in for launch in failed { try transaction.giveBack(launch.key, claim: launch.claim) } }
    }
    if effects.timersChanged { try Timekeeper.ensure(on: self) }
    for folder in effects.folders { StateFolder.remove(folder) }
  }
}

/// What is to be done once a change is committed.
struct QueueEffects {
  struct Launch {
    let key: TaskKey
    /// What the supervisor has to find in the job's row; otherwise it leaves the job alone.
    let claim: String
  }

  var launches: [Launch] = []
  /// The owners to be woken, so that they read their rows again.
  var owners: Set<String> = []
  var timersChanged = false
  /// Folders of pruned jobs.
  var folders: [String] = []
}

/// A change of the queue while its transaction is open. Its operations are grouped by topic, one file each.
final class QueueTransaction {
  let database: Database
  let settings: Settings
  let now = wallClock()
  var effects = QueueEffects()
  /// Submissions of which a task started or ended: others may wait for that.
  var moved: [Int64] = []

  init(_ database: Database, settings: Settings) {
    self.database = database
    self.settings = settings
  }

  func execute(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws {
    try database.cachedStatement(sql: sql).execute(arguments: arguments)
  }

  func rows(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> [Row] {
    try Row.fetchAll(database.cachedStatement(sql: sql), arguments: arguments)
  }

  func row(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Row? {
    try Row.fetchOne(database.cachedStatement(sql: sql), arguments: arguments)
  }

  func number(_ sql: String, _ arguments: StatementArguments = StatementArguments()) throws -> Int {
    try Int.fetchOne(database.cachedStatement(sql: sql), arguments: arguments) ?? 0
  }
}
