import Foundation
import Testing

@testable import LauncherKit

extension ProcessTests {
  @Suite("Looks that programs share")
  struct SharedLookTests {
    private let folder: TestFolder
    private var state: String { folder.path + "/state" }

    init() throws { folder = try TestFolder() }

    /// A scheduler whose answers are the files `answer-1`, `answer-2`, …, the last one again and again: the jobs of a
    /// report, or a failure.
    private func launcher(least: Double = 0.5, answers: String...) async throws -> Launcher {
      for (index, answer) in answers.enumerated() { try folder.write(answer, to: "answer-\(index + 1)") }
      let greeting = FakeAdapter.description.replacing(
        #""leastPollingSeconds":0.01"#,
        with: #""leastPollingSeconds":\#(least)"#
      )
      let script = FakeAdapter.script(
        greeting: "answer '\(greeting)'",
        """
        case $line in
          *'"method":"poll"'*)
            echo "$line" >> "$0.polls"
            n=$(wc -l < "$0.polls"); while [ ! -e "${0%/*}/answer-$((n))" ]; do n=$((n - 1)); done
            text=$(cat "${0%/*}/answer-$((n))")
            case $text in
            fail*) fail "${text#fail }" ;;
            part*) report "${text#part }"; answer '{"complete":false}' ;;
            *) report "$text"; answer '{"complete":true}' ;;
            esac ;;
          *'"method":"cancel"'*) echo "$line" >> "$0.cancels"; answer '{"results":[{"id":"1"}]}' ;;
        esac
        """
      )
      return try await Launcher.detect(
        Launcher.Options(adapter: try folder.adapter("fake", script), tracking: .folder(state))
      )
    }

    /// What adapters were asked, a line each.
    private var polls: [String] {
      let text = try? String(contentsOfFile: folder.path + "/fake-adapter.polls", encoding: .utf8)
      return text?.split(separator: "\n").map(String.init) ?? []
    }

