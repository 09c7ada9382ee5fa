/// Something that happens once, and that can be waited for.
final class Gate: Sendable {
  private let stream: AsyncStream<Never>
  private let continuation: AsyncStream<Never>.Continuation

  init() { (stream, continuation) = AsyncStream.makeStream() }

  func open() { continuation.finish() }

  /// Returns once the gate is open or the waiting task is cancelled.
  func passed() async { for await _ in stream {} }
}
