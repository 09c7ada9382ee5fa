import Synchronization

/// A sleep that others may end. One task sleeps at a time.
final class WakeableSleep: Sendable {
  private struct State {
    var isWoken = false
    var sleeper: Task<Void, Never>?
  }

  private let state = Mutex(State())

  /// Ends the sleep; the next one at once where nobody sleeps.
  func wake() {
    state.withLock { state in
      state.isWoken = true
      state.sleeper?.cancel()
    }
  }

  /// Whether somebody sleeps.
  var isSleeping: Bool { state.withLock { $0.sleeper != nil } }

  /// Forgets a wake for which nobody slept.
  func forget() { state.withLock { $0.isWoken = false } }

  /// Sleeps, and less where it was woken since the last sleep or is woken meanwhile.
  ///
  /// - Parameter limit: how long when nobody wakes it.
  /// - Throws: `CancellationError` when the task is cancelled.
  func sleep(for limit: Duration) async throws {
    try Task.checkCancellation()
    // Woken by being cancelled.
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
