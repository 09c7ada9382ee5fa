import LauncherProtocol
import Synchronization

/// The last status of each job.
final class LastStatuses: Sendable {
  private let statuses = Mutex<[String: JobStatus]>([:])
  func note(_ status: JobStatus) { statuses.withLock { $0[status.id] = status } }
  subscript(id: String) -> JobStatus? { statuses.withLock { $0[id] } }
}
