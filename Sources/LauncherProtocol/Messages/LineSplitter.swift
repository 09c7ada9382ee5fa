import Glibc

/// Cuts a stream of bytes into lines.
public struct LineSplitter: Sendable {
  private var partial: [UInt8] = []

  /// A splitter at the start of a stream.
  public init() {}

  /// Whether the stream so far ends in the middle of a line.
  public var hasPartialLine: Bool { !partial.isEmpty }

  /// Takes the next bytes and returns the lines they complete, without their line ends; empty lines are left out.
  ///
  /// - Throws: `LauncherError` when a line grows beyond 16 MiB.
  public mutating func append(_ bytes: UnsafeRawBufferPointer) throws -> [[UInt8]] {
    var lines: [[UInt8]] = []
    var rest = bytes
    while let start = rest.baseAddress, let end = memchr(start, 0x0A, rest.count) {
      let length = UnsafeRawPointer(end) - start
      partial.append(contentsOf: UnsafeRawBufferPointer(rebasing: rest[..<length]))
      try checkLength()
      if partial.last == 0x0D { partial.removeLast() }
      if !partial.isEmpty { lines.append(partial) }
      partial = []
      rest = UnsafeRawBufferPointer(rebasing: rest[(length + 1)...])
    }
    partial.append(contentsOf: rest)
    try checkLength()
    return lines
  }

  /// Takes the next bytes, as above.
  public mutating func append(_ bytes: some Sequence<UInt8>) throws -> [[UInt8]] {
    try Array(bytes).withUnsafeBytes { try append($0) }
  }

  private mutating func checkLength() throws {
    guard partial.count <= JSONRPC.greatestLine else {
      partial = []
      throw LauncherError(.tooLarge, "a line is longer than 16 MiB")
    }
  }
}