    private static let running = #"[{"id":"1","state":"running"},{"id":"2","state":"queued"}]"#
    private static let ended = #"""
      [{"id":"1","state":"finished","outcome":"succeeded","exitCode":0},{"id":"2","state":"finished","outcome":"failed"}]
      """#

    @Test("What somebody asked a moment ago is not asked again")
    func remembered() async throws {
      let first = try await launcher(least: 30, answers: Self.running)
      #expect(try await first.status(of: JobReference(id: "1")).state == .running)
      let second = try await launcher(least: 30, answers: Self.running)
      let status = try await second.status(of: JobReference(id: "1"))
      #expect(status.state == .running)
      #expect(status.observedAt != nil)
      #expect(polls.count == 1)
      #expect(try await second.status(of: JobReference(id: "1"), fresh: true).state == .running)
      #expect(polls.count == 2)
    }

    @Test("Two programs that follow different jobs are served by the same looks")
    func together() async throws {
      let (first, second) = (
        try await launcher(answers: Self.running, Self.running, Self.running, Self.ended),
        try await launcher(answers: Self.running, Self.running, Self.running, Self.ended)
      )
      async let one = first.wait(for: JobReference(id: "1"), timeout: .patience)
      async let two = second.wait(for: JobReference(id: "2"), timeout: .patience)
      #expect(try await one.state == .finished(.succeeded))
      #expect(try await two.state == .finished(.failed))
      // The two first looks may be of one job each; from then on each is of both.
      let ofBoth = polls.count { $0.contains(#""id":"1""#) && $0.contains(#""id":"2""#) }
      #expect(polls.count - ofBoth <= 2)
      #expect(polls.count <= 6)
    }

    @Test("One status costs the job store two changes and four looks at the most")
    func traffic() async throws {
      _ = try await launcher(least: 0.01, answers: Self.running).jobs(JobFilter(since: .now), fresh: true)
      let options = Launcher.Options(adapter: folder.path + "/fake-adapter", tracking: .folder(state))
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

    @Test("Five programs that look at the same time make one listing, whether it succeeds or not")
    func sideBySide() async throws {
      let failure = #"fail {"code":20,"message":"the scheduler does not answer"}"#
      for answer in [Self.running, failure] {
        let before = polls.count
        try? FileManager.default.removeItem(atPath: state)
        var launchers: [Launcher] = []
        for _ in 0..<5 { launchers.append(try await launcher(least: 30, answers: answer)) }
        let counts = await withTaskGroup(of: Int?.self) { group in
          for launcher in launchers { group.addTask { try? await launcher.jobs(JobFilter(since: .now)).jobs.count } }
          return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts == Array(repeating: answer == failure ? nil : 2, count: 5))
        #expect(polls.count == before + 1)
        // What was listed a moment ago is not asked for by its id either.
        guard answer != failure, let last = launchers.last else { continue }
        var changes = last.changes(of: [JobReference(id: "1"), JobReference(id: "2")]).makeAsyncIterator()
        #expect(try await changes.next()?.state == .running)
        #expect(polls.count == before + 1)
      }
    }

    @Test("A listing that is not complete is not called so because of a later look at one job")
    func incompleteListing() async throws {
      let launcher = try await launcher(least: 30, answers: "part " + Self.running, Self.ended, Self.ended)
      let filter = JobFilter(since: .now)
      #expect(try await !launcher.jobs(filter).isComplete)
      // It serves others as what it is, until somebody looks again.
      #expect(try await !launcher.jobs(filter).isComplete)
      #expect(polls.count == 1)
      #expect(try await launcher.status(of: JobReference(id: "1"), fresh: true).state == .finished(.succeeded))
      #expect(try await launcher.jobs(filter, fresh: true).isComplete)
      #expect(polls.count == 3)
    }

    @Test("A job that ended and is followed again is reported again, and is over again")
    func followedAgain() async throws {
      let launcher = try await launcher(least: 0.01, answers: Self.ended)
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

    @Test("Where a job's commands run is not an adapter's matter")
    func hostStaysHere() async throws {
      for tracked in [true, false] {
        _ = try await launcher(least: 0.01, answers: Self.running)
        let options = Launcher.Options(
          adapter: folder.path + "/fake-adapter",
          tracking: tracked ? .folder(state) : .none
        )
        let launcher = try await Launcher.detect(options)
        let job = JobReference(id: "1", adapter: "fake", host: "ssh://elsewhere", token: "token-one")
        #expect(try await launcher.status(of: job, fresh: true).host == nil)
        _ = try await launcher.cancel([job])
      }
      let cancels = try String(contentsOfFile: folder.path + "/fake-adapter.cancels", encoding: .utf8)
      #expect(polls.count == 2 && cancels.split(separator: "\n").count == 2)
      #expect(!cancels.contains("elsewhere") && !polls.contains { $0.contains("elsewhere") })
    }

    @Test("After an action nobody is told what was before it")
    func outdated() async throws {
      let launcher = try await launcher(answers: Self.running, Self.ended)
      #expect(try await launcher.status(of: JobReference(id: "1")).state == .running)
      _ = try await launcher.cancel([JobReference(id: "1")])
      #expect(try await launcher.status(of: JobReference(id: "1")).state == .finished(.succeeded))
      _ = try await launcher.jobs(JobFilter(since: .now))
      let asked = polls.count
      _ = try await launcher.cancel([JobReference(id: "1")])
      _ = try await launcher.jobs(JobFilter(since: .now))
      #expect(polls.count == asked + 1)
    }

    @Test("A job that the scheduler has forgotten is told as it ended")
    func forgotten() async throws {
      let gone = #"[{"id":"1","state":"unknown","cause":"gone"}]"#
      let launcher = try await launcher(least: 0.01, answers: Self.ended, gone)
      #expect(try await launcher.status(of: JobReference(id: "1"), fresh: true).exitStatus == .code(0))
      let later = try await launcher.status(of: JobReference(id: "1"), fresh: true)
      #expect(later.state == .finished(.succeeded))
      #expect(later.exitStatus == .code(0))
      #expect(polls.count == 2)
    }

    @Test("A job keeps what was known of it while its scheduler does not answer")
    func doubted() async throws {
      let known = #"[{"id":"1","state":"running","name":"train","stdout":"/home/ada/out"}]"#
      let silent = #"[{"id":"1","state":"unknown","cause":"unreachable"}]"#
      let launcher = try await launcher(least: 0.01, answers: known, silent, known)
      _ = try await launcher.status(of: JobReference(id: "1"), fresh: true)
      let doubt = try await launcher.status(of: JobReference(id: "1"), fresh: true)
      #expect(doubt.state == .unknown(.unreachable))
      #expect(doubt.name == "train")
      #expect(doubt.standardOutput == "/home/ada/out")
      #expect(try await launcher.status(of: JobReference(id: "1"), fresh: true).state == .running)
      let store = try JobStore(folder: state)
      let job = try #require(try store.jobs(id: "1").first)
      #expect(try store.history(of: job).map(\.status.state) == [.running])
    }

    @Test("A scheduler that cannot be asked is not asked by everybody at once, and the waiting goes on")
    func outage() async throws {
      let failure = #"fail {"code":20,"message":"the scheduler does not answer"}"#
      let launcher = try await launcher(answers: Self.running, failure, failure, Self.ended)
      let status = try await launcher.wait(for: JobReference(id: "1"), timeout: .patience)
      #expect(status.state == .finished(.succeeded))
      #expect(polls.count == 4)
      let problem = try await self.launcher(least: 30, answers: failure, failure, failure, failure, failure)
      await #expect(throws: AdapterError.self) { try await problem.status(of: JobReference(id: "2"), fresh: true) }
      let asked = polls.count
      await #expect(throws: AdapterError.self) { try await problem.status(of: JobReference(id: "2")) }
      #expect(polls.count == asked)
    }

    @Test(
      "A look that fails is repeated, whatever the words are: it says nothing about the job",
      arguments: [
        #"{"code":44,"message":"Slave LIM configuration is not ready yet"}"#,
        #"{"code":30,"message":"Unexpected message received"}"#,
        #"{"code":32,"message":"Invalid user"}"#,
        #"{"code":4711,"message":"a number of an adapter's own"}"#,
      ]
    )
    func oddFailure(failure: String) async throws {
      let launcher = try await launcher(least: 0.01, answers: Self.running, "fail " + failure, Self.ended)
      let status = try await launcher.wait(for: JobReference(id: "1"), timeout: .patience)
      #expect(status.state == .finished(.succeeded))
    }

    @Test("A failure that no repetition changes ends the waiting at once")
    func failureForGood() async throws {
      let failure = #"fail {"code":11,"message":"jobs: a value of the query is wrong"}"#
      let launcher = try await launcher(least: 0.01, answers: Self.running, failure)
      await #expect(throws: AdapterError.self) {
        try await launcher.wait(for: JobReference(id: "1"), timeout: .patience)
      }
      #expect(polls.count == 2)
    }

    @Test("A job of which no look succeeded in time is unreachable, with what was known of it")
    func neverReached() async throws {
      let failure = #"fail {"code":20,"message":"the scheduler does not answer"}"#
      let first = try await launcher(least: 0.01, answers: Self.running, failure)
      _ = try await first.status(of: JobReference(id: "1"))
      let status = try await first.wait(for: JobReference(id: "1"), timeout: .milliseconds(1500))
      #expect(status.state == .unknown(.unreachable) || status.state == .running)
      let other = try await first.wait(for: JobReference(id: "9"), timeout: .milliseconds(1500))
      #expect(other.state == .unknown(.unreachable))
    }

    @Test("A job that is gone after a cancellation that was accepted was cancelled by its user")
    func goneAfterCancel() async throws {
      let gone = #"[{"id":"1","state":"unknown","cause":"gone"}]"#
      let launcher = try await launcher(least: 0.01, answers: Self.running, gone)
      _ = try await launcher.status(of: JobReference(id: "1"), fresh: true)
      _ = try await launcher.cancel([JobReference(id: "1")])
      let status = try await launcher.status(of: JobReference(id: "1"), fresh: true)
      #expect(status.state == .finished(.cancelled(by: .user)))
    }

    @Test("A signal that does not end jobs explains no job that is gone")
    func goneAfterSignal() async throws {
      let gone = #"[{"id":"1","state":"unknown","cause":"gone"}]"#
      let launcher = try await launcher(least: 0.01, answers: Self.running, gone)
      _ = try await launcher.status(of: JobReference(id: "1"), fresh: true)
      _ = try await launcher.cancel([JobReference(id: "1")], signal: UnixSignal("USR1"))
      let status = try await launcher.status(of: JobReference(id: "1"), fresh: true)
      #expect(status.state == .unknown(.gone))
    }

    @Test("What an adapter reported before it died counts")
    func reportedBeforeDeath() async throws {
      let script = FakeAdapter.script(
        """
        case $line in
          *'"method":"poll"'*) report '[{"id":"1","state":"finished","outcome":"failed","exitCode":3}]'; exit 1 ;;
        esac
        """
      )
      let launcher = try await Launcher.detect(
        Launcher.Options(adapter: try folder.adapter("fake", script), tracking: .folder(state))
      )
      let poll = try await launcher.statuses(of: [JobReference(id: "1"), JobReference(id: "2")], fresh: true)
      #expect(poll.jobs.map(\.state) == [.finished(.failed), .unknown(.unreachable)])
      #expect(!poll.isComplete)
      #expect(poll.problem?.code == .adapterDied)
    }

    @Test("A look of the future, as after a clock that was set back, counts for nothing")
    func future() async throws {
      let launcher = try await launcher(least: 0.2, answers: Self.running, Self.ended)
      #expect(try await launcher.status(of: JobReference(id: "1")).state == .running)
      try JobStore(folder: state).write { db in
        try db.execute(sql: "UPDATE look SET endedAt = endedAt + 86400, nextAt = nextAt + 86400")
      }
      #expect(try await launcher.status(of: JobReference(id: "1")).state == .finished(.succeeded))
    }

    @Test("One's jobs are those that were submitted here and those that the scheduler shows, each once")
    func listed() async throws {
      let launcher = try await launcher(least: 0.01, answers: Self.running, Self.ended)
      let filter = JobFilter(since: Date(timeIntervalSinceNow: -60))
      #expect(try await launcher.jobs(filter, fresh: true).jobs.map(\.id).sorted() == ["1", "2"])
      let failed = JobFilter(states: ["failed"], since: Date(timeIntervalSinceNow: -60))
      #expect(try await launcher.jobs(failed, fresh: true).jobs.map(\.id) == ["2"])
    }

    @Test("A job that was put back into the queue, which gives it a new time of submission, stays one job")
    func requeued() async throws {
      let first = #"[{"id":"1","state":"running","submittedAt":"2026-11-21T10:00:00Z","attempt":1}]"#
      let again = #"[{"id":"1","state":"queued","submittedAt":"2026-11-21T10:30:00Z","attempt":2}]"#
      let other = #"[{"id":"1","state":"queued","submittedAt":"2026-11-21T11:30:00Z","attempt":1}]"#
      let launcher = try await launcher(least: 0.01, answers: first, again, other)
      let filter = JobFilter(since: Date(timeIntervalSinceNow: -60))
      _ = try await launcher.jobs(filter, fresh: true)
      #expect(try await launcher.jobs(filter, fresh: true).jobs.map(\.state) == [.queued])
      let store = try JobStore(folder: state)
      let job = try #require(try store.jobs(id: "1").first)
      #expect(try store.history(of: job).map(\.status.state) == [.running, .queued])
      // An id that came back is another job.
      #expect(try await launcher.jobs(filter, fresh: true).jobs.count == 2)
    }

    @Test("What ended long ago is pruned with its history, and nothing else")
    func pruned() async throws {
      let launcher = try await launcher(
        least: 0.01,
        answers: Self.running,
        #"[{"id":"1","state":"finished","outcome":"failed"}]"#
      )
      _ = try await launcher.statuses(of: [JobReference(id: "1"), JobReference(id: "2")], fresh: true)
      _ = try await launcher.status(of: JobReference(id: "1"), fresh: true)
      let store = try JobStore(folder: state)
      #expect(try store.prune(endedBefore: Date(timeIntervalSinceNow: -3600)) == 0)
      #expect(try store.prune(endedBefore: Date(timeIntervalSinceNow: 3600), dryRun: true) == 1)
      #expect(try store.prune(endedBefore: Date(timeIntervalSinceNow: 3600)) == 1)
      #expect(try store.jobs(id: "1").isEmpty)
      #expect(try store.jobs(id: "2").count == 1)
    }

    @Test("A job that is gone is pruned, one in a state that the adapter does not know is not")
    func prunedUnknown() async throws {
      let launcher = try await launcher(
        answers: #"[{"id":"1","state":"unknown","cause":"gone"},{"id":"2","state":"unknown","cause":"unrecognised"}]"#
      )
      _ = try await launcher.statuses(of: [JobReference(id: "1"), JobReference(id: "2")], fresh: true)
      let store = try JobStore(folder: state)
      #expect(try store.prune(endedBefore: Date(timeIntervalSinceNow: 3600)) == 1)
      #expect(try store.jobs(id: "1").isEmpty)
      #expect(try store.jobs(id: "2").count == 1)
    }
  }
}
