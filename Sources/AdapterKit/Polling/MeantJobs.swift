import FoundationEssentials
import LauncherProtocol
import Synchronization

extension SchedulerAdapter {
  /// Of the jobs of an action, those that are not the intended ones: numbers are reused, and the scheduler has a job of
  /// the same id that was submitted at another time. Acting on it would affect the wrong job.
  ///
  /// If the scheduler does not report when a job was submitted, or cannot be asked, nothing is concluded.
  ///
  /// - Returns: by id, why nothing is done.
  public func others(among jobs: [JobReference], on host: some CommandHost) async -> [String: LauncherError] {
    let meant = Dictionary(
      jobs.compactMap { job in job.submittedAt.map { (job.id, $0) } },
      uniquingKeysWith: { first, _ in first }
    )
    guard !meant.isEmpty, profile.operations.contains(.poll) else { return [:] }
    let seen = Mutex<[String: JobStatus]>([:])
    let reporter = JobReporter { statuses, _ in
      seen.withLock { seen in for status in statuses { seen[status.id] = status } }
    }
    // By their ids alone: the question is which job has the id now.
    let query = JobQuery(jobs: jobs.filter { meant[$0.id] != nil }.map { JobReference(id: $0.id, server: $0.server) })
    guard (try? await poll(query, on: host, to: reporter)) != nil else { return [:] }
    let statuses = seen.withLock { $0 }
    return meant.reduce(into: [:]) { errors, job in
      guard let submitted = statuses[job.key]?.submittedAt,
        Self.isAnother(submitted, attempt: statuses[job.key]?.attempt, than: job.value)
      else { return }
      errors[job.key] = LauncherError(
        .unknownJob,
        "job \(job.key) is another one now: it was submitted at \(RFC3339.string(from: submitted)), and the one that is "
          + "meant at \(RFC3339.string(from: job.value)); nothing was done to it",
        advice: "See: launcher history \(job.key)"
      )
    }
  }

  /// Clocks of two hosts differ by less than that, and no number is reused that soon. On some schedulers a requeue sets
  /// a later submission time.
  private static func isAnother(_ submitted: Date, attempt: Int?, than meant: Date) -> Bool {
    let later = submitted.timeIntervalSince(meant)
    return later < -600 || later > 600 && (attempt ?? 1) <= 1
  }
}
