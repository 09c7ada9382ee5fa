import LauncherProtocol

/// How long to wait before the next look.
///
/// It begins at the adapter's minimum interval (two seconds if it names none), grows by a quarter while nothing
/// changes, up to thirty times the minimum, and never falls below twenty times what each of the last two answers took,
/// so that looking takes at most one twentieth of a scheduler's time. A single slow answer proves nothing: it may have
/// waited for a scheduler that was unavailable and came back.
struct PollingPace: Sendable {
  let least: Duration
  /// The interval alone, regardless of how long an answer took.
  private(set) var current: Duration
  /// How long the previous answer took.
  private var before: Duration?

  /// A command that failed after trying for twenty seconds was not a load of twenty seconds: waiting as long again is
  /// enough, so that the end of an outage is not noticed minutes late.
  private static let vainShare = 20

  init(least: Duration?) {
    self.least = max(least ?? .seconds(2), .milliseconds(10))
    current = self.least
  }

  /// A pace that another program began.
  init(least: Duration, after look: Look) {
    self.least = least
    current = min(max(look.interval, least), least * 30)
    before = look.took
  }

  /// The wait before the next look.
  ///
  /// - Parameters:
  ///   - changed: whether the last look showed a change.
  ///   - took: how long it took.
  ///   - problem: what got in its way. The wait is at least as long as the scheduler or the adapter asked for in it.
  mutating func next(changed: Bool, took: Duration, problem: LauncherError? = nil) -> Duration {
    let took = problem == nil ? took : took / Self.vainShare
    current = changed ? least : min(current * 5 / 4, least * 30)
    let load = min(took, before ?? took)
    before = took
    return max(current, load * 20, problem?.retryAfter ?? .zero)
  }
}
