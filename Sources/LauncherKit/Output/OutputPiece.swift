/// Some bytes of a job's output, in the order of its file.
public struct OutputPiece: Hashable, Sendable {
  /// The stream that they belong to.
  public var stream: JobStream
  /// Where they begin in the stream's file, in bytes from its beginning. It is 0 again if the file was truncated and
  /// restarted.
  public var offset: Int64
  /// The bytes; a character of several bytes may be split between two pieces. A piece has at most 4 MiB, except for the
  /// last lines of a file on another machine, which come in one piece.
  public var bytes: [UInt8]

  /// Creates a piece.
  public init(stream: JobStream, offset: Int64, bytes: [UInt8]) {
    self.stream = stream
    self.offset = offset
    self.bytes = bytes
  }
}
