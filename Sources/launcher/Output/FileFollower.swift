import Glibc

/// Reads a file that grows, from a place onwards; a file that is not there yet has nothing so far.
struct FileFollower: ~Copyable {
  let path: String
  private var descriptor: Int32 = -1

  init(path: String) { self.path = path }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Skips to the last `count` lines of what is there.
  ///
  /// - Throws: `Failure` when the file cannot be read.
  mutating func skip(toLast count: Int) throws(Failure) {
    guard try open() else { return }
    var information = stat()
    guard fstat(descriptor, &information) == 0 else { return }
    var position = Int(information.st_size)
    var newlines = 0
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while position > 0 {
      let size = min(position, buffer.count)
      let read = pread(descriptor, &buffer, size, off_t(position - size))
      guard read == size else { break }
      for index in stride(from: size - 1, through: 0, by: -1) where buffer[index] == 0x0A {
        let isLastByte = position - size + index == Int(information.st_size) - 1
        if !isLastByte { newlines += 1 }
        if newlines == count {
          lseek(descriptor, off_t(position - size + index + 1), SEEK_SET)
          return
        }
      }
      position -= size
    }
    lseek(descriptor, 0, SEEK_SET)
  }

  /// Passes on what has come since the last time.
  ///
  /// - Returns: whether there was anything.
  /// - Throws: `Failure` when the file cannot be read; what `take` throws.
  mutating func drain(into take: ([UInt8]) throws -> Void) throws -> Bool {
    guard try open() else { return false }
    var information = stat()
    // A file that was cut off begins anew.
    if fstat(descriptor, &information) == 0, information.st_size < lseek(descriptor, 0, SEEK_CUR) {
      lseek(descriptor, 0, SEEK_SET)
    }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    var hasRead = false
    while true {
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return hasRead }
      try take(Array(buffer[..<count]))
      hasRead = true
    }
  }

  /// Opens the file without ever waiting: the path is the scheduler's, and whoever opens a pipe waits for its other end.
  private mutating func open() throws(Failure) -> Bool {
    if descriptor >= 0 { return true }
    descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    if descriptor < 0 {
      if errno == ENOENT { return false }
      // What opening a socket says.
      if errno == ENXIO { throw Failure(.noInput, "the job's output at \(path) is not a file, and cannot be shown") }
      throw Failure(.noInput, "the job's output at \(path) cannot be read: \(String(cString: strerror(errno)))")
    }
    var information = stat()
    guard fstat(descriptor, &information) == 0, let complaint = Self.complaint(about: information) else { return true }
    close(descriptor)
    descriptor = -1
    throw Failure(.noInput, "the job's output at \(path) \(complaint), and cannot be shown")
  }

  /// Why what is there is not output that can be shown; `nil` when it is.
  private static func complaint(about information: stat) -> String? {
    switch information.st_mode & S_IFMT {
    case S_IFREG: return nil
    // Output that nobody wants goes to the null device, which is empty.
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
}
