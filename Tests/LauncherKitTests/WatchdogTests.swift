import Synchronization
import Testing

@testable import LauncherKit

@Suite("Limits, looked after with one timer")
struct WatchdogTests {
  private let watchdog = Watchdog()

  /// Work that ends only when it is cancelled.
  private func endless() -> Task<Int, any Error> {
    Task {
      try await ContinuousClock().sleep(for: .seconds(600))
      return 0
    }
  }

  @Test func `work that ends in time is let be`() async throws {
    let (result, hasExpired) = await watchdog.limit(Task { 7 }) { $0 + .seconds(600) }
    #expect(try result.get() == 7)
    #expect(!hasExpired)
  }

  @Test func `work is cancelled once its limit is used up`() async {
    let deadline = ContinuousClock.now + .milliseconds(50)
    let (result, hasExpired) = await watchdog.limit(endless()) { $0 < deadline ? deadline : nil }
    #expect(hasExpired)
    #expect(ContinuousClock.now >= deadline)
    #expect(throws: CancellationError.self) { try result.get() }
  }

  @Test func `a limit that is used up from the start cancels at once`() async {
    #expect(await watchdog.limit(endless()) { _ in nil }.hasExpired)
  }

  @Test func `what has a short limit does not wait for what has a long one and came first`() async {
    await withTaskGroup(of: String.self) { group in
      for (name, limit) in [("long", Duration.seconds(600)), ("short", .milliseconds(20))] {
        let deadline = ContinuousClock.now + limit
        group.addTask { [self] in
          _ = await watchdog.limit(endless()) { $0 < deadline ? deadline : nil }
          return name
        }
      }
      #expect(await group.next() == "short")
      group.cancelAll()
    }
  }

  @Test func `a look that sees signs of life puts the end off`() async {
    let looks = Mutex(0)
    let hasExpired = await watchdog.limit(endless()) { now in
      let count = looks.withLock { looks in
        looks += 1
        return looks
      }
      return count < 5 ? now + .milliseconds(5) : nil
    }.hasExpired
    #expect(hasExpired)
    #expect(looks.withLock { $0 } == 5)
  }

  @Test func `cancelling the waiting task cancels the work, and that does not count as a used up limit`() async {
    let work = endless()
    let waiting = Task { await watchdog.limit(work) { $0 + .seconds(600) } }
    waiting.cancel()
    let (result, hasExpired) = await waiting.value
    #expect(!hasExpired)
    #expect(throws: CancellationError.self) { try result.get() }
  }

  @Test func `what was let go is not ended any more`() async throws {
    let hasExpired = Mutex(false)
    let deadline = ContinuousClock.now + .milliseconds(30)
    let number = watchdog.watch {
      $0 < deadline ? deadline : nil
    } expire: {
      hasExpired.withLock { $0 = true }
    }
    #expect(!watchdog.end(number))
    // Another one, whose limit is later, has been checked after it.
    let later = deadline + .milliseconds(30)
    #expect(await watchdog.limit(endless()) { $0 < later ? later : nil }.hasExpired)
    #expect(!hasExpired.withLock { $0 })
  }
}
