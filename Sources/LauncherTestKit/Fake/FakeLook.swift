import LauncherProtocol

/// A look at the jobs of a ``FakeScheduler``.
public struct FakeLook: Hashable, Sendable {
  /// The jobs that were asked for; `nil` for all of the user's.
  public var jobs: [JobReference]?

  /// An answer that is given to a look, whatever jobs there are.
  public enum Answer: Sendable {
    /// Some statuses, all there are.
    case jobs([JobStatus])
    /// Some statuses, and it is not known whether these are all.
    case part([JobStatus])
    /// No answer.
    case fails(LauncherError)
  }
}
