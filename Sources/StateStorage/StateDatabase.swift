import GRDB
import Glibc
import LauncherProtocol

/// A database file that programs of several versions share: how it is opened, and how failures are reported.
package struct StateDatabase: Sendable {
  /// What it is, for sentences: `the queue's database`.
  let title: String
  /// Where it is.
  package let path: String
  /// The version of its tables, which is kept in the file's header (`user_version`).
  let version: Int
  /// The advice to a user whose file is damaged.
  let adviceWhenDamaged: String

  /// A database at a path; nothing is done to it yet.
  package init(title: String, path: String, version: Int, adviceWhenDamaged: String) {
    self.title = title
    self.path = path
    self.version = version
    self.adviceWhenDamaged = adviceWhenDamaged
  }

  private var folder: String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "." }

  /// Opens it; creates it, with rights for its owner only, if it does not exist. A file that is damaged, is not a
  /// database, or has a later version is left as it is.
  ///
  /// - Parameters:
  ///   - busyTimeout: how long to wait while others write, in seconds.
  ///   - migrator: creates the tables of this version.
  package func open(busyTimeout: Double = 10, migrator: DatabaseMigrator) throws -> DatabaseQueue {
    try checkHeader()
    var configuration = Configuration()
    configuration.busyMode = .timeout(busyTimeout)
    configuration.label = title
    let isOnNetwork = PrivateFolder.isOnNetwork(path)
    configuration.prepareDatabase { db in
      // The version comes first: a database of a later version is left as it is.
      let found = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
      guard found <= version else { throw newer(found) }
      try db.execute(sql: "PRAGMA synchronous = \(isOnNetwork ? "FULL" : "NORMAL")")
      try db.execute(sql: "PRAGMA foreign_keys = OFF")
    }
    do {
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      guard try version(of: queue) < version else { return queue }
      // Several processes may find it missing at once, and a change of the journal mode does not wait.
      let lock = Glibc.open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      defer { close(lock) }
      while flock(lock, LOCK_EX) != 0, errno == EINTR {}
      guard try version(of: queue) < version else { return queue }
      try queue.inDatabase { db in
        // Shared memory does not work between the machines of a network file system, nor always within one.
        try db.execute(sql: "PRAGMA journal_mode = \(isOnNetwork ? "TRUNCATE" : "WAL")")
      }
      try migrator.migrate(queue)
      return queue
    } catch {
      throw explained(error)
    }
  }

  private func version(of queue: DatabaseQueue) throws -> Int {
    try queue.inDatabase { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
  }

  /// Looks at the file before SQLite does, so that nothing is ever written beside a file that is not ours; creates it
  /// if it does not exist.
  private func checkHeader() throws {
    let descriptor = HeldFiles.descriptor(of: path)
    guard descriptor >= 0 else { throw PrivateFolder.error(errno, "\(title) \(path) cannot be made") }
    var header = [UInt8](repeating: 0, count: 100)
    let count = pread(descriptor, &header, header.count, 0)
    guard count > 0 else { return }
    guard count == header.count, header.starts(with: Array("SQLite format 3\0".utf8)) else { throw damaged }
    let found = header[60..<64].reduce(0) { $0 << 8 | Int($1) }
    guard found <= version else { throw newer(found) }
  }

  private func newer(_ found: Int) -> LauncherError {
    LauncherError(
      .internalFailure,
      "\(title) \(path) has version \(found); this program knows versions up to \(version)",
      advice: "Use the newer launcher that made it, or set LAUNCHER_STATE to another folder. Nothing was changed."
    )
  }

  private var damaged: LauncherError {
    LauncherError(
      .internalFailure,
      "\(title) \(path) is damaged or is not a database",
      advice: adviceWhenDamaged
    )
  }

  /// The errors of a full disk, besides `SQLITE_FULL`.
  private static let roomErrors: [ResultCode] = [.SQLITE_IOERR_WRITE, .SQLITE_IOERR_SHMSIZE, .SQLITE_IOERR_SHMOPEN]

  /// An error of SQLite as a sentence with advice.
  package func explained(_ error: any Error) -> any Error {
    guard let error = error as? DatabaseError else { return error }
    let what = "\(title) \(path)"
    switch error.resultCode {
    case .SQLITE_NOTADB, .SQLITE_CORRUPT: return damaged
    case .SQLITE_FULL:
      return LauncherError(.diskFull, "\(what) cannot grow: the disk is full", advice: "Make room, then try again.")
    case .SQLITE_IOERR where Self.roomErrors.contains(error.extendedResultCode):
      return LauncherError(
        .diskFull,
        "\(what) cannot be written: the disk is full or a file may not grow further",
        advice: "Look at the free space, quotas and ‘ulimit -f’, then try again."
      )
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      return LauncherError(.schedulerBusy, "\(what) stayed locked by others for ten seconds", retryAfter: .seconds(2))
    case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM:
      return LauncherError(
        .permissionDenied,
        "\(what) cannot be opened for writing: \(error.message ?? "no reason is given")",
        advice: "Set LAUNCHER_STATE to a folder that you may write to."
      )
    default:
      return LauncherError(.internalFailure, "\(what) failed: \(error.message ?? error.description)")
    }
  }
}
