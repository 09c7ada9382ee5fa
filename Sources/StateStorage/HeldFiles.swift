import Glibc
import Synchronization

/// Database files that this process reads besides SQLite: each is opened once, and stays open until the process ends.
///
/// A process loses all its locks on a file when it closes any descriptor of it (fcntl(2), “Advisory record locking”),
/// and so the locks that SQLite holds for another connection. Another program may then consider the database unused and
/// reset its log, which damages it (sqlite.org/howtocorrupt.html, 2.2).
enum HeldFiles {
  private struct Identity: Hashable {
    let device: dev_t
    let number: ino_t

    init(_ information: stat) { (device, number) = (information.st_dev, information.st_ino) }
  }

  private static let descriptors = Mutex<[Identity: Int32]>([:])

  /// A descriptor of a file for reading, which is never closed; the file is created, for its owner alone, if it does
  /// not exist.
  ///
  /// - Returns: the descriptor; a negative number with `errno` set when the file cannot be opened.
  static func descriptor(of path: String) -> Int32 {
    descriptors.withLock { held in
      var information = stat()
      if stat(path, &information) == 0, let known = held[Identity(information)] { return known }
      let descriptor = Glibc.open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
      guard descriptor >= 0, fstat(descriptor, &information) == 0 else { return descriptor }
      // A file that replaced another one meanwhile may already be known: then both stay open.
      held[Identity(information)] = descriptor
      return descriptor
    }
  }
}
