import AdapterKit
import GRDB
import Glibc

/// The database file: opening it, and saying in words why that fails.
enum QueueFile {
  static func open(_ folder: StateFolder) throws -> DatabaseQueue {
    try checkHeader(of: folder)
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    configuration.label = "queue"
    let isOnNetwork = folder.isOnNetwork
    configuration.prepareDatabase { db in
      // The version comes first: a database of a later version is left as it is.
      let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
      guard version <= QueueSchema.version else { throw newer(version, folder) }
      try db.execute(sql: "PRAGMA synchronous = \(isOnNetwork ? "FULL" : "NORMAL")")
      try db.execute(sql: "PRAGMA foreign_keys = OFF")
    }
    do {
      let queue = try DatabaseQueue(path: folder.database, configuration: configuration)
      guard try version(of: queue) < QueueSchema.version else { return queue }
      // Several may find the queue missing at once, and a change of the journal mode waits for nobody.
      let lock = Glibc.open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
      defer { close(lock) }
      while flock(lock, LOCK_EX) != 0, errno == EINTR {}
      guard try version(of: queue) < QueueSchema.version else { return queue }
      try queue.inDatabase { db in
        // Shared memory does not work between the machines of a network file system, nor always within one.
        try db.execute(sql: "PRAGMA journal_mode = \(isOnNetwork ? "TRUNCATE" : "WAL")")
      }
      try QueueSchema.migrator.migrate(queue)
      return queue
    } catch {
      throw explained(error, folder)
    }
  }

  private static func version(of queue: DatabaseQueue) throws -> Int {
    try queue.inDatabase { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
  }

  /// Looks at the file before SQLite does, so that nothing is ever written beside a file that is not ours.
  private static func checkHeader(of folder: StateFolder) throws {
    let descriptor = Glibc.open(folder.database, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    var header = [UInt8](repeating: 0, count: 100)
    let count = read(descriptor, &header, header.count)
    guard count > 0 else { return }
    guard count == header.count, header.starts(with: Array("SQLite format 3\0".utf8)) else { throw damaged(folder) }
    let version = header[60..<64].reduce(0) { $0 << 8 | Int($1) }
    guard version <= QueueSchema.version else { throw newer(version, folder) }
  }

  private static func newer(_ version: Int, _ folder: StateFolder) -> AdapterError {
    AdapterError(
      .internalFailure,
      "the queue's database \(folder.database) has version \(version); this local-adapter knows versions up to "
        + "\(QueueSchema.version)",
      advice: "Use the newer launcher that made it, or set LAUNCHER_STATE to another folder. Nothing was changed."
    )
  }

  private static func damaged(_ folder: StateFolder) -> AdapterError {
    AdapterError(
      .internalFailure,
      "the queue's database \(folder.database) is damaged or is no database",
      advice: "Move it aside to begin with an empty queue; exit records stay in \(folder.path)/jobs."
    )
  }

  /// An error of SQLite as a sentence with advice.
  static func explained(_ error: any Error, _ folder: StateFolder) -> any Error {
    guard let error = error as? DatabaseError else { return error }
    let what = "the queue's database \(folder.database)"
    switch error.resultCode {
    case .SQLITE_NOTADB, .SQLITE_CORRUPT: return damaged(folder)
    case .SQLITE_FULL:
      return AdapterError(.diskFull, "\(what) cannot grow: the disk is full", advice: "Make room, then try again.")
    case .SQLITE_IOERR where error.extendedResultCode == .SQLITE_IOERR_WRITE:
      return AdapterError(
        .diskFull,
        "\(what) cannot be written: the disk is full or a file may not grow further",
        advice: "Look at the free space, quotas and ‘ulimit -f’, then try again."
      )
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      return AdapterError(.schedulerBusy, "\(what) stayed locked by others for ten seconds", retryAfter: .seconds(2))
    case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM:
      return AdapterError(
        .permissionDenied,
        "\(what) cannot be opened for writing: \(error.message ?? "no reason is given")",
        advice: "Set LAUNCHER_STATE to a folder that you may write to."
      )
    default:
      return AdapterError(.internalFailure, "\(what) failed: \(error.message ?? error.description)")
    }
  }
}
