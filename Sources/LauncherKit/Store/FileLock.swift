import Dispatch
import Glibc
import LauncherProtocol
import StateStorage
import Synchronization

/// A file that only one program holds at a time. The system releases it when the program ends, however it ends.
final class FileLock: Sendable {
  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Waits for the lock.
  ///
  /// - Throws: `CancellationError` when the task is cancelled meanwhile; `LauncherError` when the file cannot be
  ///   created.
  static func acquire(_ path: String) async throws -> FileLock {
    let descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw PrivateFolder.error(errno, "the lock \(path) cannot be made") }
    let lock = FileLock(descriptor: descriptor)
    if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return lock }
    let waiter = Waiter()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        waiter.begin(continuation)
        // Waiting blocks, and must not hold a thread of the concurrency pool, whose threads concurrent queues use too.
        DispatchQueue(label: "file lock").async {
          while flock(lock.descriptor, LOCK_EX) != 0, errno == EINTR {}
          waiter.end(.success(lock))
        }
      }
    } onCancel: {
      waiter.end(.failure(CancellationError()))
    }
  }

  /// Resumes the waiting task once: with the lock, or because the waiting is over.
  private final class Waiter: Sendable {
    private enum State {
      case idle
      case waiting(CheckedContinuation<FileLock, any Error>)
      case over
    }

    private let state = Mutex(State.idle)

    func begin(_ continuation: CheckedContinuation<FileLock, any Error>) {
      let isOver = state.withLock { state in
        if case .over = state { return true }
        state = .waiting(continuation)
        return false
      }
      if isOver { continuation.resume(throwing: CancellationError()) }
    }

    func end(_ result: Result<FileLock, any Error>) {
      let continuation: CheckedContinuation<FileLock, any Error>? = state.withLock { state in
        defer { state = .over }
        if case .waiting(let continuation) = state { return continuation }
        return nil
      }
      continuation?.resume(with: result)
    }
  }
}
