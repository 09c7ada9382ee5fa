import Glibc
import LauncherProtocol

/// A file that the user named, read to its end whatever it is: pipes and devices are accepted like files.
enum InputFile {
  /// The largest file that is read; a specification or a script is never that long.
  static let greatestSize = 16 << 20

  /// Reads a file; `-` is standard input.
  ///
  /// - Parameter isRegular: whether it has to be a regular file: a file that another file names must not be one to wait
  ///   for.
  /// - Throws: `ValueError` with only the reason: `there is no such file`.
  static func read(_ path: String, isRegular: Bool = false) throws(ValueError) -> [UInt8] {
    let isInput = path == "-"
    let flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | (isRegular ? O_NONBLOCK : 0)
    let descriptor = isInput ? STDIN_FILENO : open(path, flags)
    guard descriptor >= 0 else { throw ValueError("it cannot be read: \(reason(errno))") }
    defer { if !isInput { close(descriptor) } }
    var information = stat()
    if isRegular, fstat(descriptor, &information) == 0, information.st_mode & S_IFMT != S_IFREG {
      throw ValueError(information.st_mode & S_IFMT == S_IFDIR ? "it is a folder" : "it is not a regular file")
    }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= greatestSize {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw ValueError("it cannot be read: \(reason(errno))") }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
    throw ValueError("it is larger than 16 MiB")
  }

  private static func reason(_ number: Int32) -> String {
    switch number {
    case ENOENT, ENOTDIR: "there is no such file"
    case EACCES, EPERM: "you may not read it"
    case EISDIR: "it is a folder"
    default: String(cString: strerror(number))
    }
  }
}
