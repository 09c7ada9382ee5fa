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

  /// Waits for a time, and less where there is a new status, or where it is over and was not before.
  func wait(upTo limit: Duration, wasOver: Bool) async throws {
    // Woken by being cancelled.
    let sleeper = Task { _ = try? await Task.sleep(for: limit) }
    latest.register(sleeper, wasOver: wasOver)
    await withTaskCancellationHandler {
      await sleeper.value
    } onCancel: {
      sleeper.cancel()
    }
    try Task.checkCancellation()
  }
}

/// What one task reports and another takes.
private final class LatestStatus: Sendable {
  private struct State {
    var news: JobWatch.News
    /// Who waits for news.
    var sleeper: Task<Void, Never>?
  }

  private let state: Mutex<State>

  init(_ status: JobStatus?, isOver: Bool) {
    state = Mutex(State(news: JobWatch.News(status: status, isOver: isOver)))
  }

  func put(_ status: JobStatus) {
    state.withLock { state in
      state.news.status = status
      state.sleeper?.cancel()
    }
  }

  func end(with problem: (any Error)?) {
    state.withLock { state in
      state.news.isOver = true
      state.news.problem = problem
      state.sleeper?.cancel()
    }
  }

  func take() -> JobWatch.News {
    state.withLock { state in
      defer { state.news.status = nil }
      return state.news
    }
  }

  /// Cancels a sleeping task once there is news; at once where there is some already.
  func register(_ sleeper: Task<Void, Never>, wasOver: Bool) {
    state.withLock { state in
      state.sleeper = sleeper
      if state.news.status != nil || state.news.isOver != wasOver { sleeper.cancel() }
    }
  }
}
