/// How long to wait before the next look.
///
/// It begins at the adapter's least interval (two seconds where it names none), stretches by a quarter
/// while nothing changes, up to thirty times the least, and never falls under twenty times what the last
/// answer took, so that looking costs a scheduler one twentieth of its time at the most.
struct PollingPace: Sendable {
  private let least: Duration
  private var current: Duration

  init(least: Duration?) {
    self.least = max(least ?? .seconds(2), .milliseconds(10))
    current = self.least
  }

  /// The wait before the next look.
  ///
  /// - Parameters:
  ///   - changed: whether the last look showed a change.
  ///   - took: how long it took.
  ///   - retryAfter: what the scheduler or the adapter asked for.
  mutating func next(changed: Bool, took: Duration, retryAfter: Duration? = nil) -> Duration {
    current = changed ? least : min(current * 5 / 4, least * 30)
    return max(current, took * 20, retryAfter ?? .zero)
  }
}
