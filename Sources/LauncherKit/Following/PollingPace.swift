import LauncherProtocol

/// How long to wait before the next look.
///
/// It begins at the adapter's least interval (two seconds where it names none), stretches by a quarter
/// while nothing changes, up to thirty times the least, and never falls under twenty times what each of the
/// last two answers took, so that looking costs a scheduler one twentieth of its time at the most. A single
/// slow answer is no measure: it may have waited for a scheduler that was away and came back.
struct PollingPace: Sendable {
  let least: Duration
  /// The interval by itself, without regard to how long an answer took.
  private(set) var current: Duration
  /// What the answer before took.
  private var before: Duration?

  /// A command that tried in vain for twenty seconds was no load of twenty seconds: as long again will do, so that the
  /// end of an outage is not noticed minutes late.
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
  ///   - problem: what came in its way. The wait is at least what the scheduler or the adapter asked for with it.
  mutating func next(changed: Bool, took: Duration, problem: LauncherError? = nil) -> Duration {
    let took = problem == nil ? took : took / Self.vainShare
    current = changed ? least : min(current * 5 / 4, least * 30)
    let load = min(took, before ?? took)
    before = took
    return max(current, load * 20, problem?.retryAfter ?? .zero)
  }
}
