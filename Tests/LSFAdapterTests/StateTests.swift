import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import lsf_adapter

@Suite("States")
struct StateTests {
  /// The first status of a job in a recording.
  private func status(_ scenario: String, _ id: String) async throws -> JobStatus {
    let polled = try await Polled([id], on: try Fixture.recorded(scenario, "detect"))
    #expect(polled.answer.complete)
    return try #require(polled.jobs[id])
  }

  @Test func `a running job has its host, times and files`() async throws {
    let job = try await status("done", "1")
    #expect(job.state == .running)
    #expect(job.nodes == ["vm"])
    #expect(job.server == "volclava")
    #expect(job.native.state == "RUN")
    #expect(job.directory == "/home/hpcuser/run")
    #expect(job.standardOutput == "/home/hpcuser/run/out.1")
    #expect(job.standardError == "/home/hpcuser/run/err.1")
    #expect(job.startedAt.map { $0.timeIntervalSince(job.submittedAt ?? $0) } == 4)
  }

  @Test func `a processor time of -2 seconds is left out`() async throws {
    #expect(try await status("done", "1").usage?.cpuTime == nil)
  }

  @Test func `a job that waits for slots is queued, for resources`() async throws {
    let job = try await status("pending-for-slots", "28")
    #expect(job.state == .queued)
    #expect(job.reason == JobReason(.resources, "Job slot limit reached"))
    #expect(job.startedAt == nil && job.nodes.isEmpty)
  }

  @Test func `a job submitted with -H is held by its owner, whatever its schedule says`() async throws {
    let job = try await status("held", "14")
    #expect(job.state == .held)
    #expect(job.reason?.code == .heldByUser)
  }

  @Test func `bstop of a waiting job holds it`() async throws {
    let job = try await status("suspended-pending", "13")
    #expect(job.state == .held)
    #expect(job.reason == JobReason(.heldByUser, "The job was suspended by the user while pending"))
  }

  @Test func `bstop of a running job suspends it`() async throws {
    let job = try await status("suspended-running", "12")
    #expect(job.state == .suspended)
    #expect(job.native.reason == "The job was suspended by user")
  }

  @Test func `after bresume LSF keeps a job for a moment: suspended, and not over`() async throws {
    // Recorded only as a table: suspended-running/17-resumed-bjobs-w.
    #expect(try Fixture.text("suspended-running/17-resumed-bjobs-w").contains("SSUSP"))
    let host = IBM.lsf([
      IBM.record(12, "SSUSP", ["SUSPEND_REASON": "Waiting for re-scheduling after being resumed by user;"])
    ])
    let job = try #require(try await Polled(["12", "13"], on: host).jobs["12"])
    #expect(job.state == .suspended)
    #expect(job.reason?.text == "Waiting for re-scheduling after being resumed by user")
  }

  @Test func `a dependency that can never be met is reported as such`() async throws {
    let job = try await status("dependency-never", "19")
    #expect(job.state == .held)
    #expect(job.reason?.code == .dependencyNeverSatisfied)
    #expect(job.reason?.canEverRun == false)
  }

  @Test func `a job with a begin time is held until then, though its reason says only that it is postponed`()
    async throws
  {
    let job = try await status("begin-time", "32")
    #expect(job.state == .held)
    #expect(job.reason?.code == .beginTime)
    #expect(job.reason?.text.contains("Dec 31 23:59") == true)
  }

  @Test func `a job that waits for another one is held, though its reason says only that it is postponed`() async throws
  {
    let job = try await status("dependency-satisfied", "17")
    #expect(job.state == .held)
    #expect(job.reason?.code == .dependency)
    #expect(job.reason?.text == "it depends on done(16)")
  }

