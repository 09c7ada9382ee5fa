import Glibc
import LauncherProtocol

/// A moving part of a file, in memory; places count from its beginning.
///
/// The JSON and XML readers read through it. They ask for a byte or two so often that this must cost neither a call
/// into another module nor an exclusivity check: hence `@inlinable`, and a state at an address of its own.
package final class FileWindow {
  @usableFromInline
  struct State {
    @usableFromInline var bytes: UnsafeRawBufferPointer
    var offset = 0
    var isAtEnd = false
    var buffer: UnsafeMutableRawBufferPointer
    var begin = 0
    var end = 0
  }

  @usableFromInline let state: UnsafeMutablePointer<State>
  private let descriptor: Int32

  /// The bytes in memory.
  @inlinable package var bytes: UnsafeRawBufferPointer { state.pointee.bytes }
  /// Where they begin in the file.
  package var offset: Int { state.pointee.offset }

  /// Opens a file and reads nothing yet.
  package init(path: String, piece: Int) throws {
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw LauncherError(.internalFailure, "the command's output \(path) cannot be read: errno \(errno)")
    }
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: max(64, piece), alignment: 16)
    state = .allocate(capacity: 1)
    state.initialize(to: State(bytes: UnsafeRawBufferPointer(rebasing: buffer[0..<0]), buffer: buffer))
  }

  deinit {
    close(descriptor)
    state.pointee.buffer.deallocate()
    state.deallocate()
  }

  /// Forgets the first bytes.
  package func drop(_ count: Int) { state.pointee.drop(count) }

  /// The byte at a place; `nil` after the file's end.
  @inlinable
  package func byte(_ place: Int) throws -> UInt8? {
    while place >= bytes.count { guard try fill() else { return nil } }
    return bytes[place]
  }

  /// The first place of a byte from a place on; `nil` when the file has none.
  package func find(_ byte: UInt8, from place: Int) throws -> Int? {
    var searched = place
    while true {
      let bytes = bytes
      if searched < bytes.count, let base = bytes.baseAddress,
        let found = memchr(base + searched, Int32(byte), bytes.count - searched)
      {
        return UnsafeRawPointer(found) - base
      }
      searched = max(place, bytes.count)
      guard try fill() else { return nil }
    }
  }

  /// Forgets the rest of a line, however long it is; `false` when the file ends first.
  package func dropLine() throws -> Bool {
    while true {
      if let place = bytes.firstPlace(of: 0x0A) {
        drop(place + 1)
        return true
      }
      drop(bytes.count)
      guard try fill() else { return false }
    }
  }

  /// Whether that many bytes are in memory, after reading on if there is more.
  package func has(_ count: Int) throws -> Bool {
    while bytes.count < count { guard try fill() else { return false } }
    return true
  }

  /// Reads on; all places stay as they are.
  ///
  /// - Returns: whether there was more.
  @usableFromInline
  package func fill() throws -> Bool { try state.pointee.fill(from: descriptor) }
}

extension FileWindow.State {
  fileprivate mutating func drop(_ count: Int) {
    begin += count
    offset += count
    bytes = UnsafeRawBufferPointer(rebasing: buffer[begin..<end])
  }

  fileprivate mutating func fill(from descriptor: Int32) throws -> Bool {
    if isAtEnd { return false }
    if begin > 0, let base = buffer.baseAddress {
      memmove(base, base + begin, end - begin)
      end -= begin
      begin = 0
    }
    if end == buffer.count {
      let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: buffer.count * 2, alignment: 16)
      larger.copyMemory(from: UnsafeRawBufferPointer(buffer))
      buffer.deallocate()
      buffer = larger
    }
    defer { bytes = UnsafeRawBufferPointer(rebasing: buffer[begin..<end]) }
    guard let base = buffer.baseAddress else { return false }
    while true {
      let count = read(descriptor, base + end, buffer.count - end)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else {
        throw LauncherError(.internalFailure, "the command's output cannot be read: errno \(errno)")
      }
      isAtEnd = count == 0
      end += count
      return count > 0
    }
  }
}
