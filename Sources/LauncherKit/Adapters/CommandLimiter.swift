import Synchronization

/// Limits how many commands run at a time. First come, first served.
final class CommandLimiter: Sendable {
  private struct State {
    var free: Int
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state: Mutex<State>

  /// A limiter for this many commands.
  init(_ count: Int) { state = Mutex(State(free: max(1, count))) }

  /// Runs a command once there is room for it.
  func run<Result: Sendable>(_ command: () async throws -> Result) async rethrows -> Result {
    await enter()
    defer { leave() }
    return try await command()
  }

  private func enter() async {
    await withCheckedContinuation { continuation in
      let mayRun = state.withLock { state in
        guard state.free > 0 else {
          state.waiting.append(continuation)
          return false
        }
        state.free -= 1
        return true
      }
      if mayRun { continuation.resume() }
    }
  }

  private func leave() {
    let next = state.withLock { state in
      if state.waiting.isEmpty {
        state.free += 1
        return nil as CheckedContinuation<Void, Never>?
      }
      return state.waiting.removeFirst()
    }
    next?.resume()
  }
}
