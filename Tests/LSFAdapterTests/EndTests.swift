import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import lsf_adapter

@Suite("How a job ended")
struct EndTests {
  private func status(_ scenario: String, _ id: String) async throws -> JobStatus {
    // The first answers of a recording are from before the end: they are requested and skipped.
    let host = try Fixture.recorded(scenario)
    var job = try #require(try await Polled([id], on: host).jobs[id])
    for _ in 0..<3 where !job.state.isFinished { job = try #require(try await Polled([id], on: host).jobs[id]) }
    return job
  }

  @Test(
    arguments: [("done", "1"), ("held", "14"), ("suspended-running", "12"), ("many-slots", "31")]
  )
  func `DONE succeeded`(scenario: String, id: String) async throws {
    let job = try await status(scenario, id)
    #expect(job.state == .finished(.succeeded))
    #expect(job.exitStatus == .code(0))
    #expect(job.endedAt != nil)
  }

  @Test(
    arguments: [
      ("failed-exit-3", "3", Int32(3)), ("failed-exit-143", "4", 143), ("killed-by-signal", "24", 139),
    ]
  )
  func `the exit code, which volclava reports in sentences alone`(scenario: String, id: String, code: Int32)
    async throws
  {
    let job = try await status(scenario, id)
    #expect(job.state == .finished(.failed))
    #expect(job.exitStatus == .code(code))
    #expect(job.attempt == 1)
  }

  @Test func `a job that ran as long as it may, and was ended by SIGUSR2, exceeded its walltime`() async throws {
    let job = try await status("run-limit", "23")
    #expect(job.state == .finished(.walltimeExceeded))
    #expect(job.exitStatus == .code(140))
    #expect(job.usage?.peakMemory == .mebibytes(10))
  }

  @Test(
    arguments: [
      ("killed-while-pending", "11"), ("held", "15"),
    ]
  )
  func `a job removed while it waited was cancelled by its owner, as bhist alone reports`(scenario: String, id: String)
    async throws
  {
    let job = try await status(scenario, id)
    #expect(job.state == .finished(.cancelled(by: .user)))
    #expect(job.exitStatus == nil)
    #expect(job.startedAt == nil)
  }

  @Test func `bkill ends a running job by SIGINT first: cancelled by its owner, not failed`() async throws {
    let stories = try await Listings(lsf: LSF(host: try Fixture.recorded("finished-jobs")), memory: ServerMemory())
      .history(of: ["87", "88", "89"])
    let killed = try #require(stories[LSFID(number: 89)].flatMap { JobStatus(ended: $0, observedAt: evening) })
    #expect(killed.state == .finished(.cancelled(by: .user)))
    #expect(killed.exitStatus == .signal(.interrupt))
    let failed = try #require(stories[LSFID(number: 88)].flatMap { JobStatus(ended: $0, observedAt: evening) })
    #expect(failed.state == .finished(.failed))
    #expect(failed.exitStatus == .code(3))
    #expect(
      stories[LSFID(number: 87)].flatMap { JobStatus(ended: $0, observedAt: evening) }?.state == .finished(.succeeded)
    )
  }

