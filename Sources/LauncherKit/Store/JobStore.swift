import FoundationEssentials
import GRDB
import Glibc
import LauncherProtocol
import StateStorage
import Synchronization

/// What this user's programs know of their jobs: which were submitted, with which token, and the state of each at the
/// last look.
///
/// It is an SQLite file in the state folder that many programs share. Every change is one transaction, so that a
/// program may be killed at any instruction. On a network file system, where shared memory cannot be trusted, it does
/// not use a write-ahead log.
public final class JobStore: Sendable {
  /// Where it is: a folder with rights for its owner alone.
  public let folder: String
  private let file: StateDatabase
  private let database: DatabaseQueue
  /// How many transactions this program has begun, which is what a command costs other programs.
  let traffic = Mutex(Traffic())

  /// A count of transactions.
  struct Traffic: Hashable {
    var reads = 0
    var writes = 0
  }

  /// Opens the store of a folder; creates it if it does not exist.
  ///
  /// - Parameter folder: by default `$LAUNCHER_STATE`, `$XDG_STATE_HOME/launcher` or `~/.local/state/launcher`.
  /// - Throws: `LauncherError`: `permissionDenied` and `diskFull`; `internalFailure` when the file is damaged or of a
  ///   later version; it is left as it is.
  public init(folder: String? = nil) throws {
    let folder = folder ?? StateRoot.path()
    self.folder = folder
    try PrivateFolder.make(folder)
    try PrivateFolder.check(folder)
    file = StateDatabase(
      title: "the job store",
      path: folder + "/jobs.sqlite",
      version: JobStoreSchema.version,
      adviceWhenDamaged: "Move it aside to begin with an empty one; the scheduler's jobs are not touched by that."
    )
    database = try file.open(migrator: JobStoreSchema.migrator)
  }

  /// The store, if it already exists; it is not created.
  public static func ifPresent(folder: String? = nil) throws -> JobStore? {
    let folder = folder ?? StateRoot.path()
    return access(folder + "/jobs.sqlite", F_OK) == 0 ? try JobStore(folder: folder) : nil
  }

  /// Reads, and changes nothing.
  func read<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) throws -> Value {
    traffic.withLock { $0.reads += 1 }
    do {
      return try database.read(body)
    } catch {
      throw file.explained(error)
    }
  }

  /// Changes the store in one step.
  func write<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) throws -> Value {
    traffic.withLock { $0.writes += 1 }
    do {
      return try database.write(body)
    } catch {
      throw file.explained(error)
    }
  }
}
