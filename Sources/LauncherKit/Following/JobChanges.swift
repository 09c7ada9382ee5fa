import LauncherProtocol

/// The changes of some jobs, as they are observed, until all of them have finished.
///
/// A job's first status is its first change. A look that fails is repeated later, and the jobs keep their last state. A
/// failure that repetition cannot fix ends the sequence with its error. A job that is gone in several consecutive looks
/// is no longer waited for.
public struct JobChanges: AsyncSequence, Sendable {
  public typealias Element = JobStatus
  public typealias Failure = any Error

  /// Begins to follow the jobs, once for each iteration over the changes.
  let follow: @Sendable () -> Following

  public func makeAsyncIterator() -> Iterator {
    let following = follow()
    following.finish()
    return Iterator(events: following.makeAsyncIterator())
  }

  /// Iterates over the changes.
  public struct Iterator: AsyncIteratorProtocol {
    var events: Following.Iterator

    /// The next change; `nil` once all jobs have finished.
    ///
    /// - Throws: `LauncherError` when the scheduler cannot be asked and asking again makes no sense.
    public mutating func next() async throws -> JobStatus? {
      while let event = try await events.next() {
        if case .status(let status) = event { return status }
      }
      return nil
    }
  }
}
