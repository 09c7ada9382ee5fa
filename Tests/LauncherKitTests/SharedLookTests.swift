import Foundation
import Testing

@testable import LauncherKit

extension ProcessTests {
  @Suite("Looks that programs share")
  struct SharedLookTests {
    private let scheduler: AnsweringScheduler

    init() throws { scheduler = try AnsweringScheduler() }

    @Test func `what somebody asked a moment ago is not asked again`() async throws {
      let first = try await scheduler.launcher(least: 30, answers: AnsweringScheduler.running)
      #expect(try await first.status(of: JobReference(id: "1")).state == .running)
      let second = try await scheduler.launcher(least: 30, answers: AnsweringScheduler.running)
      let status = try await second.status(of: JobReference(id: "1"))
      #expect(status.state == .running)
      #expect(status.observedAt != nil)
      #expect(scheduler.looks.count == 1)
      #expect(try await second.status(of: JobReference(id: "1"), fresh: true).state == .running)
      #expect(scheduler.looks.count == 2)
    }

    @Test func `two programs that follow different jobs are served by the same looks`() async throws {
      let (first, second) = (
        try await scheduler.launcher(
          answers: AnsweringScheduler.running,
          AnsweringScheduler.running,
          AnsweringScheduler.running,
          AnsweringScheduler.ended
        ),
        try await scheduler.launcher(
          answers: AnsweringScheduler.running,
          AnsweringScheduler.running,
          AnsweringScheduler.running,
          AnsweringScheduler.ended
        )
      )
      async let one = first.wait(for: JobReference(id: "1"), timeout: .patience)
      async let two = second.wait(for: JobReference(id: "2"), timeout: .patience)
      #expect(try await one.state == .finished(.succeeded))
      #expect(try await two.state == .finished(.failed))
      // The two first looks may be of one job each; from then on each is of both.
      let ofBoth = scheduler.looks.count { Set($0.jobs?.map(\.id) ?? []) == ["1", "2"] }
      #expect(scheduler.looks.count - ofBoth <= 2)
      #expect(scheduler.looks.count <= 6)
    }

    @Test func `one status costs the job store at most two changes and four looks`() async throws {
      _ = try await scheduler.launcher(least: 0.01, answers: AnsweringScheduler.running).jobs(
        JobFilter(since: .now),
        fresh: true
      )
      let options = scheduler.scheduler.options(tracking: .folder(scheduler.state))
      for fresh in [false, true] {
        let group = try #require(try await Launcher.groups(of: ["1"], options).first)
        #expect(try await group.statuses(fresh: fresh).jobs.map(\.state) == [.running])
        let store = try #require(try group.connection.get().tracking?.store)
        let traffic = store.traffic.withLock(\.self)
        #expect(traffic.writes <= 2)
        #expect(traffic.reads <= 4)
        #expect(traffic.reads > 0)
      }
    }

    @Test func `a job that ended and is followed again is reported again, and is over again`() async throws {
      let launcher = try await scheduler.launcher(least: 0.01, answers: AnsweringScheduler.ended)
      let following = launcher.following([JobReference(id: "1"), JobReference(id: "2")])
      var events: [Following.Event] = []
      for try await event in following {
        events.append(event)
        guard case .over(let status) = event, status.id == "1" else { continue }
        if events.count { $0.status.id == "1" } == 2 {
          following.add([JobReference(id: "1")])
        } else {
          following.finish()
        }
      }
      #expect(events.filter { $0.status.id == "1" }.count == 4)
      #expect(events.filter { $0.status.id == "2" }.count == 2)
    }

    @Test func `where a job's commands run is not an adapter's matter`() async throws {
      for tracked in [true, false] {
        let launcher = try await scheduler.launcher(
          least: 0.01,
          answers: AnsweringScheduler.running,
          isTracked: tracked
        )
        let job = JobReference(id: "1", adapter: "fake", host: "ssh://elsewhere", token: "token-one")
        #expect(try await launcher.status(of: job, fresh: true).host == nil)
        _ = try await launcher.cancel([job])
      }
      let asked = scheduler.looks.flatMap { $0.jobs ?? [] } + scheduler.scheduler.cancelled
      #expect(scheduler.looks.count == 2 && scheduler.scheduler.cancelled.count == 2)
      #expect(asked.count == 4 && asked.allSatisfy { $0.host == nil })
    }

