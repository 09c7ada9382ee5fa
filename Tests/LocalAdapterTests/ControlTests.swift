import Foundation
import LauncherProtocol
import Testing

@Suite struct ControlTests {
  @Test func `a held job waits for its release, and only a waiting job can be held`() throws {
    let bench = try Workbench()
    let id = try bench.submit(shell: "true") { $0.hold = true }
    #expect(try bench.status(id).state == .held)
    #expect(try bench.status(id).reason?.code == .heldByUser)
    #expect(try bench.adapter.act("release", [id]) == [nil])
    #expect(try bench.finished(id).state == .finished(.succeeded))
    #expect(try bench.adapter.act("hold", [id]) == [.alreadyFinished])
    let runs = try bench.submit(bench.spec("sleep", "100"))
    try bench.running(runs)
    #expect(try bench.adapter.act("hold", [runs]) == [.wrongState])
    #expect(try bench.adapter.act("release", [runs]) == [.wrongState])
    #expect(try bench.adapter.act("resume", [runs]) == [.wrongState])
  }

  @Test func `a queued job that is held does not start when its turn comes`() throws {
    let bench = try Workbench(cores: 1)
    let blocker = try bench.submit(bench.spec("sleep", "100"))
    let held = try bench.submit(bench.spec("true"))
    let next = try bench.submit(bench.spec("true"))
    #expect(try bench.adapter.act("hold", [held]) == [nil])
    #expect(try bench.adapter.act("suspend", [held]) == [.wrongState])
    try bench.adapter.act("cancel", [blocker])
    try bench.finished(next)
    #expect(try bench.status(held).state == .held)
  }

  @Test func `suspended time stops the whole tree and does not count`() throws {
    let bench = try Workbench()
    let id = try bench.submit(shell: "(while :; do echo x; sleep 0.02; done) & sleep 100") {
      $0.walltime = Walltime(.seconds(8))
    }
    try bench.wait(id) { $0.state == .running }
    #expect(try bench.adapter.act("suspend", [id]) == [nil])
    try bench.wait(id) { $0.state == .suspended }
    let size = try bench.output(id).utf8.count
    // Until the walltime would have been over.
    let started = try #require(try bench.status(id).startedAt)
    #expect(eventually { Date() > started.addingTimeInterval(8.5) })
    #expect(try bench.output(id).utf8.count <= size + 2)
    #expect(try bench.status(id).state == .suspended)
    #expect(try bench.adapter.act("resume", [id]) == [nil])
    #expect(try bench.wait(id) { $0.state == .running }.state == .running)
    #expect(eventually { (try? bench.output(id).utf8.count) ?? 0 > size + 4 })
    #expect(try bench.finished(id).state == .finished(.walltimeExceeded))
  }

  @Test func `a job of the same number that was submitted at another time is left alone`() throws {
    let bench = try Workbench()
    let id = try bench.submit(bench.spec("sleep", "100"))
    try bench.running(id)
    let submitted = try #require(try bench.status(id).submittedAt)
    for days in [-1.0, 1] {
      let meant = JobReference(id: id, submittedAt: submitted.addingTimeInterval(days * 86_400))
      for method in ["cancel", "hold", "suspend"] {
        let answer = try bench.adapter.call(method, ActionRequest(jobs: [meant]), as: ActionAnswer.self)
        #expect(answer.results.map(\.error?.code) == [.unknownJob])
        #expect(answer.results.first?.error?.message.contains("is another one now") == true)
      }
    }
    #expect(try bench.status(id).state == .running)
    let own = ActionRequest(jobs: [JobReference(id: id, submittedAt: submitted)])
    #expect(try bench.adapter.call("cancel", own, as: ActionAnswer.self).results.map(\.error) == [nil])
  }

  @Test func `a job can be cancelled in each of its states`() throws {
    let bench = try Workbench(cores: 1)
    let runs = try bench.submit(bench.spec("sleep", "100"))
    try bench.running(runs)
    let queued = try bench.submit(bench.spec("true"))
    let held = try bench.submit(shell: "true") { $0.hold = true }
    let waiting = try bench.submit(shell: "true") { $0.dependencies = [JobDependency(.afterany, held)] }
    #expect(try bench.adapter.act("cancel", [waiting, queued, held]) == [nil, nil, nil])
    for id in [queued, held, waiting] {
      let status = try bench.status(id)
      #expect(status.state == .finished(.cancelled(by: .user)))
      #expect(status.reason?.text == "cancelled before it started")
      #expect(status.startedAt == nil)
    }
    #expect(try bench.adapter.act("suspend", [runs]) == [nil])
    try bench.wait(runs) { $0.state == .suspended }
    #expect(try bench.adapter.act("cancel", [runs]) == [nil])
    let status = try bench.finished(runs)
    #expect(status.state == .finished(.cancelled(by: .user)))
    #expect(status.reason?.text == "cancelled while running")
    #expect(status.exitStatus == .signal(.terminate))
    #expect(try bench.adapter.act("cancel", [runs]) == [.alreadyFinished])
  }