  @Test(arguments: ["87", "88", "89"])
  func `a job that bjobs has forgotten is reported by bhist`(id: String) async throws {
    let history = try ScriptedHost.Answer.recorded("finished-jobs/26-cleaned-bhist-l")
    let gone = try ScriptedHost.Answer.recorded("finished-jobs/23-cleaned-by-ids-json")
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "bjobs": gone
      case "bhist": history
      default: .text("")
      }
    }
    let job = try #require(try await Polled([id], on: host).jobs[id])
    #expect(job.state.isFinished)
    #expect(job.source == "bhist")
  }

  @Test(arguments: [true, false])
  func `a job that is in none of the newer event files is looked for in the older ones`(isAnswered: Bool) async throws {
    let history = try ScriptedHost.Answer.recorded("finished-jobs/27-cleaned-bhist-l-one")
    let gone = try ScriptedHost.Answer.recorded("finished-jobs/23-cleaned-by-ids-json")
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "bjobs": gone
      case "bhist" where command.argv.contains("-n"): isAnswered ? history : .init(ending: .timedOut)
      case "bhist": .text("No matching job found\n", exit: 255)
      default: .text("")
      }
    }
    let polled = try await Polled(["88"], on: host)
    #expect(polled.jobs["88"]?.state == (isAnswered ? .finished(.failed) : .unknown(.gone)))
    #expect(await host.commands.last?.argv == ["bhist", "-n", "0", "-l", "88"])
  }

  @Test func `a job that neither bjobs nor bhist knows is gone, never finished`() async throws {
    let polled = try await Polled(["999999"], on: try Fixture.recorded("unknown-id"))
    #expect(polled.jobs["999999"]?.state == .unknown(.gone))
    #expect(polled.answer.complete)
  }

  @Test func `bhist that does not answer leaves a missing job open`() async throws {
    let gone = try ScriptedHost.Answer.recorded("unknown-id/06-one-unknown-bjobs-o-json")
    let host = ScriptedHost {
      $0.argv[0] == "bjobs" ? gone : $0.argv[0] == "bhist" ? .init(ending: .timedOut) : .text("")
    }
    let polled = try await Polled(["999999"], on: host)
    #expect(polled.jobs.isEmpty)
    #expect(!polled.answer.complete)
    #expect(polled.answer.problem?.code == .accountingUnavailable)
  }

  @Test(
    arguments: [
      ("TERM_RUNLIMIT: job killed after reaching LSF run time limit", JobOutcome.walltimeExceeded),
      ("TERM_MEMLIMIT: job killed after reaching LSF memory usage limit", .memoryExceeded),
      ("TERM_SWAP: job killed after reaching LSF swap usage limit", .memoryExceeded),
      ("TERM_OWNER: job killed by owner", .cancelled(by: .user)),
      ("TERM_ADMIN: job killed by root or LSF administrator", .cancelled(by: .administrator)),
      ("TERM_PREEMPT: job killed after preemption", .preempted),
      ("TERM_DEADLINE: job killed after deadline expires", .deadlineMissed),
      ("TERM_CWD_NOTEXIST: current working directory is not accessible", .launchFailed),
      ("TERM_ORPHAN_SYSTEM: The orphan job was automatically terminated by LSF", .dependencyFailed),
      ("TERM_CPULIMIT: job killed after reaching LSF CPU usage limit", .failed),
      ("TERM_EXTERNAL_SIGNAL: job killed by a signal external to LSF", .failed),
    ]
  )
  func `a reason of LSF's decides`(sentence: String, outcome: JobOutcome) async throws {
    let fields = ["EXIT_CODE": "130", "EXIT_REASON": sentence, "START_TIME": "Sep 30 20:33:14 2026"]
    let job = try #require(try await Polled(["7"], on: IBM.lsf([IBM.record(7, "EXIT", fields)])).jobs["7"])
    #expect(job.state == .finished(outcome))
    #expect(job.native.reason == sentence)
    #expect(job.exitStatus == .code(130))
  }

  @Test func `an exit code that no job can end with is not taken for one`() async throws {
    let fields = ["EXIT_CODE": "99999999999", "START_TIME": "Sep 30 20:33:14 2026"]
    let job = try #require(try await Polled(["7"], on: IBM.lsf([IBM.record(7, "EXIT", fields)])).jobs["7"])
    #expect(job.exitStatus == nil)
  }

  @Test func `a job that is put back into the queue has not ended`() async throws {
    let fields = ["EXIT_REASON": "TERM_REQUEUE_OWNER: job killed and requeued by owner"]
    let job = try #require(try await Polled(["7"], on: IBM.lsf([IBM.record(7, "EXIT", fields)])).jobs["7"])
    #expect(job.state == .finishing)
  }

  @Test func `every reason that IBM documents means something`() {
    // IBM's page “Termination reasons displayed by bacct”, LSF 10.1.
    let documented = [
      "UNKNOWN", "PREEMPT", "WINDOW", "LOAD", "OTHER", "RUNLIMIT", "DEADLINE", "PROCESSLIMIT", "FORCE_OWNER",
      "FORCE_ADMIN", "REQUEUE_OWNER", "REQUEUE_ADMIN", "CPULIMIT", "CHKPNT", "OWNER", "ADMIN", "MEMLIMIT",
      "EXTERNAL_SIGNAL", "RMS", "ZOMBIE", "SWAP", "THREADLIMIT", "SLURM", "BUCKET_KILL", "CWD_NOTEXIST",
      "REMOVE_HUNG_JOB", "ORPHAN_SYSTEM", "PRE_EXEC_FAIL", "DATA", "MC_RECALL", "CSM_ALLOC", "KUBE", "RC",
    ]
    for word in documented { #expect(JobEnding.outcomes["TERM_\(word)"] != nil, "TERM_\(word)") }
  }

  @Test func `a signal sent by bkill -s that did not end the job is not a removal`() {
    var ending = JobEnding()
    ending.code = 3
    ending.hasStarted = true
    ending.killer = ("ada", "TERM")
    #expect(ending.state(user: "ada", span: nil) == .finished(.failed))
    ending.code = 143
    #expect(ending.state(user: "ada", span: nil) == .finished(.cancelled(by: .user)))
    ending.killer = ("root", "KILL")
    #expect(ending.state(user: "ada", span: nil) == .finished(.cancelled(by: .administrator)))
  }

  @Test func `EXIT of which nothing more is known is an end that no source explains`() {
    #expect(JobEnding().state(user: "ada", span: nil) == .finished(.unknown))
  }

  @Test(
    arguments: [
      (137, "9", "yes", JobState.finished(.failed), JobExitStatus.signal(.kill) as JobExitStatus?),
      (137, "0", "yes", .finished(.failed), .code(137)), (127, "0", "no", .finished(.launchFailed), nil),
    ]
  )
  func `the exit record distinguishes a signal from a code above 128, and a program that could not be started`(
    code: Int,
    signal: String,
    launched: String,
    state: JobState,
    exit: JobExitStatus?
  ) async throws {
    let record =
      "record=lsf/7\ntoken=t\ncode=\(code)\nsignal=\(signal)\nlaunched=\(launched)\nstarted=1790800394\n"
      + "ended=1790800400\nhost=n1\ndirectory=/home/ada\nwhole=yes\n"
    let fields = ["EXIT_CODE": "\(code)", "START_TIME": "Sep 30 20:33:14 2026", "FINISH_TIME": "Sep 30 20:33:20 2026"]
    let host = IBM.lsf([IBM.record(7, "EXIT", fields)], exitRecords: record)
    let job = try #require(try await Polled(["7"], on: host).jobs["7"])
    #expect(job.state == state)
    #expect(job.exitStatus == exit)
  }
}
