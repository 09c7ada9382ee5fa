import CLinux
import Glibc

/// A path followed as the system follows it, one folder or link after another, each of them open while it is checked:
/// anyone who can replace a folder or a link on the way can choose where it ends.
package enum TrustedPath {
  /// What the end of a path is for, which decides how strictly the way to it is checked.
  package enum Purpose: Sendable {
    /// A file to start: no one else may even add an entry to its folder.
    case program
    /// A folder of the user's own.
    case ownFolder
  }

  /// A step that the system refused.
  package struct Failure: Error {
    /// The step.
    package let path: String
    /// The system's error number.
    package let number: Int32
    /// Whether it was to be created.
    package let isMaking: Bool
  }

  /// Follows a path, and checks each folder that it leads through.
  ///
  /// - Parameters:
  ///   - path: absolute, or relative to the current folder.
  ///   - mode: if given, missing folders are created with these rights.
  /// - Returns: what the system reports about its end.
  /// - Throws: `TrustComplaint` when another user can change where it leads; `Failure`.
  @discardableResult
  package static func follow(_ path: String, for purpose: Purpose, making mode: mode_t? = nil) throws -> stat {
    var here = try Step(opening: "/", in: nil, called: "/")
    var rest = components(of: absolute(path))
    var links = 0
    // The folders that were passed, for the way back up.
    var above: [Step] = []
    while !rest.isEmpty {
      let name = rest.removeFirst()
      if name == ".." {
        here = above.popLast() ?? here
        continue
      }
      try here.check(isSharable: purpose == .ownFolder || !rest.isEmpty, countsDefaults: purpose == .program)
      let next = try here.step(to: name, making: mode)
      if let target = try next.linkTarget() {
        links += 1
        guard links <= 40 else { throw Failure(path: path, number: ELOOP, isMaking: false) }
        if target.utf8.first == slash {
          here = try Step(opening: "/", in: nil, called: "/")
          above = []
        }
        rest = components(of: target) + rest
      } else {
        above.append(here)
        here = next
      }
    }
    return here.information
  }

  /// One file, folder or link on the way, held open.
  private final class Step {
    let descriptor: Int32
    let path: String
    let information: stat

    init(opening name: String, in folder: Step?, called path: String) throws {
      descriptor = clinux_open_path(folder?.descriptor ?? AT_FDCWD, name)
      guard descriptor >= 0 else { throw Failure(path: path, number: -descriptor, isMaking: false) }
      var information = stat()
      guard fstat(descriptor, &information) == 0 else {
        let number = errno
        close(descriptor)
        throw Failure(path: path, number: number, isMaking: false)
      }
      self.path = path
      self.information = information
    }

    deinit { close(descriptor) }

    /// Checks that no one else can replace what is in this folder.
    func check(isSharable: Bool, countsDefaults: Bool) throws {
      // The access lists of a descriptor that was not opened for reading are read through its name.
      let own = "/proc/self/fd/\(descriptor)"
      try FileTrust.check(
        path,
        at: access(own, F_OK) == 0 ? own : path,
        information,
        isSharable: isSharable,
        countsDefaults: countsDefaults
      )
    }

    func step(to name: String, making mode: mode_t?) throws -> Step {
      let next = path == "/" ? "/" + name : path + "/" + name
      do {
        return try Step(opening: name, in: self, called: next)
      } catch let failure as Failure where failure.number == ENOENT {
        guard let mode else { throw failure }
        guard mkdirat(descriptor, name, mode) == 0 || errno == EEXIST else {
          throw Failure(path: next, number: errno, isMaking: true)
        }
        return try Step(opening: name, in: self, called: next)
      }
    }

    /// Where a link leads; `nil` for what is not a link.
    func linkTarget() throws -> String? {
      guard information.st_mode & S_IFMT == S_IFLNK else { return nil }
      guard information.st_uid == 0 || information.st_uid == geteuid() else {
        throw TrustComplaint(path: path, text: "\(path) is a link that belongs neither to you nor to root")
      }
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
      let count = readlinkat(descriptor, "", &buffer, buffer.count)
      guard count >= 0 else { throw Failure(path: path, number: errno, isMaking: false) }
      return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }

  private static func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    guard let pointer = getcwd(nil, 0) else { return path }
    defer { free(pointer) }
    return String(cString: pointer) + "/" + path
  }

  // Paths are split byte by byte: a slash with an accent after it is one `Character`, and not a slash.
  private static let slash = UInt8(ascii: "/")

  private static func components(of path: String) -> [String] {
    path.utf8.split(separator: slash).map { String(decoding: $0, as: UTF8.self) }.filter { $0 != "." }
  }
}
