/// Some bytes of a job's output, in the order in which they stand in its file.
public struct OutputPiece: Hashable, Sendable {
  /// The stream that they belong to.
  public var stream: JobStream
  /// Where they begin in the stream's file, in bytes from its beginning. It is 0 again where the file was cut off and
  /// began anew.
  public var offset: Int64
  /// The bytes; a letter of several bytes may be divided between two pieces. A piece has at most 4 MiB, but for the last
  /// lines of a file on another machine, which come in one.
  public var bytes: [UInt8]

  /// Makes a piece.
  public init(stream: JobStream, offset: Int64, bytes: [UInt8]) {
    self.stream = stream
    self.offset = offset
    self.bytes = bytes
  }
}
