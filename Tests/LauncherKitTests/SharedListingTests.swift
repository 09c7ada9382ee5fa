import Foundation
import Testing

@testable import LauncherKit

extension ProcessTests {
  @Suite("Listings that programs share")
  struct SharedListingTests {
    private let scheduler: AnsweringScheduler

    init() throws { scheduler = try AnsweringScheduler() }

    @Test func `five programs that look at the same time make one listing, whether it succeeds or not`() async throws {
      let failure = #"fail {"code":20,"message":"the scheduler does not answer"}"#
      for answer in [AnsweringScheduler.running, failure] {
        let before = scheduler.looks.count
        try? FileManager.default.removeItem(atPath: scheduler.state)
        var launchers: [Launcher] = []
        for _ in 0..<5 { launchers.append(try await scheduler.launcher(least: 30, answers: answer)) }
        let counts = await withTaskGroup(of: Int?.self) { group in
          for launcher in launchers { group.addTask { try? await launcher.jobs(JobFilter(since: .now)).jobs.count } }
          return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts == Array(repeating: answer == failure ? nil : 2, count: 5))
        #expect(scheduler.looks.count == before + 1)
        // What was listed a moment ago is not asked for by its id either.
        guard answer != failure, let last = launchers.last else { continue }
        var changes = last.changes(of: [JobReference(id: "1"), JobReference(id: "2")]).makeAsyncIterator()
        #expect(try await changes.next()?.state == .running)
        #expect(scheduler.looks.count == before + 1)
      }
    }

    @Test func `a listing that is not complete is not called so because of a later look at one job`() async throws {
      let launcher = try await scheduler.launcher(
        least: 30,
        answers: "part " + AnsweringScheduler.running,
        AnsweringScheduler.ended,
        AnsweringScheduler.ended
      )
      let filter = JobFilter(since: .now)
      #expect(try await !launcher.jobs(filter).isComplete)
      // It serves others as it is, until the next look.
      #expect(try await !launcher.jobs(filter).isComplete)
      #expect(scheduler.looks.count == 1)
      #expect(try await launcher.status(of: JobReference(id: "1"), fresh: true).state == .finished(.succeeded))
      #expect(try await launcher.jobs(filter, fresh: true).isComplete)
      #expect(scheduler.looks.count == 3)
    }

    @Test func `one's jobs are those that were submitted here and those that the scheduler shows, each once`()
      async throws
    {
      let launcher = try await scheduler.launcher(
        least: 0.01,
        answers: AnsweringScheduler.running,
        AnsweringScheduler.ended
      )
      let filter = JobFilter(since: Date(timeIntervalSinceNow: -60))
      #expect(try await launcher.jobs(filter, fresh: true).jobs.map(\.id).sorted() == ["1", "2"])
      let failed = JobFilter(states: [.failed], since: Date(timeIntervalSinceNow: -60))
      #expect(try await launcher.jobs(failed, fresh: true).jobs.map(\.id) == ["2"])
    }

    @Test func `a job that was put back into the queue, which gives it a new time of submission, stays one job`()
      async throws
    {
      let first = #"[{"id":"1","state":"running","submittedAt":"2026-11-21T10:00:00Z","attempt":1}]"#
      let again = #"[{"id":"1","state":"queued","submittedAt":"2026-11-21T10:30:00Z","attempt":2}]"#
      let other = #"[{"id":"1","state":"queued","submittedAt":"2026-11-21T11:30:00Z","attempt":1}]"#
      let launcher = try await scheduler.launcher(least: 0.01, answers: first, again, other)
      let filter = JobFilter(since: Date(timeIntervalSinceNow: -60))
      _ = try await launcher.jobs(filter, fresh: true)
      #expect(try await launcher.jobs(filter, fresh: true).jobs.map(\.state) == [.queued])
      let store = try JobStore(folder: scheduler.state)
      let job = try #require(try store.jobs(id: "1").first)
      #expect(try store.history(of: job).map(\.status.state) == [.running, .queued])
      // A reused id is another job.
      #expect(try await launcher.jobs(filter, fresh: true).jobs.count == 2)
    }

    @Test func `what ended long ago is pruned with its history, and nothing else`() async throws {
      let launcher = try await scheduler.launcher(
        least: 0.01,
        answers: AnsweringScheduler.running,
        #"[{"id":"1","state":"finished","outcome":"failed"}]"#
      )
      _ = try await launcher.statuses(of: [JobReference(id: "1"), JobReference(id: "2")], fresh: true)
      _ = try await launcher.status(of: JobReference(id: "1"), fresh: true)
      let store = try JobStore(folder: scheduler.state)
      #expect(try store.prune(endedBefore: Date(timeIntervalSinceNow: -3600)) == 0)
      #expect(try store.prune(endedBefore: Date(timeIntervalSinceNow: 3600), dryRun: true) == 1)
      #expect(try store.prune(endedBefore: Date(timeIntervalSinceNow: 3600)) == 1)
      #expect(try store.jobs(id: "1").isEmpty)
      #expect(try store.jobs(id: "2").count == 1)
    }

    @Test func `a job that is gone is pruned, one in a state that the adapter does not know is not`() async throws {
      let launcher = try await scheduler.launcher(
        answers: #"[{"id":"1","state":"unknown","cause":"gone"},{"id":"2","state":"unknown","cause":"unrecognised"}]"#
      )
      _ = try await launcher.statuses(of: [JobReference(id: "1"), JobReference(id: "2")], fresh: true)
      let store = try JobStore(folder: scheduler.state)
      #expect(try store.prune(endedBefore: Date(timeIntervalSinceNow: 3600)) == 1)
      #expect(try store.jobs(id: "1").isEmpty)
      #expect(try store.jobs(id: "2").count == 1)
    }
  }
}
