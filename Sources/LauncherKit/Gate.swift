/// Something that happens once, and that may be waited for.
package final class Gate: Sendable {
  private let stream: AsyncStream<Never>
  private let continuation: AsyncStream<Never>.Continuation

  package init() { (stream, continuation) = AsyncStream.makeStream() }

  package func open() { continuation.finish() }

  /// Returns once the gate is open, or whoever waits is cancelled.
  package func passed() async { for await _ in stream {} }
}
