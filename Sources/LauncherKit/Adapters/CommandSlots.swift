import Synchronization

/// Lets no more than a few submit commands run at a time.
///
/// While many jobs are submitted, more submissions are under way than commands may run, so that the next command is ready
/// when one ends.
final class CommandSlots: Sendable {
  private struct State {
    var free: Int
    var isClosed = false
    var lastNumber = 0
    var waiting: [Waiting] = []
    /// Those whose task was cancelled before they had begun to wait.
    var cancelled: Set<Int> = []
  }

  private struct Waiting {
    let number: Int
    let continuation: CheckedContinuation<Void, any Error>
  }

  private let state: Mutex<State>

  /// Slots for so many commands.
  init(_ count: Int) { state = Mutex(State(free: max(1, count))) }

  /// Runs a command in a slot.
  ///
  /// - Throws: what `command` throws; `CancellationError`, without having begun, when the task is cancelled or the slots
  ///   are closed before there is one.
  func run<Result: Sendable>(_ command: () async throws -> Result) async throws -> Result {
    try await enter()
    defer { leave() }
    try Task.checkCancellation()
    return try await command()
  }

  /// Lets nobody begin any more.
  func close() {
    let waiting = state.withLock { state in
      state.isClosed = true
      defer { state.waiting = [] }
      return state.waiting
    }
    for waiting in waiting { waiting.continuation.resume(throwing: CancellationError()) }
  }

  private func enter() async throws {
    let number = state.withLock { state in
      state.lastNumber += 1
      return state.lastNumber
    }
    defer { state.withLock { _ = $0.cancelled.remove(number) } }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let ready: [Waiting]? = state.withLock { state in
          guard !state.isClosed, !state.cancelled.contains(number) else { return nil }
          state.waiting.append(Waiting(number: number, continuation: continuation))
          return grant(&state)
        }
        guard let ready else { return continuation.resume(throwing: CancellationError()) }
        for waiting in ready { waiting.continuation.resume() }
      }
    } onCancel: {
      let waiting = state.withLock { state in
        guard let index = state.waiting.firstIndex(where: { $0.number == number }) else {
          state.cancelled.insert(number)
          return nil as Waiting?
        }
        return state.waiting.remove(at: index)
      }
      waiting?.continuation.resume(throwing: CancellationError())
    }
  }

  private func leave() {
    let ready = state.withLock { state in
      state.free += 1
      return grant(&state)
    }
    for waiting in ready { waiting.continuation.resume() }
  }

  /// Lets in whoever may begin now, the first to come first.
  private func grant(_ state: inout State) -> [Waiting] {
    let count = min(state.free, state.waiting.count)
    defer {
      state.free -= count
      state.waiting.removeFirst(count)
    }
    return Array(state.waiting.prefix(count))
  }
}
