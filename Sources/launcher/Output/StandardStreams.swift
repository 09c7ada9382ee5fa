import Glibc

/// Standard output: results, nothing else.
enum StandardOutput {
  /// Writes one or more lines, in which nothing can act on a terminal. A reader that went away ends the program
  /// quietly; a result that is lost in another way is reported.
  ///
  /// - Parameter notice: what to print on standard error if the line is not delivered, for a result that the user
  ///   cannot do without.
  static func write(_ line: String, whenLost notice: String? = nil) {
    write(Array((Terminal.harmlessLines(line) + "\n").utf8), whenLost: notice)
  }

  /// Standard output has no reader any more.
  struct Closed: Error {}

  /// Writes bytes as they are, and leaves it to the caller to handle a reader that went away.
  static func pass(_ bytes: [UInt8], whenLost notice: String? = nil) throws(Closed) {
    switch StandardStream.write(bytes[...], to: STDOUT_FILENO) {
    case 0: return
    case EPIPE: throw Closed()
    case let number: fail(number, notice)
    }
  }

  /// Writes bytes as they are.
  static func write(_ bytes: [UInt8], whenLost notice: String? = nil) {
    switch StandardStream.write(bytes[...], to: STDOUT_FILENO) {
    case 0: return
    // The exit code that a shell shows for a program that SIGPIPE ended.
    case EPIPE:
      if let notice { StandardError.write("launcher: nobody reads the result\n  \(notice)") }
      Interrupts.exit(141)
    case let number: fail(number, notice)
    }
  }
}

extension StandardOutput {
  private static func fail(_ number: Int32, _ notice: String?) -> Never {
    // A closed standard output shows as one or the other, since another file may have its number by then.
    let isClosed = number == EBADF || number == EINVAL
    let reason = isClosed ? "standard output is not open" : String(cString: strerror(number))
    StandardError.write("launcher: the result could not be written: \(reason)")
    if let notice { StandardError.write("  \(notice)") }
    Interrupts.exit(ExitStatusCode.inputOutput.rawValue)
  }
}

/// Standard error: messages for people.
enum StandardError {
  /// Writes one or more lines, in which nothing can act on a terminal.
  static func write(_ line: String) { write(Array((Terminal.harmlessLines(line) + "\n").utf8)) }

  /// Writes bytes as they are.
  static func write(_ bytes: [UInt8]) { _ = StandardStream.write(bytes[...], to: STDERR_FILENO) }
}

private enum StandardStream {
  /// Writes all bytes; returns 0, or the number of the error.
  static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Int32 {
    var rest = bytes
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      if count < 0, errno == EAGAIN {
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = poll(&waiting, 1, -1)
        continue
      }
      guard count > 0 else { return count < 0 ? errno : EIO }
      rest = rest.dropFirst(count)
    }
    return 0
  }
}