    @Test func `after an action, no program gets what was before it`() async throws {
      let launcher = try await scheduler.launcher(answers: AnsweringScheduler.running, AnsweringScheduler.ended)
      #expect(try await launcher.status(of: JobReference(id: "1")).state == .running)
      _ = try await launcher.cancel([JobReference(id: "1")])
      #expect(try await launcher.status(of: JobReference(id: "1")).state == .finished(.succeeded))
      _ = try await launcher.jobs(JobFilter(since: .now))
      let asked = scheduler.looks.count
      _ = try await launcher.cancel([JobReference(id: "1")])
      _ = try await launcher.jobs(JobFilter(since: .now))
      #expect(scheduler.looks.count == asked + 1)
    }

    @Test func `a job that the scheduler has forgotten is reported as it ended`() async throws {
      let gone = #"[{"id":"1","state":"unknown","cause":"gone"}]"#
      let launcher = try await scheduler.launcher(least: 0.01, answers: AnsweringScheduler.ended, gone)
      #expect(try await launcher.status(of: JobReference(id: "1"), fresh: true).exitStatus == .code(0))
      let later = try await launcher.status(of: JobReference(id: "1"), fresh: true)
      #expect(later.state == .finished(.succeeded))
      #expect(later.exitStatus == .code(0))
      #expect(scheduler.looks.count == 2)
    }

    @Test func `a job keeps what was known of it while its scheduler does not answer`() async throws {
      let known = #"[{"id":"1","state":"running","name":"train","stdout":"/home/ada/out"}]"#
      let silent = #"[{"id":"1","state":"unknown","cause":"unreachable"}]"#
      let launcher = try await scheduler.launcher(least: 0.01, answers: known, silent, known)
      _ = try await launcher.status(of: JobReference(id: "1"), fresh: true)
      let doubt = try await launcher.status(of: JobReference(id: "1"), fresh: true)
      #expect(doubt.state == .unknown(.unreachable))
      #expect(doubt.name == "train")
      #expect(doubt.standardOutput == "/home/ada/out")
      #expect(try await launcher.status(of: JobReference(id: "1"), fresh: true).state == .running)
      let store = try JobStore(folder: scheduler.state)
      let job = try #require(try store.jobs(id: "1").first)
      #expect(try store.history(of: job).map(\.status.state) == [.running])
    }

    @Test func `a scheduler that cannot be asked is not asked by everybody at once, and the waiting goes on`()
      async throws
    {
      let failure = #"fail {"code":20,"message":"the scheduler does not answer"}"#
      let launcher = try await scheduler.launcher(
        answers: AnsweringScheduler.running,
        failure,
        failure,
        AnsweringScheduler.ended
      )
      let status = try await launcher.wait(for: JobReference(id: "1"), timeout: .patience)
      #expect(status.state == .finished(.succeeded))
      #expect(scheduler.looks.count == 4)
      let problem = try await scheduler.launcher(least: 30, answers: failure, failure, failure, failure, failure)
      await #expect(throws: LauncherError.self) { try await problem.status(of: JobReference(id: "2"), fresh: true) }
      let asked = scheduler.looks.count
      await #expect(throws: LauncherError.self) { try await problem.status(of: JobReference(id: "2")) }
      #expect(scheduler.looks.count == asked)
    }

    @Test(
      arguments: [
        #"{"code":44,"message":"Slave LIM configuration is not ready yet"}"#,
        #"{"code":30,"message":"Unexpected message received"}"#,
        #"{"code":32,"message":"Invalid user"}"#,
        #"{"code":4711,"message":"a number of an adapter's own"}"#,
      ]
    )
    func `a look that fails is repeated, whatever the words are: it says nothing about the job`(failure: String)
      async throws
    {
      let launcher = try await scheduler.launcher(
        least: 0.01,
        answers: AnsweringScheduler.running,
        "fail " + failure,
        AnsweringScheduler.ended
      )
      let status = try await launcher.wait(for: JobReference(id: "1"), timeout: .patience)
      #expect(status.state == .finished(.succeeded))
    }

