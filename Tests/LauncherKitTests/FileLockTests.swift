import Foundation
import Synchronization
import Testing

@testable import LauncherKit

extension ProcessTests {
  @Suite("A file that one program holds at a time")
  struct FileLockTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test func `many that wait for it keep no other task from running, and get it one after another`() async throws {
      let path = folder.path + "/lock"
      let holder = Mutex<FileLock?>(try await FileLock.acquire(path))
      let isReleasedLate = Mutex(false)
      // More than the concurrency pool ever has threads.
      let waiting = (0..<300).map { _ in Task { _ = try await FileLock.acquire(path) } }
      // Where they hold all of its threads, nothing else would ever end this test.
      let rescue = DispatchQueue(label: "rescue")
      rescue.asyncAfter(deadline: .now() + .seconds(60)) {
        guard holder.withLock({ $0 != nil }) else { return }
        isReleasedLate.withLock { $0 = true }
        holder.withLock { $0 = nil }
      }
      for _ in 0..<4 { await Task.detached {}.value }
      holder.withLock { $0 = nil }
      #expect(!isReleasedLate.withLock { $0 })
      for task in waiting { try await task.value }
    }
  }
}
