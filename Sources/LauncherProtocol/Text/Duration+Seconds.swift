extension Duration {
  /// The duration in seconds, to the millisecond.
  public var inSeconds: Double {
    let (seconds, attoseconds) = components
    return Double(seconds) + (Double(attoseconds) / 1e15).rounded() / 1000
  }

  /// Whole seconds, rounded up, so that a limit is never shorter than requested.
  public var secondsRoundedUp: Int64 {
    let (seconds, attoseconds) = components
    return attoseconds > 0 ? seconds + 1 : seconds
  }

  /// A duration from another process's number; `nil` if it is not finite or exceeds a thousand years.
  public init?(safeSeconds seconds: Double) {
    guard seconds.isFinite, abs(seconds) < 3.2e10 else { return nil }
    self = .milliseconds(Int64((seconds * 1000).rounded()))
  }
}
