import AdapterKit
import Foundation
import Testing

@testable import pbs_adapter

@Suite("States of Torque 6.1.3")
struct TorqueStateTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let exchange: String
    let state: JobState
    var exitStatus: JobExitStatus?
    var code: JobReason.Code?
    var testDescription: String { exchange }
  }

  @Test(
    arguments: [
      Case(exchange: "states/05-held-qstat-x", state: .held, code: .heldByUser),
      Case(exchange: "states/12-waiting-qstat-x", state: .held, code: .beginTime),
      Case(exchange: "states/19-child-waiting-qstat-x", state: .held, code: .dependency),
      // Its dependency failed before it was submitted: Torque never says anything else about it.
      Case(exchange: "states/32-on-finished-x", state: .held, code: .dependency),
      Case(exchange: "states/38-starved-qstat-x", state: .queued, code: .resources),
      Case(exchange: "failures/48-queued-qstat-x", state: .queued, code: .queueUnavailable),
      Case(exchange: "states/21-parent-x", state: .running),
      Case(exchange: "states/48-suspended-qstat-x", state: .suspended),
      Case(exchange: "states/50-resumed-x", state: .running),
      Case(exchange: "failures/28-just-after-x", state: .running),
      Case(exchange: "complete-0/15-completed-qstat-x", state: .finished(.succeeded), exitStatus: .code(0)),
      Case(exchange: "states/22-child-done-x", state: .finished(.succeeded), exitStatus: .code(0)),
      Case(exchange: "failures/05-exit-3-qstat-x", state: .finished(.failed), exitStatus: .code(3)),
      Case(exchange: "failures/08-exit-127-x", state: .finished(.failed), exitStatus: .code(127)),
      Case(exchange: "failures/10-exit-255-x", state: .finished(.failed), exitStatus: .code(255)),
      Case(exchange: "failures/12-sig-KILL-x", state: .finished(.failed), exitStatus: .code(137)),
      Case(exchange: "failures/14-sig-SEGV-x", state: .finished(.failed), exitStatus: .code(139)),
      Case(exchange: "failures/16-sig-TERM-x", state: .finished(.failed), exitStatus: .code(143)),
      Case(exchange: "failures/18-child-KILL-x", state: .finished(.failed), exitStatus: .code(137)),
      Case(exchange: "failures/61-badshell-qstat-x", state: .finished(.failed), exitStatus: .code(254)),
      Case(exchange: "failures/64-mem-x", state: .finished(.failed), exitStatus: .code(1)),
      Case(exchange: "failures/23-walltime-qstat-x", state: .finished(.walltimeExceeded)),
      Case(
        exchange: "failures/32-deleted-running-qstat-x",
        state: .finished(.cancelled(by: .unknown)),
        exitStatus: .signal(.terminate)
      ),
      Case(
        exchange: "failures/43-deltrap-x",
        state: .finished(.cancelled(by: .unknown)),
        exitStatus: .signal(.terminate)
      ),
      Case(
        exchange: "states/51-suspended-then-deleted-x",
        state: .finished(.cancelled(by: .unknown)),
        exitStatus: .signal(.terminate)
      ),
      Case(exchange: "failures/55-deleted-queued-qstat-x", state: .finished(.cancelled(by: .unknown))),
      Case(
        exchange: "states/28-doomed-qstat-x",
        state: .finished(.dependencyFailed),
        code: .dependencyNeverSatisfied
      ),
      Case(exchange: "array/46-finished-sub1-x", state: .finished(.succeeded), exitStatus: .code(0)),
      Case(exchange: "array/47-finished-sub3-x", state: .finished(.failed), exitStatus: .code(3)),
      Case(exchange: "array/48-finished-sub5-x", state: .finished(.failed), exitStatus: .code(137)),
      Case(
        exchange: "array/49-finished-sub7-x",
        state: .finished(.cancelled(by: .unknown)),
        exitStatus: .signal(.terminate)
      ),
      Case(exchange: "array/50-finished-sub9-x", state: .finished(.cancelled(by: .unknown))),
    ]
  )
  func `what each recorded job came to`(_ expected: Case) throws {
    let statuses = try Torque.statuses(expected.exchange)
    let status = try #require(statuses.count == 1 ? statuses.first : nil)
    #expect(status.state == expected.state)
    #expect(status.exitStatus == expected.exitStatus)
    #expect(status.reason?.code == expected.code)
  }

  @Test func `every job of every answer is reported, and no state is new`() throws {
    var jobs = 0
    var words: [String: Int] = [:]
    for exchange in try Torque.answers() {
      let read = try Torque.read(Torque.bytes(exchange))
      #expect(read.unreadable.isEmpty && !read.isCut, "\(exchange)")
      for status in read.jobs.map({ $0.status(.torque, source: "qstat -x") }) {
        jobs += 1
        words[status.state.outcome?.word ?? status.state.word, default: 0] += 1
        #expect(status.state.unknownCause == nil && status.submittedAt != nil, "\(exchange)")
      }
    }
    print("\(jobs) jobs of Torque: \(words.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" })")
    #expect(jobs == 620)
  }

  /// Torque's administrator guide, “Job exit status”; constructed, except for -11.
  @Test(
    arguments: [
      (-1, JobOutcome.launchFailed), (-2, .launchFailed), (-3, .launchFailed), (-4, .nodeFailure), (-5, .nodeFailure),
      (-6, .nodeFailure), (-7, .launchFailed), (-8, .launchFailed), (-9, .launchFailed), (-10, .memoryExceeded),
      (-11, .walltimeExceeded), (-12, .failed), (-13, .launchFailed), (-14, .launchFailed), (-99, .unknown),
      (265, .failed), (267, .failed), (9999, .failed),
    ]
  )
  func `Torque's own numbers are not PBS Pro's`(_ number: Int, _ outcome: JobOutcome) throws {
    let fields = "<job_state>C</job_state><exec_host>node01/0</exec_host><exit_status>\(number)</exit_status>"
    let status = try #require(try Torque.made(fields))
    #expect(status.state == .finished(outcome))
    #expect(status.exitStatus == UnixSignal(number: Int32(clamping: number - 256)).map { .signal($0) })
    #expect(number > 0 || status.reason?.text.isEmpty == false)
  }

  @Test func `before there was -11, a job that ran too long ended as a deleted one does; its walltime decides`() throws
  {
    func status(_ used: String) throws -> JobStatus? {
      try Torque.made(
        "<job_state>C</job_state><exec_host>n/0</exec_host><exit_status>271</exit_status><Resource_List>"
          + "<walltime>00:10:00</walltime></Resource_List><resources_used><walltime>\(used)</walltime></resources_used>"
      )
    }
    #expect(try status("00:10:12")?.state == .finished(.walltimeExceeded))
    #expect(try status("00:09:12")?.state == .finished(.cancelled(by: .unknown)))
  }

  @Test func `a number left over from an earlier start ends nothing, nor does an unknown letter`() throws {
    for (letter, state) in [
      ("R", JobState.running), ("E", .finishing), ("T", .queued), ("Q", .queued), ("Z", .unknown(.unrecognised)),
      ("", .unknown(.unrecognised)),
    ] {
      let status = try Torque.made("<job_state>\(letter)</job_state><exit_status>0</exit_status>")
      #expect(status?.state == state && status?.exitStatus == nil, "\(letter)")
    }
  }

  @Test func `times are seconds since 1970; hosts, paths, usage and the attempt are reported`() throws {
    let full = try #require(try Torque.statuses("states/40-full-x").first)
    #expect(full.nodes == ["node03", "node02", "node01"])
    #expect(full.startedAt == Date(timeIntervalSince1970: 1_795_222_943))
    #expect(full.reason == nil && full.endedAt == nil && full.attempt == 1)
    let done = try #require(try Torque.statuses("failures/23-walltime-qstat-x").first)
    #expect(done.id == "117.torque01" && done.name == "wall" && done.user == "hpcuser" && done.queue == "batch")
    #expect(done.server == "torque01" && done.directory == "/home/hpcuser/trun")
    #expect(done.standardError == "/home/hpcuser/trun/wall.e117")
    #expect(done.submittedAt == Date(timeIntervalSince1970: 1_795_223_121))
    #expect(done.endedAt == Date(timeIntervalSince1970: 1_795_223_130))
    #expect(done.usage?.walltime == .seconds(9) && done.usage?.peakMemory == ByteCount(6940 * 1024))
    #expect(done.reason?.text == "it ran longer than its walltime")
    let later = try #require(try Torque.statuses("states/12-waiting-qstat-x").first)
    #expect(later.reason?.text.contains("2030-01-01T") == true && later.startedAt == nil)
  }

  @Test func `the comment of a job's start or wait is not a reason for its end`() throws {
    #expect(try Torque.statuses("failures/05-exit-3-qstat-x").first?.reason == nil)
    #expect(try Torque.statuses("failures/55-deleted-queued-qstat-x").first?.reason == nil)
    let doomed = try Torque.statuses("states/28-doomed-qstat-x").first
    #expect(doomed?.reason?.text == "Job deleted as result of dependency on job 102.torque01")
    #expect(doomed?.exitStatus == nil && doomed?.startedAt == nil)
  }

  @Test func `a job of an array that waits for its turn in the array says so`() throws {
    let tasks = try Torque.statuses("array/58-slots-qstat-t-x")
    #expect(tasks.map(\.state) == [.running, .running, .held, .held])
    #expect(tasks.map(\.index) == [0, 1, 2, 3])
    #expect(tasks[2].reason?.code == .arrayTaskLimit)
  }

  @Test func `an array that ended says nothing of its jobs`() throws {
    let parents = try Torque.statuses("array/74-slots-deleted-qstat-x").filter { $0.id.contains("[]") }
    #expect(parents.map(\.id) == ["32[].torque01", "33[].torque01"])
    #expect(parents.allSatisfy { $0.state == .finished(.unknown) })
  }

  @Test func `two records that ran together are not read as one job`() throws {
    let both = "<job_state>R</job_state><ctime>1</ctime><job_state>C</job_state>"
    let text = "<Data><Job><Job_Id>1.s</Job_Id>\(both)</Job></Data>"
    let read = try Torque.read(Array(text.utf8))
    #expect(read.jobs.isEmpty && read.unreadable.map(\.id) == ["1.s"])
  }

  @Test func `a submission's token is found among a job's variables`() throws {
    let mark = "0123456789abcdef0123456789abcdef"
    let fields = "<job_state>R</job_state><Variable_List>A=1,\(QsubCommand.tokenVariable)=\(mark),B=2</Variable_List>"
    let text = "<Data><Job><Job_Id>1.s</Job_Id>\(fields)</Job></Data>"
    #expect(try Torque.read(Array(text.utf8)).jobs.first?.submissionMark == mark)
    #expect(try Torque.read(Torque.bytes("complete-0/15-completed-qstat-x")).jobs.first?.submissionMark == nil)
  }
}
