import Synchronization

/// Lets the submit commands of many submissions run a few at a time.
///
/// More submissions are under way than commands may run, so that the next command is ready when one ends. Where only one
/// may run, they begin in the order of the submissions.
final class SubmissionTurns: Sendable {
  /// One submission among the others.
  struct Turn: Sendable {
    let turns: SubmissionTurns
    fileprivate let number: Int

    /// Runs a command when it may.
    ///
    /// - Throws: what `command` throws; `CancellationError`, without having begun, when the task is cancelled or the turns are
    ///   closed before.
    func run<Result: Sendable>(_ command: () async throws -> Result) async throws -> Result {
      try await turns.enter(number)
      defer { turns.leave() }
      try Task.checkCancellation()
      return try await command()
    }

    /// The submission is over, with a command or without.
    func end() { turns.end(number) }
  }

  /// The turn of the submission that the current task makes; `nil` where submissions do not wait for each other.
  @TaskLocal static var current: Turn?

  private struct State {
    var free: Int
    var isClosed = false
    var lastNumber = 0
    /// The submissions of which no command has begun yet, in their order.
    var toCome: [Int] = []
    var waiting: [Waiting] = []
    var lastPlace = 0
    /// The places of those whose task was cancelled before they had begun to wait.
    var cancelled: Set<Int> = []
  }

  private struct Waiting {
    let number: Int
    let place: Int
    let continuation: CheckedContinuation<Void, any Error>
  }

  private let isOrdered: Bool
  private let state: Mutex<State>

  /// Turns of which `limit` may run commands at a time.
  init(atMost limit: Int) {
    isOrdered = limit <= 1
    state = Mutex(State(free: max(1, limit)))
  }

  /// The turn behind all that were taken so far.
  func take() -> Turn {
    state.withLock { state in
      state.lastNumber += 1
      if isOrdered { state.toCome.append(state.lastNumber) }
      return Turn(turns: self, number: state.lastNumber)
    }
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

  private func enter(_ number: Int) async throws {
    let place = state.withLock { state in
      state.lastPlace += 1
      return state.lastPlace
    }
    defer { state.withLock { _ = $0.cancelled.remove(place) } }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let ready: [Waiting]? = state.withLock { state in
          guard !state.isClosed, !state.cancelled.contains(place) else { return nil }
          state.waiting.append(Waiting(number: number, place: place, continuation: continuation))
          return grant(&state)
        }
        guard let ready else { return continuation.resume(throwing: CancellationError()) }
        for waiting in ready { waiting.continuation.resume() }
      }
    } onCancel: {
      let waiting = state.withLock { state in
        guard let index = state.waiting.firstIndex(where: { $0.place == place }) else {
          state.cancelled.insert(place)
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

  private func end(_ number: Int) {
    let ready = state.withLock { state in
      state.toCome.removeAll { $0 == number }
      return grant(&state)
    }
    for waiting in ready { waiting.continuation.resume() }
  }

  /// Lets in whoever may begin now.
  private func grant(_ state: inout State) -> [Waiting] {
    var ready: [Waiting] = []
    while state.free > 0,
      let index = state.waiting.firstIndex(where: { waiting in state.toCome.first.map { $0 >= waiting.number } ?? true }
      )
    {
      let waiting = state.waiting.remove(at: index)
      state.free -= 1
      state.toCome.removeAll { $0 == waiting.number }
      ready.append(waiting)
    }
    return ready
  }
}
