import Glibc
import LauncherProtocol

/// Reads a listing record by record, in pieces, so that memory use stays constant however long it is.
///
/// A record is a line that `isStart` takes for the first of a record, and all lines after it that it does not: a line
/// break inside a job's name harms neither that record nor any other. A last line without a line break is a record of
/// its own: it may be the first bytes of one, and must not spoil the one before.
public final class RecordReader {
  /// The greatest record; a longer one is handed out in parts.
  public static let greatestRecord = 1 << 20

  /// Where the record that `next` handed out last begins, in bytes from the start of the file.
  public private(set) var offset = 0
  /// Whether the file ended without a line break: its last record may be truncated.
  public private(set) var endsMidLine = false

  private let descriptor: Int32
  private let isStart: (UnsafeRawBufferPointer) -> Bool
  private var buffer: UnsafeMutableRawBufferPointer
  private var begin = 0
  private var end = 0
  private var bufferOffset = 0
  private var isAtEnd = false

  /// Opens a listing.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - isStart: whether a line, given without its line break, is the first of a record.
  /// - Throws: `LauncherError` when the file cannot be read.
  public init(path: String, isStart: @escaping (UnsafeRawBufferPointer) -> Bool = { _ in true }) throws {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw LauncherError(.internalFailure, "the command's output \(path) cannot be read: errno \(errno)")
    }
    self.isStart = isStart
    buffer = .allocate(byteCount: 1 << 18, alignment: 16)
  }

  deinit {
    close(descriptor)
    buffer.deallocate()
  }

  /// The next record without its last line break, valid until the next call; `nil` at the end.
  public func next() throws -> UnsafeRawBufferPointer? {
    guard var length = try lineLength(from: 0) else { return nil }
    while length <= Self.greatestRecord, let more = try lineLength(from: length) {
      if isStart(line(from: length, length: more)) || endsOpen(from: length, length: more) { break }
      length += more
    }
    let record = line(from: 0, length: length)
    offset = bufferOffset + begin
    begin += length
    return record
  }

  /// Whether a line has no line break, as the last one of a truncated listing.
  private func endsOpen(from start: Int, length: Int) -> Bool { buffer[begin + start + length - 1] != 0x0A }

  /// The bytes of a line without its line break, LF or CR LF.
  private func line(from start: Int, length: Int) -> UnsafeRawBufferPointer {
    let bytes = UnsafeRawBufferPointer(rebasing: buffer[(begin + start)..<(begin + start + length)])
    guard bytes.last == 0x0A else { return bytes }
    return UnsafeRawBufferPointer(rebasing: bytes.dropLast(bytes.dropLast().last == 0x0D ? 2 : 1))
  }

  /// The length of the line that begins `start` bytes after the record's beginning, including its line break.
  private func lineLength(from start: Int) throws -> Int? {
    var searched = start
    while true {
      let from = begin + searched
      if from < end, let base = buffer.baseAddress, let found = memchr(base + from, 0x0A, end - from) {
        return UnsafeRawPointer(found) - UnsafeRawPointer(base) - begin - start + 1
      }
      searched = end - begin
      if isAtEnd || searched - start > Self.greatestRecord { return searched > start ? searched - start : nil }
      try fill()
    }
  }

  private func fill() throws {
    if begin > 0, end > begin, let base = buffer.baseAddress { memmove(base, base + begin, end - begin) }
    bufferOffset += begin
    end -= begin
    begin = 0
    if end == buffer.count {
      let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: buffer.count * 2, alignment: 16)
      larger.copyMemory(from: UnsafeRawBufferPointer(buffer))
      buffer.deallocate()
      buffer = larger
    }
    guard let base = buffer.baseAddress else { return }
    while true {
      let count = read(descriptor, base + end, buffer.count - end)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw LauncherError(.internalFailure, "the command's output cannot be read: errno \(errno)")
      }
      if count == 0 {
        isAtEnd = true
        endsMidLine = end > begin && base.load(fromByteOffset: end - 1, as: UInt8.self) != 0x0A
      }
      end += count
      return
    }
  }
}