    @Test func `a failure that no repetition changes ends the waiting at once`() async throws {
      let failure = #"fail {"code":11,"message":"jobs: a value of the query is wrong"}"#
      let launcher = try await scheduler.launcher(least: 0.01, answers: AnsweringScheduler.running, failure)
      await #expect(throws: LauncherError.self) {
        try await launcher.wait(for: JobReference(id: "1"), timeout: .patience)
      }
      #expect(scheduler.looks.count == 2)
    }

    @Test func `a job of which no look succeeded in time is unreachable, with what was known of it`() async throws {
      let failure = #"fail {"code":20,"message":"the scheduler does not answer"}"#
      let first = try await scheduler.launcher(least: 0.01, answers: AnsweringScheduler.running, failure)
      _ = try await first.status(of: JobReference(id: "1"))
      let status = try await first.wait(for: JobReference(id: "1"), timeout: .milliseconds(1500))
      #expect(status.state == .unknown(.unreachable) || status.state == .running)
      let other = try await first.wait(for: JobReference(id: "9"), timeout: .milliseconds(1500))
      #expect(other.state == .unknown(.unreachable))
    }

    @Test func `a job that is gone after a cancellation that was accepted was cancelled by its user`() async throws {
      let gone = #"[{"id":"1","state":"unknown","cause":"gone"}]"#
      let launcher = try await scheduler.launcher(least: 0.01, answers: AnsweringScheduler.running, gone)
      _ = try await launcher.status(of: JobReference(id: "1"), fresh: true)
      _ = try await launcher.cancel([JobReference(id: "1")])
      let status = try await launcher.status(of: JobReference(id: "1"), fresh: true)
      #expect(status.state == .finished(.cancelled(by: .user)))
    }

    @Test func `a signal that does not end jobs explains no job that is gone`() async throws {
      let gone = #"[{"id":"1","state":"unknown","cause":"gone"}]"#
      let launcher = try await scheduler.launcher(least: 0.01, answers: AnsweringScheduler.running, gone)
      _ = try await launcher.status(of: JobReference(id: "1"), fresh: true)
      _ = try await launcher.cancel([JobReference(id: "1")], signal: UnixSignal("USR1"))
      let status = try await launcher.status(of: JobReference(id: "1"), fresh: true)
      #expect(status.state == .unknown(.gone))
    }

    @Test func `what an adapter reported before it died counts`() async throws {
      let script = FakeAdapter.script(
        """
        case $line in
          *'"method":"poll"'*) report '[{"id":"1","state":"finished","outcome":"failed","exitCode":3}]'; exit 1 ;;
        esac
        """
      )
      let launcher = try await Launcher.detect(
        Launcher.Options(adapter: try scheduler.folder.adapter("fake", script), tracking: .folder(scheduler.state))
      )
      let poll = try await launcher.statuses(of: [JobReference(id: "1"), JobReference(id: "2")], fresh: true)
      #expect(poll.jobs.map(\.state) == [.finished(.failed), .unknown(.unreachable)])
      #expect(!poll.isComplete)
      #expect(poll.problem?.code == .adapterDied)
    }

    @Test func `a look of the future, as after a clock that was set back, counts for nothing`() async throws {
      let launcher = try await scheduler.launcher(
        least: 0.2,
        answers: AnsweringScheduler.running,
        AnsweringScheduler.ended
      )
      #expect(try await launcher.status(of: JobReference(id: "1")).state == .running)
      try JobStore(folder: scheduler.state).write { db in
        try db.execute(sql: "UPDATE look SET endedAt = endedAt + 86400, nextAt = nextAt + 86400")
      }
      #expect(try await launcher.status(of: JobReference(id: "1")).state == .finished(.succeeded))
    }
  }
}
