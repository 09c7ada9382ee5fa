import Glibc
import LauncherProtocol

/// A growing file on this machine.
package final class LocalOutputFile: GrowingFile {
  private let path: String
  private var last: Int?
  private var descriptor: Int32 = -1
  private var offset: Int64 = 0

  /// - Parameter last: to begin with this many of the last lines.
  package init(path: String, last: Int? = nil) {
    self.path = path
    self.last = last
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  var pace: (least: Duration, greatest: Duration) { (.milliseconds(10), .milliseconds(250)) }

  /// - Throws: `OutputError` when the file cannot be read; `LauncherError` (`schedulerUnreachable`) when it cannot be read
  ///   now, as on a network file system whose server is away.
  package func next() throws -> (offset: Int64, bytes: [UInt8]) {
    guard try open() else {
      // What comes later is new.
      last = nil
      return (offset, [])
    }
    var information = stat()
    guard fstat(descriptor, &information) == 0 else { throw unavailable(errno) }
    // A file that was truncated starts from the beginning.
    if information.st_size < offset { offset = 0 }
    let size = min(1 << 16, Int(Int64(information.st_size) - offset))
    guard size > 0 else { return (offset, []) }
    var number: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      var got: Int
      repeat {
        got = pread(descriptor, buffer.baseAddress, size, off_t(offset))
      } while got < 0 && errno == EINTR
      number = got < 0 ? errno : 0
      count = max(0, got)
    }
    if number != 0 { throw unavailable(number) }
    defer { offset += Int64(bytes.count) }
    return (offset, bytes)
  }

  /// A file that was open can be read again later; it is reopened then.
  private func unavailable(_ number: Int32) -> LauncherError {
    close(descriptor)
    descriptor = -1
    return LauncherError(
      .schedulerUnreachable,
      "the file \(path) cannot be read now: \(String(cString: strerror(number)))"
    )
  }

  /// Opens the file without ever waiting: the path comes from the scheduler, and opening a pipe waits for its other
  /// end.
  private func open() throws(OutputError) -> Bool {
    if descriptor >= 0 { return true }
    let opened = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    if opened < 0 {
      if errno == ENOENT { return false }
      // The error of opening a socket.
      if errno == ENXIO { throw unreadable("is not a file, and cannot be shown") }
      throw unreadable("cannot be read: \(String(cString: strerror(errno)))")
    }
    var information = stat()
    if fstat(opened, &information) == 0, let complaint = Self.complaint(about: information) {
      close(opened)
      throw unreadable("\(complaint), and cannot be shown")
    }
    descriptor = opened
    if let last { offset = Self.beginning(ofLast: max(0, last), in: opened) }
    last = nil
    return true
  }

  private func unreadable(_ words: String) -> OutputError {
    .unreadable(path: path, reason: "the job's output at \(path) \(words)")
  }

  /// Why the file is not output that can be shown; `nil` when it is.
  private static func complaint(about information: stat) -> String? {
    switch information.st_mode & S_IFMT {
    case S_IFREG: return nil
    // Unwanted output goes to the null device, which is empty.
    case S_IFCHR where information.st_rdev == nullDevice: return nil
    case S_IFDIR: return "is a directory"
    case S_IFIFO: return "is a named pipe"
    case S_IFCHR, S_IFBLK: return "is a device"
    default: return "is not a file"
    }
  }

  private static let nullDevice: dev_t = {
    var information = stat()
    return stat("/dev/null", &information) == 0 ? information.st_rdev : 0
  }()

  /// Where the last `count` lines of a file begin.
  private static func beginning(ofLast count: Int, in descriptor: Int32) -> Int64 {
    var information = stat()
    guard fstat(descriptor, &information) == 0 else { return 0 }
    let end = Int(information.st_size)
    // None of the existing lines.
    if count == 0 { return Int64(end) }
    var position = end
    var newlines = 0
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while position > 0 {
      let size = min(position, buffer.count)
      guard pread(descriptor, &buffer, size, off_t(position - size)) == size else { return 0 }
      for index in stride(from: size - 1, through: 0, by: -1) where buffer[index] == 0x0A {
        let isLastByte = position - size + index == end - 1
        if !isLastByte { newlines += 1 }
        if newlines == count { return Int64(position - size + index + 1) }
      }
      position -= size
    }
    return 0
  }
}
