import Glibc
import LauncherProtocol
import StateStorage
import Synchronization

/// Says, for as long as a program that submits or one of its native commands is at work, that it is: whatever kills
/// either of them.
///
/// It is a lock on a file of the program, and on the file that each native command has as its standard input. The system
/// lets the latter go only when the program and the command have both ended.
package final class SubmissionLock: Sendable {
  private let folder: String
  private let held = Mutex<Held?>(nil)

  private struct Held {
    let name: String
    let descriptor: Int32
    var inputs = 0
  }

  /// A lock in a store's folder, which is taken when it is first needed.
  init(in store: String) { folder = Self.folder(of: store) }

  deinit {
    held.withLock { held in
      guard let held else { return }
      unlink(folder + "/" + held.name)
      close(held.descriptor)
    }
  }

  private static func folder(of store: String) -> String { store + "/submitting" }

  /// The lock's name in the store; it is held from now on.
  func hold() throws -> String {
    try held.withLock { held in
      if let held { return held.name }
      try PrivateFolder.make(folder)
      let name = Launcher.makeToken()
      held = Held(name: name, descriptor: try Self.lockedFile(folder + "/" + name))
      return name
    }
  }

  /// A locked file for the standard input of a native command, with its path.
  func makeInput() throws -> (descriptor: Int32, path: String) {
    let name = try hold()
    let number = held.withLock { held in
      held?.inputs += 1
      return held?.inputs ?? 0
    }
    let path = "\(folder)/\(name).\(number)"
    return (try Self.lockedFile(path), path)
  }

  private static func lockedFile(_ path: String) throws -> Int32 {
    let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw PrivateFolder.error(errno, "the lock \(path) cannot be made") }
    // Nobody else has seen the file. A file system without locks leaves the time limits of a search to decide.
    _ = flock(descriptor, LOCK_EX | LOCK_NB)
    return descriptor
  }

  /// Whether a program or one of its commands is still at work; what killed ones left behind is removed.
  static func isHeld(_ name: String, in store: String) -> Bool {
    let folder = folder(of: store)
    // The program's own comes first: while it is at work, one of its inputs may be made and not yet be locked.
    if isHeld(folder + "/" + name) { return true }
    let inputs = files(of: folder).filter { $0.hasPrefix(name + ".") }
    // Each of them, so that all that nobody holds is removed.
    return inputs.count { isHeld(folder + "/" + $0) } > 0
  }

  private static func isHeld(_ path: String) -> Bool {
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK { return true }
    unlink(path)
    return false
  }

  private static func files(of folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      names.append(
        withUnsafePointer(to: &entry.pointee.d_name) {
          $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
      )
    }
    return names
  }
}
