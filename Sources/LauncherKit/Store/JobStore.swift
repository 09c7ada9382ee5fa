import FoundationEssentials
import GRDB
import Glibc
import LauncherProtocol
import StateStorage
import Synchronization

/// What this user's programs know of their jobs: which were submitted, with which token, and how each was when
/// somebody looked last.
///
/// It is an SQLite file in the state folder that many programs share. Every change is one transaction, so that a
/// program may be killed at any instruction. On a network file system, where shared memory is not to be trusted, it
/// does without a write-ahead log.
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

  /// Opens the store of a folder; makes it when it is not there.
  ///
  /// - Parameter folder: by default `$LAUNCHER_STATE`, `$XDG_STATE_HOME/launcher` or `~/.local/state/launcher`.
  /// - Throws: `LauncherError`: `permissionDenied` and `diskFull`; `internalFailure` when the file is damaged or of a
  ///   later version, which leaves it as it is.
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

  /// The store, if there is one yet; it is not made.
  public static func ifPresent(folder: String? = nil) throws -> JobStore? {
    let folder = folder ?? StateRoot.path()
    return access(folder + "/jobs.sqlite", F_OK) == 0 ? try JobStore(folder: folder) : nil
  }

  /// Looks, and changes nothing.
  func read<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) throws -> Value {
    traffic.withLock { $0.reads += 1 }
    do {
      return try database.read(body)
    } catch {
      throw file.explained(error)
    }
  }

  /// Changes it in one step.
  func write<Value: Sendable>(_ body: @Sendable (Database) throws -> Value) throws -> Value {
    traffic.withLock { $0.writes += 1 }
    do {
      return try database.write(body)
    } catch {
      throw file.explained(error)
    }
  }
}
