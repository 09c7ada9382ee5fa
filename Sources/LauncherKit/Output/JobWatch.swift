import LauncherProtocol
import Synchronization

/// The latest status of a job, for a reader of its output. The job is followed until this is released.
final class JobWatch: Sendable {
  /// What is known of the job at one moment.
  struct News {
    /// The status that has not been taken yet; it replaces an earlier one that was not taken either.
    var status: JobStatus?
    /// Whether there will be no further status.
    var isOver: Bool
    /// Why the job could not be followed to its end.
    var problem: (any Error)?
  }

  private let latest: LatestStatus
  private let following: Task<Void, Never>?

  /// Begins to follow a job.
  ///
  /// - Parameters:
  ///   - known: its status as it was just seen, if that is known.
  ///   - changes: its changes; `nil` when nothing beyond `known` is wanted.
  init(known: JobStatus?, changes: JobChanges?) {
    let latest = LatestStatus(known, isOver: changes == nil)
    self.latest = latest
    following = changes.map { changes in
      Task {
        do {
          for try await status in changes { latest.put(status) }
          latest.end(with: nil)
        } catch {
          latest.end(with: error)
        }
      }
    }
  }

  deinit { following?.cancel() }

  /// Takes the status that has not been taken yet, with all that belongs to the same moment.
  func take() -> News { latest.take() }

  /// Waits for a time, and less if there is a new status, or there will be no further one.
  func wait(upTo limit: Duration) async throws { try await latest.changed.sleep(for: limit) }
}

/// What one task reports and another takes.
private final class LatestStatus: Sendable {
  private let news: Mutex<JobWatch.News>
  let changed = WakeableSleep()

  init(_ status: JobStatus?, isOver: Bool) { news = Mutex(JobWatch.News(status: status, isOver: isOver)) }

  func put(_ status: JobStatus) {
    news.withLock { $0.status = status }
    changed.wake()
  }

  func end(with problem: (any Error)?) {
    news.withLock { news in
      news.isOver = true
      news.problem = problem
    }
    changed.wake()
  }

  func take() -> JobWatch.News {
    // Called before the news is read: what comes later wakes the next sleep.
    changed.forget()
    return news.withLock { news in
      defer { news.status = nil }
      return news
    }
  }
}
