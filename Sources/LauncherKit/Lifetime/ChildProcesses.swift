import Synchronization

/// The processes that this program started and has not waited for yet: adapters, and connections to other machines.
package enum ChildProcesses {
  private struct State {
    var lastNumber = 0
    /// The function that asks each process to exit.
    var children: [Int: @Sendable () -> Void] = [:]
    /// The tasks that wait until there are none.
    var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
  }

  private static let state = Mutex(State())

  /// Stands for a process from its start to its end.
  struct Ticket {
    fileprivate let number: Int
  }

  /// Notes a process that is started.
  ///
  /// - Parameter close: asks it to exit.
  static func note(close: @escaping @Sendable () -> Void) -> Ticket {
    state.withLock { state in
      state.lastNumber += 1
      state.children[state.lastNumber] = close
      return Ticket(number: state.lastNumber)
    }
  }

  /// Forgets a process that has been reaped.
  static func forget(_ ticket: Ticket) {
    let waiting = state.withLock { state in
      state.children[ticket.number] = nil
      guard state.children.isEmpty else { return [] as [CheckedContinuation<Void, Never>] }
      defer { state.waiting = [:] }
      return Array(state.waiting.values)
    }
    for continuation in waiting { continuation.resume() }
  }

  /// Whether there are none.
  package static var isEmpty: Bool { state.withLock { $0.children.isEmpty } }

  /// Asks every process to exit, and waits until all have: if no other process reaps what a program leaves running, it
  /// remains as a zombie.
  ///
  /// - Parameter limit: how long to wait at most.
  package static func endAll(within limit: Duration) async {
    for close in state.withLock({ Array($0.children.values) }) { close() }
    await withCheckedContinuation { continuation in
      let number = state.withLock { state -> Int? in
        guard !state.children.isEmpty else { return nil }
        state.lastNumber += 1
        state.waiting[state.lastNumber] = continuation
        return state.lastNumber
      }
      guard let number else { return continuation.resume() }
      Task {
        try? await ContinuousClock().sleep(for: limit)
        state.withLock { $0.waiting.removeValue(forKey: number) }?.resume()
      }
    }
  }
}
