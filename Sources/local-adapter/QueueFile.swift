import AdapterKit
import GRDB
import StateStorage

/// The database file of a host's queue.
extension StateFolder {
  /// The file; nothing is done to it yet.
  var queueFile: StateDatabase {
    StateDatabase(
      title: "the queue's database",
      path: database,
      version: QueueSchema.version,
      adviceWhenDamaged: "Move it aside to begin with an empty queue; exit records stay in \(path)/jobs."
    )
  }
}
