import FoundationEssentials
import GRDB
import LauncherProtocol

/// A job's names, here and at its scheduler: all that is needed to ask for it.
struct JobName: Hashable, Sendable, FetchableRecord {
  /// Its number in the store.
  let key: Int64
  /// All that is known of the job's identity, as it goes to the adapter.
  let reference: JobReference
  /// When it was first seen finished.
  let settledAt: Date?

  static let columns = "key, id, adapter, endpoint, server, submittedAt, token, indices, settledAt"

  init(key: Int64, reference: JobReference, settledAt: Date?) {
    self.key = key
    self.reference = reference
    self.settledAt = settledAt
  }

  init(row: Row) throws {
    key = row["key"]
    reference = JobReference(
      id: row["id"],
      adapter: row["adapter"],
      host: StoreScope(adapter: row["adapter"], endpoint: row["endpoint"]).host,
      server: row["server"],
      submittedAt: (row["submittedAt"] as Double?).map { Date(timeIntervalSince1970: $0) },
      token: row["token"],
      array: (row["indices"] as String?).flatMap { try? ArrayIndices(parsing: $0) }
    )
    settledAt = (row["settledAt"] as Double?).map { Date(timeIntervalSince1970: $0) }
  }
}
