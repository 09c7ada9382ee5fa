import Testing

@testable import LauncherKit

@Suite("Polling")
struct PollingTests {
  @Test func `the pace begins at the least interval, stretches while nothing changes, and comes back with a change`() {
    var pace = PollingPace(least: .seconds(2))
    #expect(pace.next(changed: false, took: .zero) == .milliseconds(2500))
    #expect(pace.next(changed: false, took: .zero) == .milliseconds(3125))
    #expect(pace.next(changed: true, took: .zero) == .seconds(2))
  }

  @Test func `the pace stops stretching at thirty times the least`() {
    var pace = PollingPace(least: .seconds(2))
    for _ in 0..<100 { _ = pace.next(changed: false, took: .zero) }
    #expect(pace.next(changed: false, took: .zero) == .seconds(60))
  }

  @Test func `a slow answer and a scheduler's wish make it slower, never faster`() {
    var pace = PollingPace(least: .seconds(2))
    #expect(pace.next(changed: true, took: .seconds(1)) == .seconds(20))
    #expect(
      pace.next(changed: true, took: .zero, problem: LauncherError(.schedulerBusy, "busy", retryAfter: .seconds(30)))
        == .seconds(30)
    )
    #expect(
      pace.next(changed: true, took: .zero, problem: LauncherError(.schedulerBusy, "busy", retryAfter: .seconds(1)))
        == .seconds(2)
    )
  }

  @Test func `one slow answer among quick ones, as of a scheduler that was away, makes nothing slower; two do`() {
    var pace = PollingPace(least: .seconds(2))
    #expect(pace.next(changed: true, took: .milliseconds(50)) == .seconds(2))
    #expect(pace.next(changed: true, took: .seconds(8)) == .seconds(2))
    #expect(pace.next(changed: true, took: .seconds(9)) == .seconds(160))
  }

  @Test
  func `an adapter without a least interval gets two seconds, and one with none at all is not asked without pause`() {
    var pace = PollingPace(least: nil)
    #expect(pace.next(changed: true, took: .zero) == .seconds(2))
    var eager = PollingPace(least: .zero)
    #expect(eager.next(changed: true, took: .zero) > .zero)
  }

  @Test func `a job that was not reported is unknown, never finished`() {
    let collector = PollCollector(adapter: "fake", asked: [JobReference(id: "1"), JobReference(id: "2")])
    collector.take(.success(PollReport(request: .number(1), jobs: [JobStatus(id: "1", state: .running)])))
    let poll = collector.finish(PollAnswer())
    #expect(poll.jobs.map(\.state) == [.running, .unknown(.unreadable)])
    #expect(poll.jobs.map(\.id) == ["1", "2"])
    #expect(poll.jobs.allSatisfy { $0.adapter == "fake" && $0.observedAt != nil })
  }

  @Test func `a poll that was cut short concludes nothing`() {
    let problem = LauncherError(.truncatedOutput, "cut")
    let incomplete = PollCollector(adapter: "fake", asked: [JobReference(id: "1")])
    let poll = incomplete.finish(PollAnswer(complete: false, problem: problem))
    #expect(poll.jobs.map(\.state) == [.unknown(.unreachable)])
    #expect(!poll.isComplete)
    #expect(poll.problem == problem)
    let faulty = PollCollector(adapter: "fake", asked: [JobReference(id: "1")])
    faulty.take(.failure(problem))
    let other = faulty.finish(PollAnswer())
    #expect(other.jobs.allSatisfy { !$0.state.isFinished })
    #expect(!other.isComplete)
    #expect(other.problem == problem)
  }

  @Test func `a malformed id is never sent, and is answered all the same`() {
    let ids = ["1", "$(rm x)", "-1", "", String(repeating: "9", count: 10_000), "1"]
    let collector = PollCollector(adapter: "fake", asked: ids.map { JobReference(id: $0) })
    #expect(collector.wellFormed?.map(\.id) == ["1"])
    let poll = collector.finish(PollAnswer())
    #expect(poll.jobs.map(\.id) == ids)
    #expect(poll.jobs.allSatisfy { !$0.state.isFinished })
    #expect(poll.jobs[1].reason?.text.contains("not a job id") == true)
  }

  @Test func `asked for all, every reported job comes once, in the order of the reports, the last word counting`() {
    let collector = PollCollector(adapter: "fake", asked: nil)
    #expect(collector.wellFormed == nil)
    let first = [JobStatus(id: "2", state: .queued), JobStatus(id: "1", state: .running)]
    collector.take(.success(PollReport(request: .number(1), jobs: first)))
    collector.take(.success(PollReport(request: .number(1), jobs: [JobStatus(id: "2", state: .running)])))
    let poll = collector.finish(PollAnswer())
    #expect(poll.jobs.map(\.id) == ["2", "1"])
    #expect(poll.jobs.map(\.state) == [.running, .running])
  }

  @Test func `a job that was not asked for is left out, and records that cannot be read cost no other`() {
    let collector = PollCollector(adapter: "fake", asked: [JobReference(id: "1")])
    let jobs = [JobStatus(id: "1", state: .running), JobStatus(id: "7", state: .running)]
    let record = UnreadableRecord(source: "squeue", message: "odd")
    collector.take(.success(PollReport(request: .number(1), jobs: jobs, unreadable: [record])))
    let poll = collector.finish(PollAnswer())
    #expect(poll.jobs.map(\.id) == ["1"])
    #expect(poll.unreadable == [record])
    #expect(poll.isComplete)
  }

  @Test func `what nobody asked for takes no room, and is named once; a flood of anything is a fault`() {
    let collector = PollCollector(adapter: "fake", asked: [JobReference(id: "1")])
    #expect(collector.unaskedRemark == nil)
    for number in 0..<200 {
      let jobs = (0..<100).map { JobStatus(id: "\(number)-\($0)", state: .running) }
      collector.take(.success(PollReport(request: .number(1), jobs: jobs)))
    }
    #expect(collector.unaskedRemark?.contains("nobody asked for") == true)
    #expect(collector.flood?.code == .adapterNoise)
    #expect(collector.finish(PollAnswer()).jobs.map(\.id) == ["1"])
    // The one job that was asked for, over and over.
    let again = PollCollector(adapter: "fake", asked: [JobReference(id: "1")])
    for _ in 0..<20_000 {
      again.take(.success(PollReport(request: .number(1), jobs: [JobStatus(id: "1", state: .running)])))
    }
    #expect(again.flood?.code == .adapterNoise)
  }

  @Test func `a reported job whose id is not one is a record that cannot be read`() {
    let collector = PollCollector(adapter: "fake", asked: nil)
    let jobs = [JobStatus(id: "1\u{1B}[31m", state: .running), JobStatus(id: "2", state: .running)]
    collector.take(.success(PollReport(request: .number(1), jobs: jobs)))
    let poll = collector.finish(PollAnswer())
    #expect(poll.jobs.map(\.id) == ["2"])
    #expect(poll.unreadable.count == 1)
    #expect(poll.unreadable.allSatisfy { !$0.message.contains("\u{1B}") })
  }
}
