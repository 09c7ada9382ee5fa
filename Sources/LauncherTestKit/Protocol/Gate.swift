/// Keeps native commands under way until a check has done what it wants to do meanwhile.
final class Gate: Sendable {
  private let stream: AsyncStream<Never>
  private let continuation: AsyncStream<Never>.Continuation

  init() { (stream, continuation) = AsyncStream.makeStream() }

  func open() { continuation.finish() }

  /// Returns once the gate is open, or whoever waits is cancelled.
  func passed() async { for await _ in stream {} }
}
