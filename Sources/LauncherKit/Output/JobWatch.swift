import LauncherProtocol
import Synchronization

/// The latest status of a job, for somebody who reads its output meanwhile. The job is followed until this is released.
final class JobWatch: Sendable {
  /// What is to be known of the job at one moment.
  struct News {
    /// The status that nobody took yet; an earlier one that nobody took either is passed over.
    var status: JobStatus?
    /// Whether there will be no other status.
    var isOver: Bool
    /// Why the job could not be followed to its end.
    var problem: (any Error)?
  }

  private let latest: LatestStatus
  private let following: Task<Void, Never>?

  /// Begins to follow a job.
  ///
  /// - Parameters:
  ///   - known: its status as it was just seen, where that is known.
  ///   - changes: its changes; `nil` when nobody wants to know more than `known`.
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

  /// Takes the status that nobody took yet, with all that belongs to the same moment.
  func take() -> News { latest.take() }

  /// Waits for a time, and less where there is a new status, or there will be no other.
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
    // Before the news is read: what comes later wakes the next sleep.
    changed.forget()
    return news.withLock { news in
      defer { news.status = nil }
      return news
    }
  }
}
