import LauncherProtocol

/// An adapter that is a part of this program: it speaks the adapter protocol as a process does, without being one.
///
/// For tests of programs that use LauncherKit. `LauncherTestKit.FakeScheduler` is one.
public protocol InProcessAdapter: Sendable {
  /// Its name, as `--adapter` and `JobReference.adapter` have it.
  var name: String { get }

  /// Answers the host's lines until there are no more, or until its task is cancelled.
  ///
  /// - Parameters:
  ///   - lines: the host's messages, each without the end of its line.
  ///   - answer: sends a message to the host, with the end of its line.
  func serve(_ lines: AsyncStream<[UInt8]>, answer: @escaping @Sendable ([UInt8]) throws -> Void) async
}
