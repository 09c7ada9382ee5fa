import Synchronization

/// Counts submissions that have begun, and are not yet known to have made a job or none.
package final class SubmissionsUnderWay: Sendable {
  /// Those of the whole program.
  package static let all = SubmissionsUnderWay()

  private struct State {
    var number = 0
    /// Whether no other submission may begin.
    var isClosed = false
    /// The tasks that wait until there are none.
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state = Mutex(State())

  /// The number of submissions whose end is not known yet.
  package var count: Int { state.withLock { $0.number } }

  /// Waits until the end of every submission is known.
  package func waitUntilNone() async {
    await withCheckedContinuation { continuation in
      let isOver = state.withLock { state in
        if state.number > 0 { state.waiting.append(continuation) }
        return state.number == 0
      }
      if isOver { continuation.resume() }
    }
  }

  /// Lets no other submission begin, and waits until the end of each one is known.
  func close() async {
    state.withLock { $0.isClosed = true }
    await waitUntilNone()
  }

  /// Counts a submission that begins; `leave` has to follow.
  ///
  /// - Returns: whether it may begin.
  func enter() -> Bool {
    state.withLock { state in
      if !state.isClosed { state.number += 1 }
      return !state.isClosed
    }
  }

  /// Counts a submission as ended.
  func leave() {
    let waiting = state.withLock { state in
      state.number -= 1
      guard state.number == 0 else { return [] as [CheckedContinuation<Void, Never>] }
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }
}
