import Synchronization

/// A sleep that others may interrupt. One task sleeps at a time.
final class WakeableSleep: Sendable {
  private struct State {
    var isWoken = false
    var sleeper: Task<Void, Never>?
  }

  private let state = Mutex(State())

  /// Ends the sleep; if no task is sleeping, ends the next sleep at once.
  func wake() {
    state.withLock { state in
      state.isWoken = true
      state.sleeper?.cancel()
    }
  }

  /// Whether a task is sleeping.
  var isSleeping: Bool { state.withLock { $0.sleeper != nil } }

  /// Forgets a wake that came while no task was sleeping.
  func forget() { state.withLock { $0.isWoken = false } }

  /// Sleeps, and less if it was woken since the last sleep or is woken meanwhile.
  ///
  /// - Parameter limit: how long to sleep if it is not woken.
  /// - Throws: `CancellationError` when the task is cancelled.
  func sleep(for limit: Duration) async throws {
    try Task.checkCancellation()
    // Cancelling this task wakes the sleeper.
    let sleeper = Task { _ = try? await Task.sleep(for: limit) }
    state.withLock { state in
      state.sleeper = sleeper
      if state.isWoken { sleeper.cancel() }
    }
    await withTaskCancellationHandler {
      await sleeper.value
    } onCancel: {
      sleeper.cancel()
    }
    state.withLock { $0 = State() }
    try Task.checkCancellation()
  }
}