  @Test func `one task of an array can be cancelled by itself`() throws {
    let bench = try Workbench(cores: 1)
    let blocker = try bench.submit(bench.spec("sleep", "100"))
    let id = try bench.submit(shell: "true") { $0.array = ArrayIndices(0...2) }
    #expect(try bench.adapter.act("cancel", ["\(id)_1"]) == [nil])
    try bench.adapter.act("cancel", [blocker])
    let states = try bench.finished(id).tasks?.map(\.state)
    #expect(states == [.finished(.succeeded), .finished(.cancelled(by: .user)), .finished(.succeeded)])
  }

  @Test func `many jobs are cancelled at once, and each has its own answer`() throws {
    let bench = try Workbench(cores: 1)
    let blocker = try bench.submit(bench.spec("sleep", "100"))
    var spec = bench.spec("true")
    spec.hold = true
    let (submitting, submitted) = try clocked { try (0..<700).map { _ in try bench.submit(spec) } }
    var ids = submitted
    ids.insert("99999", at: 350)
    ids.append("-x")
    ids.insert(blocker, at: 0)
    let last = try bench.submit(bench.spec("true"))
    let (cancelling, answers) = try clocked { try bench.adapter.act("cancel", ids) }
    // One after another they would take as long as their submissions did.
    #expect(cancelling < submitting)
    #expect(answers.count == 703)
    #expect(answers[351] == .unknownJob)
    #expect(answers[702] == .malformedID)
    #expect(answers.filter { $0 == nil }.count == 701)
    #expect(try bench.finished(last).state == .finished(.succeeded))
  }

  @Test func `a signal is sent to the processes and does not count as a cancellation`() throws {
    let bench = try Workbench()
    let id = try bench.submit(shell: "trap 'echo got; exit 5' USR2; echo ready; while :; do sleep 0.02; done")
    #expect(eventually { (try? bench.output(id)) == "ready\n" })
    let signal = try #require(UnixSignal("USR2"))
    #expect(try bench.adapter.act("cancel", [id], signal: signal) == [nil])
    let status = try bench.finished(id)
    #expect(status.state == .finished(.failed))
    #expect(status.exitStatus == .code(5))
  }

  @Test func `a job may begin at its time, with nobody there to start it`() throws {
    let bench = try Workbench()
    let other = try bench.anotherAdapter()
    let begin = Date().addingTimeInterval(5)
    var spec = bench.spec("sh", "-c", "date +%s.%N > began")
    spec.begin = Moment(begin)
    let id = try other.submit(spec)
    #expect(try other.poll([id]).first?.state == .held)
    #expect(try other.poll([id]).first?.reason?.code == .beginTime)
    other.close()
    let file = bench.work + "/began"
    #expect(eventually { (try? String(contentsOfFile: file, encoding: .utf8))?.isEmpty == false })
    let text = try String(contentsOfFile: file, encoding: .utf8).trimmingCharacters(in: .whitespacesAndNewlines)
    let began = try #require(Double(text))
    #expect(began >= begin.timeIntervalSince1970 - 0.01)
  }

  @Test func `a deadline ends what has not started and what still runs`() throws {
    let bench = try Workbench(cores: 1)
    let deadline = Moment(Date().addingTimeInterval(1.5))
    let runs = try bench.submit(shell: "sleep 100") { $0.deadline = deadline }
    let waits = try bench.submit(shell: "true") {
      $0.hold = true
      $0.deadline = deadline
    }
    #expect(try bench.finished(runs).state == .finished(.deadlineMissed))
    #expect(try bench.finished(waits).state == .finished(.deadlineMissed))
    #expect(try bench.status(waits).startedAt == nil)
    #expect(try #require(bench.status(runs).endedAt) >= deadline.date)
  }
}