  @Test func `sentences of a job that went on meanwhile explain nothing of the state it was listed in`() async throws {
    let later = try ScriptedHost.Answer.recorded("suspended-pending/07-suspended-bjobs-UF")
    let listed = try ScriptedHost.Answer.recorded("suspended-pending/21-resumed-bjobs-o-json")
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "bjobs" where command.argv.contains("-json"): listed
      case "bjobs": later
      default: .notFound
      }
    }
    let job = try #require(try await Polled(["13"], on: host).jobs["13"])
    #expect(job.state == .queued)
    #expect(job.reason == nil)
  }

  @Test func `where bjobs -UF breaks, bjobs -l reports why a job waits`() async throws {
    let listed = try ScriptedHost.Answer.recorded("dependency-never/09-waiting-bjobs-o-json")
    let long = try ScriptedHost.Answer.recorded("dependency-never/06-waiting-bjobs-l")
    let host = ScriptedHost { command in
      switch command.argv.dropFirst().first {
      case "-o": listed
      case "-UF": .text("", stderr: "Segmentation fault\n", exit: 139)
      case "-l": long
      default: .notFound
      }
    }
    let job = try #require(try await Polled(["19"], on: host).jobs["19"])
    #expect(job.reason?.code == .dependencyNeverSatisfied)
  }

  @Test(
    arguments: ["06-waiting-bjobs-l", "07-waiting-bjobs-UF"]
  )
  func `Carriage returns at the ends of sentences change nothing`(exchange: String) throws {
    let text = try Fixture.text("dependency-never/\(exchange)")
    let changed = try temporaryFile(Array(text.replacing("\n", with: "\r\n").utf8))
    let story = try #require(try JobStory.read(path: changed, observedAt: evening).stories.first)
    let plain = try temporaryFile(Array(text.utf8))
    let expected = try #require(try JobStory.read(path: plain, observedAt: evening).stories.first)
    #expect(story.reasons == expected.reasons && !story.reasons.isEmpty)
    #expect(story.directory == expected.directory && story.submittedAt == expected.submittedAt)
    #expect(story.state == "PEND")
  }

  @Test(arguments: ["UNKWN", "ZOMBI"])
  func `a host that LSF has lost ends no job`(word: String) async throws {
    let host = IBM.lsf([IBM.record(7, word, ["START_TIME": "Sep 30 20:33:14 2026", "EXEC_HOST": "n1"])])
    let job = try #require(try await Polled(["7", "8"], on: host).jobs["7"])
    #expect(job.state == .running)
    #expect(job.reason?.code == .nodesUnavailable)
    #expect(job.endedAt == nil)
  }

  @Test(
    arguments: [
      ("PROV", JobState.starting), ("WAIT", .queued),
    ]
  )
  func `a host being woken up, and a member of a chunk that waits, run not yet`(word: String, state: JobState)
    async throws
  {
    #expect(try await Polled(["7"], on: IBM.lsf([IBM.record(7, word)])).jobs["7"]?.state == state)
  }

  @Test(arguments: ["NULL", "ERROR", "DONE,PERR"])
  func `an unknown word ends no job, and is shown`(word: String) async throws {
    let job = try #require(try await Polled(["7"], on: IBM.lsf([IBM.record(7, word)])).jobs["7"])
    #expect(job.state == .unknown(.unrecognised))
    #expect(job.native.state == word)
  }

  @Test func `EXIT that goes back to PEND is queued again`() async throws {
    let adapter = LSFAdapter()
    let ended = IBM.lsf([IBM.record(7, "EXIT", ["EXIT_CODE": "99", "START_TIME": "Sep 30 20:33:14 2026"])])
    #expect(try await Polled(["7"], on: ended, by: adapter).jobs["7"]?.state == .finished(.failed))
    let waiting = IBM.lsf([IBM.record(7, "PEND", ["PEND_REASON": "New job is waiting for scheduling;"])])
    let job = try #require(try await Polled(["7"], on: waiting, by: adapter).jobs["7"])
    #expect(job.state == .queued)
    #expect(job.exitStatus == nil && job.endedAt == nil)
  }
}
