import Glibc
import LauncherProtocol
import StateStorage
import Synchronization

/// Shows that a program that submits, or one of its native commands, is running, for exactly as long as it is: whatever
/// kills either of them.
///
/// It is a lock on a file of the program, and on the file that each native command has as its standard input. The
/// system releases the latter only when the program and the command have both ended.
package final class SubmissionLock: Sendable {
  private let folder: String
  private let held = Mutex<Held?>(nil)

  private struct Held {
    let name: String
    let descriptor: Int32
    var inputs = 0
    /// The input files that no command needs now, and how many series of submissions they are kept for.
    var unused: [String] = []
    var series = 0
    /// When the file was last marked as recent.
    var markedAt = time(nil)
  }

  /// A lock in a store's folder, which is taken when it is first needed.
  init(in store: String) { folder = Self.folder(of: store) }

  deinit {
    held.withLock { held in
      guard let held else { return }
      for path in held.unused { unlink(path) }
      unlink(folder + "/" + held.name)
      close(held.descriptor)
    }
  }

  private static func folder(of store: String) -> String { store + "/submitting" }

  /// The lock's name in the store; it is held from now on.
  func hold() throws -> String {
    try held.withLock { held in
      if let current = held {
        // If other machines do not see locks, its age is all that they have.
        if time(nil) - current.markedAt > 3_600 {
          futimens(current.descriptor, nil)
          held?.markedAt = time(nil)
        }
        return current.name
      }
      try PrivateFolder.make(folder)
      Self.sweep(folder)
      let name = Launcher.makeToken()
      held = Held(name: name, descriptor: try Self.lockedFile(folder + "/" + name))
      return name
    }
  }

  /// The input file of one command.
  struct Input {
    let path: String
    /// Open and locked; the command inherits it.
    let descriptor: Int32
  }

  /// A locked file for the standard input of a native command: one that another command has finished with, still with
  /// its content, or a new one.
  func makeInput() throws -> Input {
    let name = try hold()
    while let path = held.withLock({ $0?.unused.popLast() }) {
      if let descriptor = Self.lockAgain(path) { return Input(path: path, descriptor: descriptor) }
      // A process that its command left running still holds it. That process must not see the input of others.
      unlink(path)
    }
    let number = held.withLock { held in
      held?.inputs += 1
      return held?.inputs ?? 0
    }
    let path = "\(folder)/\(name).\(number)"
    return Input(path: path, descriptor: try Self.lockedFile(path))
  }

  /// Takes back the file of a command that has ended, and removes it unless a series of submissions is under way.
  func take(back input: Input) {
    let isKept = held.withLock { held in
      guard let series = held?.series, series > 0 else { return false }
      held?.unused.append(input.path)
      return true
    }
    if !isKept { unlink(input.path) }
    close(input.descriptor)
  }

  /// A series of submissions begins: creating a file for each costs more than reusing one.
  func beginSeries() throws {
    _ = try hold()
    held.withLock { $0?.series += 1 }
  }

  /// A series of submissions is over; the kept files are removed with the last one.
  func endSeries() {
    let unneeded = held.withLock { held in
      held?.series -= 1
      guard held?.series == 0 else { return [] as [String] }
      defer { held?.unused = [] }
      return held?.unused ?? []
    }
    for path in unneeded { unlink(path) }
  }

  private static func lockAgain(_ path: String) -> Int32? {
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  private static func lockedFile(_ path: String) throws -> Int32 {
    let descriptor = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw PrivateFolder.error(errno, "the lock \(path) cannot be made") }
    // No other process has seen the file. On a file system without locks, the time limits of a search decide.
    _ = flock(descriptor, LOCK_EX | LOCK_NB)
    return descriptor
  }

  /// Whether a program or one of its commands is still running; the files of killed ones are removed.
  static func isHeld(_ name: String, in store: String) -> Bool {
    let folder = folder(of: store)
    // The program's own file comes first: while it runs, one of its inputs may be created but not yet locked.
    if isHeld(folder + "/" + name) { return true }
    guard let files = files(of: folder) else { return true }
    let inputs = files.filter { $0.hasPrefix(name + ".") }
    // Checks each of them, so that every file that is not held is removed.
    return inputs.count { isHeld(folder + "/" + $0) } > 0
  }

  private static func isHeld(_ path: String) -> Bool {
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    // A file that cannot be checked may be held.
    guard descriptor >= 0 else { return errno != ENOENT }
    defer { close(descriptor) }
    if flock(descriptor, LOCK_EX | LOCK_NB) != 0, errno == EWOULDBLOCK { return true }
    unlink(path)
    return false
  }

  /// Removes the files of programs that ended before they could do so. A file of today is left alone: it may be created
  /// but not yet locked.
  private static func sweep(_ folder: String) {
    let yesterday = time(nil) - 86_400
    var living: [Substring: Bool] = [:]
    for name in files(of: folder) ?? [] where !name.hasPrefix(".") {
      let path = folder + "/" + name
      var information = stat()
      guard stat(path, &information) == 0, information.st_mtim.tv_sec < yesterday else { continue }
      let owner = name.prefix { $0 != "." }
      let isAlive = living[owner] ?? isLocked(folder + "/" + owner)
      living[owner] = isAlive
      if !isAlive, !isLocked(path) { unlink(path) }
    }
  }

  /// Whether a process holds a file, or may hold it if the file system does not report locks.
  private static func isLocked(_ path: String) -> Bool {
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { return errno != ENOENT }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_EX | LOCK_NB) != 0
  }

  /// The names in a folder; none if there is no such folder; `nil` when it cannot be read.
  private static func files(of folder: String) -> [String]? {
    guard let stream = opendir(folder) else { return errno == ENOENT ? [] : nil }
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
