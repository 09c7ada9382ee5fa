import Foundation
import GRDB
import LauncherTestKit
import Testing

@testable import LauncherKit

extension ProcessTests {
  @Suite("A job store that another program holds")
  struct BusyStoreTests {
    private let scheduler: AnsweringScheduler

    init() throws { scheduler = try AnsweringScheduler() }

    @Test func `programs that wait for it keep no other task from running`() async throws {
      let first = try await scheduler.launcher(least: 0.01, answers: AnsweringScheduler.running)
      _ = try await first.status(of: JobReference(id: "1"))
      var launchers = [first]
      for _ in 0..<16 { launchers.append(try await scheduler.again()) }

      let other = try DatabaseQueue(path: scheduler.state + "/jobs.sqlite")
      let held = DispatchSemaphore(value: 0)
      let release = DispatchSemaphore(value: 0)
      Thread.detachNewThread {
        try? other.inDatabase { db in
          try db.execute(sql: "BEGIN IMMEDIATE")
          held.signal()
          release.wait()
          try db.execute(sql: "COMMIT")
        }
      }
      await withCheckedContinuation { continuation in
        Thread.detachNewThread {
          held.wait()
          continuation.resume()
        }
      }
      try await withThrowingTaskGroup(of: JobState.self) { group in
        for launcher in launchers {
          group.addTask { try await launcher.status(of: JobReference(id: "1"), fresh: true).state }
          group.addTask {
            try await launcher.submit(JobSpec(command: ["true"]))
            return .running
          }
        }
        // They come after the others: each needs a thread that does not wait for the store.
        for _ in 0..<4 { await Task.detached {}.value }
        release.signal()
        for try await state in group { #expect(state == .running) }
      }
    }
  }
}
