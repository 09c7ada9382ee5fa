import FoundationEssentials
import GRDB
import LauncherProtocol

extension TrackedJob {
  /// The job's status after a look, combined with what was known of it before and with accepted cancellations.
  func status(seen: JobStatus, _ db: Database) throws -> JobStatus {
    status(seen: seen, cancelledTasks: try cancelledTasks(among: seen, db))
  }

  func status(seen: JobStatus, cancelledTasks: [String: Date] = [:]) -> JobStatus {
    seen.following(status).afterCancel(at: cancelledAt, tasks: cancelledTasks)
  }

  /// When the cancellation of single tasks was accepted.
  private func cancelledTasks(among seen: JobStatus, _ db: Database) throws -> [String: Date] {
    guard let tasks = seen.tasks, !tasks.isEmpty else { return [:] }
    // Few jobs are ever cancelled; an array may have a million tasks.
    let rows = try Row.fetchAll(
      db,
      sql: "SELECT id, cancelledAt FROM job WHERE adapter = ? AND endpoint = ? AND cancelledAt IS NOT NULL",
      arguments: [adapter, endpoint ?? ""]
    )
    return Dictionary(
      rows.map { ($0["id"] as String, Date(timeIntervalSince1970: $0["cancelledAt"])) },
      uniquingKeysWith: max
    )
  }
}
