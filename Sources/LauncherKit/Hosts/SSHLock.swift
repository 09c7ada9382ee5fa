import Glibc
import LauncherProtocol

/// A file that one process at a time has to itself; free again when this is let go, however the process ends.
final class SSHLock: Sendable {
  private let descriptor: Int32

  /// Waits for its turn.
  ///
  /// - Throws: `AdapterError` (`permissionDenied`) when the file cannot be made.
  init(_ path: String) async throws {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw AdapterError(.permissionDenied, "\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 { try await Task.sleep(for: .milliseconds(10)) }
  }

  deinit { close(descriptor) }
}
