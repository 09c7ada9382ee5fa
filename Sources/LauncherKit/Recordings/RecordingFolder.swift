import FoundationEssentials
import Glibc
import LauncherProtocol
import SystemPackage

/// The folder of a recording. No name in it leads outside: no link is followed, whoever created it.
struct RecordingFolder: Sendable {
  let path: String

  /// Whether a recording may name a file this way: `files/1`, never a place above or elsewhere.
  static func isJobFile(_ name: String) -> Bool {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == "files", let first = parts[1].utf8.first, first != UInt8(ascii: ".") else {
      return false
    }
    return parts[1].utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || "._-".utf8.contains(byte)
    }
  }

  /// Whether a name leads to a regular file of the recording, through folders of the recording.
  func holdsFile(_ name: String) -> Bool {
    guard let descriptor = try? open(name, O_RDONLY | O_NONBLOCK) else { return false }
    defer { close(descriptor) }
    var information = stat()
    return fstat(descriptor, &information) == 0 && information.st_mode & S_IFMT == S_IFREG
  }

  /// Creates a folder in it, for its owner alone; an existing one stays.
  func makeFolder(_ name: String, isNew: Bool = false) throws {
    let top = try openTop()
    defer { close(top) }
    if mkdirat(top, name, 0o700) == 0 { return }
    guard errno == EEXIST, !isNew else { throw Errno(rawValue: errno) }
  }

  /// Writes a file in it, for its owner alone, replacing the file of that name.
  func write(_ name: String, _ body: (FileDescriptor) throws -> Void) throws {
    let (folder, last) = try openParent(of: name)
    defer { close(folder) }
    let aside = ".new-\(String(UInt64.random(in: .min ... .max), radix: 16))"
    let descriptor = openat(folder, aside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    do {
      let file = FileDescriptor(rawValue: descriptor)
      try file.closeAfter { try body(file) }
      guard renameat(folder, aside, folder, last) == 0 else { throw Errno(rawValue: errno) }
    } catch {
      unlinkat(folder, aside, 0)
      throw error
    }
  }

  /// Opens a file in it.
  private func open(_ name: String, _ flags: Int32) throws -> Int32 {
    let (folder, last) = try openParent(of: name)
    defer { close(folder) }
    let descriptor = openat(folder, last, flags | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    return descriptor
  }

  private func openTop() throws -> Int32 {
    let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Errno(rawValue: errno) }
    return descriptor
  }

  private func openParent(of name: String) throws -> (descriptor: Int32, last: String) {
    var descriptor = try openTop()
    let parts = name.split(separator: "/").map(String.init)
    for part in parts.dropLast() {
      let next = openat(descriptor, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      let number = errno
      close(descriptor)
      guard next >= 0 else { throw Errno(rawValue: number) }
      descriptor = next
    }
    return (descriptor, parts.last ?? "")
  }
}
