import Synchronization

/// Monitors whatever has a limit, many things at a time, with one timer for all of them.
final class Watchdog: Sendable {
  /// Returns when to check again; `nil` when the limit is used up.
  typealias Look = @Sendable (_ now: ContinuousClock.Instant) -> ContinuousClock.Instant?

  private struct Watched {
    let look: Look
    let expire: @Sendable () -> Void
    var next: ContinuousClock.Instant
  }

  private struct State {
    var lastNumber = 0
    var watched: [Int: Watched] = [:]
    var sleeper: (task: Task<Void, Never>, until: ContinuousClock.Instant)?
  }

  private let clock = ContinuousClock()
  private let state = Mutex(State())

  /// Waits for `work`, and cancels it when a look returns `nil`.
  ///
  /// - Returns: the result of the work, and whether its limit was used up before it had ended.
  func limit<Value: Sendable>(
    _ work: Task<Value, any Error>,
    _ look: @escaping Look
  ) async -> (result: Result<Value, any Error>, hasExpired: Bool) {
    let number = watch(look) { work.cancel() }
    let result = await withTaskCancellationHandler {
      await work.result
    } onCancel: {
      work.cancel()
    }
    return (result, end(number))
  }

  /// Begins to monitor something, and calls `expire` once when its limit is used up.
  ///
  /// - Returns: its number, with which `end` stops monitoring it.
  func watch(_ look: @escaping Look, expire: @escaping @Sendable () -> Void) -> Int {
    let now = clock.now
    // A limit that is used up from the start is also left to the sleeper, so that callers need not expect `expire`
    // here.
    let next = look(now) ?? now
    return state.withLock { state in
      state.lastNumber += 1
      state.watched[state.lastNumber] = Watched(look: look, expire: expire, next: next)
      if state.sleeper.map({ $0.until > next }) ?? true {
        state.sleeper?.task.cancel()
        state.sleeper = (Task { await self.sleep(until: next) }, next)
      }
      return state.lastNumber
    }
  }

  /// Stops monitoring something.
  ///
  /// - Returns: whether its limit had been used up.
  func end(_ number: Int) -> Bool { state.withLock { $0.watched.removeValue(forKey: number) == nil } }

  /// Sleeps and checks until there is nothing to monitor, or another task sleeps in its place.
  private func sleep(until first: ContinuousClock.Instant) async {
    var next: ContinuousClock.Instant? = first
    while let instant = next {
      guard (try? await clock.sleep(until: instant)) != nil else { return }
      next = lookAtAll()
    }
  }

  private func lookAtAll() -> ContinuousClock.Instant? {
    let now = clock.now
    let due = state.withLock { $0.watched.filter { $0.value.next <= now } }
    for (number, watched) in due {
      let next = watched.look(now)
      let isNews = state.withLock { state in
        guard state.watched[number] != nil else { return false }
        if let next { state.watched[number]?.next = next } else { state.watched[number] = nil }
        return true
      }
      if next == nil, isNews { watched.expire() }
    }
    return state.withLock { state in
      let next = state.watched.values.map(\.next).min()
      if Task.isCancelled { return nil }
      if let next { state.sleeper?.until = next } else { state.sleeper = nil }
      return next
    }
  }
}
