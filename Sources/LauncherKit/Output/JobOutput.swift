import LauncherProtocol

/// A job's output in pieces, each with its stream and its place in that stream's file.
public struct JobOutput: AsyncSequence, Sendable {
  public typealias Element = OutputPiece
  public typealias Failure = any Error

  /// The same, where output that cannot be read is an event of its own: one stream that cannot be read does not end the
  /// other.
  public let events: JobEvents

  public func makeAsyncIterator() -> Iterator { Iterator(events: events.makeAsyncIterator()) }

  /// Iterates over the pieces.
  public struct Iterator: AsyncIteratorProtocol {
    fileprivate var events: JobEvents.Iterator

    /// The next piece; `nil` when all has been read.
    ///
    /// - Throws: `OutputError` when a file cannot be read; `LauncherError` when it, or the job, cannot be reached.
    public mutating func next() async throws -> OutputPiece? {
      while let event = try await events.next() {
        switch event {
        case .output(let piece): return piece
        case .unreadable(let error): throw error
        case .status: break
        }
      }
      return nil
    }
  }
}
