import Dispatch
import FoundationEssentials
import Glibc
import LauncherProtocol

/// Serves an adapter over standard input and output until the input ends.
public enum AdapterServer {
  /// Answers the host's requests; when standard input has ended, cancels those under way, and returns once they have
  /// ended.
  public static func serve(_ adapter: some SchedulerAdapter) async {
    // A host that went away shows as a failed write, not as a signal.
    signal(SIGPIPE, SIG_IGN)
    await serve(adapter, lines: lines(of: STDIN_FILENO)) { line in try write(line, to: STDOUT_FILENO) }
  }

  /// Serves an adapter over any line of messages, until there are no more.
  ///
  /// - Parameters:
  ///   - adapter: the adapter.
  ///   - lines: the host's messages, each without the end of its line.
  ///   - send: sends a message to the host, with the end of its line.
  public static func serve(
    _ adapter: some SchedulerAdapter,
    lines: AsyncStream<[UInt8]>,
    send: @escaping @Sendable ([UInt8]) throws -> Void
  ) async {
    let handler = AdapterRequests(adapter: adapter)
    let peer = Peer(handler: handler, send: send)
    handler.attach(peer)
    for await line in lines {
      do {
        try await peer.receive(line: line)
      } catch {
        await peer.reject(LauncherError(wrapping: error, during: "reading a line"))
      }
    }
    await peer.close(throwing: LauncherError(.cancelled, "the host closed the connection"))
    await peer.finishAnswering()
    handler.detach()
  }

  private static func lines(of descriptor: Int32) -> AsyncStream<[UInt8]> {
    AsyncStream { continuation in
      // Reading blocks, and must not hold a thread of the concurrency pool.
      DispatchQueue(label: "host input").async {
        var splitter = LineSplitter()
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
          let count = read(descriptor, &buffer, buffer.count)
          if count < 0, errno == EINTR { continue }
          guard count > 0 else { break }
          guard let lines = try? splitter.append(buffer[..<count]) else {
            AdapterLog.write("the host sent a line that is too long; giving up")
            break
          }
          for line in lines { continuation.yield(line) }
        }
        continuation.finish()
      }
    }
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw LauncherError(.cancelled, "the host does not read any more") }
      rest = rest.dropFirst(count)
    }
  }
}

/// The adapter's log for people: standard error.
public enum AdapterLog {
  /// Writes one line.
  public static func write(_ line: String) {
    let bytes = Array((line + "\n").utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }
}
