import LauncherProtocol
import Synchronization

/// The latest status of a job, for somebody who reads its output meanwhile. The job is followed until this is released.
final class JobWatch: Sendable {
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

  /// The status that nobody took yet; an earlier one that nobody took either is passed over.
  func take() -> JobStatus? { latest.take() }

  /// Whether there will be no other status.
  var isOver: Bool { latest.isOver }

  /// Why the job could not be followed to its end.
  var problem: (any Error)? { latest.problem }

  /// Waits for a time, and less where there is a new status, or where it is over and was not before.
  func wait(upTo limit: Duration, wasOver: Bool) async throws {
    // Woken by being cancelled.
    let sleep = Task { _ = try? await Task.sleep(for: limit) }
    if !latest.wake(sleep, wasOver: wasOver) { sleep.cancel() }
    await withTaskCancellationHandler {
      await sleep.value
    } onCancel: {
      sleep.cancel()
    }
    try Task.checkCancellation()
  }
}

/// What one task reports and another takes.
private final class LatestStatus: Sendable {
  private struct State {
    var status: JobStatus?
    var isOver: Bool
    var problem: (any Error)?
    /// Who waits for news.
    var sleeper: Task<Void, Never>?
  }

  private let state: Mutex<State>

  init(_ status: JobStatus?, isOver: Bool) { state = Mutex(State(status: status, isOver: isOver)) }

  var isOver: Bool { state.withLock { $0.isOver } }
  var problem: (any Error)? { state.withLock { $0.problem } }

  func put(_ status: JobStatus) {
    state.withLock { state in
      state.status = status
      state.sleeper?.cancel()
    }
  }

  func end(with problem: (any Error)?) {
    state.withLock { state in
      state.isOver = true
      state.problem = problem
      state.sleeper?.cancel()
    }
  }

  func take() -> JobStatus? {
    state.withLock { state in
      defer { state.status = nil }
      return state.status
    }
  }

  /// Cancels `sleep` when there is news.
  ///
  /// - Returns: whether there is none yet.
  func wake(_ sleep: Task<Void, Never>, wasOver: Bool) -> Bool {
    state.withLock { state in
      state.sleeper = sleep
      return state.status == nil && state.isOver == wasOver
    }
  }
}
