import Glibc

/// A file that becomes a job's standard input, output or error.
enum JobFile {
  /// Opens one without ever waiting: opening a pipe waits for its other end, which may never be opened.
  ///
  /// - Throws: `LaunchFailure` with a sentence for the job's status.
  static func open(_ path: String, _ flags: Int32, _ what: String) throws -> Int32 {
    var information = stat()
    // Also checked before opening: opening a socket or a device can have its own errors and effects.
    if stat(path, &information) == 0, let complaint = complaint(about: information) {
      throw LaunchFailure(reason: "\(what) \(path) \(complaint)")
    }
    let descriptor = Glibc.open(path, flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw LaunchFailure(reason: "\(what) \(path) cannot be opened: \(errorText(errno))")
    }
    if fstat(descriptor, &information) == 0, let complaint = complaint(about: information) {
      close(descriptor)
      throw LaunchFailure(reason: "\(what) \(path) \(complaint)")
    }
    // The command expects reading and writing to block.
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
    return descriptor
  }

  /// Why an existing file cannot be such a file; `nil` when it can.
  static func complaint(about information: stat) -> String? {
    switch information.st_mode & S_IFMT {
    case S_IFREG, S_IFCHR: nil
    case S_IFDIR: "is a directory"
    case S_IFIFO: "is a named pipe, for whose other end the job would wait; use a file"
    default: "is neither a file nor a character device"
    }
  }
}
