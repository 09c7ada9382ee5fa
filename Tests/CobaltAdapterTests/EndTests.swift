import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import cobalt_adapter

@Suite("How a job ended that qstat has forgotten")
struct EndTests {
  /// SIGSEGV.
  private static let crash = UnixSignal(number: 11).map { JobExitStatus.signal($0) }

  @Test(arguments: [
    ("done/28-gone-cobaltlog", "501001", JobOutcome.succeeded, JobExitStatus?.some(.code(0))),
    ("failed-exit-3/02-gone-cobaltlog", "501002", .failed, .code(3)),
    ("killed-by-signal/02-gone-cobaltlog", "501003", .failed, Self.crash),
    ("killed-while-running/06-gone-cobaltlog", "501004", .cancelled(by: .user), nil),
    ("killed-while-running/20-stubborn-cobaltlog", "501005", .cancelled(by: .user), nil),
    ("held/10-gone-cobaltlog", "501009", .failed, .code(3)),
    ("held-running/10-gone-cobaltlog", "501011", .cancelled(by: .user), nil),
    ("dependency/11-satisfied-cobaltlog", "501013", .succeeded, .code(0)),
    ("walltime/12-gone-cobaltlog", "501054", .walltimeExceeded, nil),
    ("walltime/16-stubborn-cobaltlog", "501055", .walltimeExceeded, nil),
    ("many-nodes/10-gone-cobaltlog", "501024", .succeeded, .code(0)),
  ])
  func `a recorded log shows it`(exchange: String, id: String, outcome: JobOutcome, exit: JobExitStatus?) async throws {
    let polled = try await Polled([id], on: Made.cobalt(here: try .recorded(exchange)))
    let job = try #require(polled.jobs[id])
    #expect(job.state == .finished(outcome))
    #expect(job.exitStatus == exit)
    #expect(job.source == ".cobaltlog")
    #expect(job.user == "hpcuser")
    #expect(job.standardOutput == "/home/hpcuser/run/cobalt/\(id).output")
    #expect(polled.answer.complete)
  }

  @Test func `a whole recording is concluded from, though it holds no exit records`() async throws {
    let host = try ScriptedHost(recordings: "cobalt-1.0.33/failed-exit-3")
    let job = try #require(try await Polled(["501002"], on: host).jobs["501002"])
    #expect(job.state == .finished(.failed) && job.exitStatus == .code(3))
    #expect(job.submittedAt == RFC3339.date(from: "2026-11-21T00:53:36Z"))
    #expect(job.startedAt == RFC3339.date(from: "2026-11-21T00:53:42Z"))
    #expect(job.endedAt == RFC3339.date(from: "2026-11-21T00:53:44Z"))
    #expect(job.directory == "/home/hpcuser/run/cobalt")
    let signal = try ScriptedHost(recordings: "cobalt-1.0.33/killed-by-signal")
    #expect(try await Polled(["501003"], on: signal).jobs["501003"]?.exitStatus == Self.crash)
  }

  @Test(arguments: [
    "done/04-at-once-cobaltlog", "done/15-running-cobaltlog", "dependency/23-never-cobaltlog",
  ])
  func `a log without an end ends nothing`(exchange: String) async throws {
    let id = String(try Fixture.text(exchange).split(separator: "\n")[0].dropFirst(7))
    let polled = try await Polled([id], on: Made.cobalt(here: try .recorded(exchange)))
    let job = try #require(polled.jobs[id])
    #expect(job.state == .unknown(.gone))
    #expect(job.reason?.text.contains(".cobaltlog does not say") == true)
  }

  @Test func `a log that is cut anywhere never shows another end`() throws {
    let text = try Fixture.text("killed-by-signal/02-gone-cobaltlog")
    for length in 0..<text.utf8.count {
      let logs = CobaltLog.parse(String(decoding: text.utf8.prefix(length), as: UTF8.self))
      let end = logs.first?.end
      #expect(end == nil || end == .exited(139), "\(length)")
    }
  }

  @Test func `an exit code of None is an end of which nothing is known`() throws {
    let text = try Fixture.text("done/28-gone-cobaltlog").replacing("exit code of 0;", with: "exit code of None;")
    let status = try #require(CobaltLog.parse(text).first?.status(reportedID: "501001"))
    #expect(status.state == .finished(.unknown) && status.exitStatus == nil)
  }

  @Test func `somebody else's deletion is an administrator's`() throws {
    let text = try Fixture.text("killed-while-running/06-gone-cobaltlog").replacing(
      "by user hpcuser",
      with: "by user root"
    )
    #expect(
      CobaltLog.parse(text).first?.status(reportedID: "501004")?.state == .finished(.cancelled(by: .administrator))
    )
  }

  @Test func `of two jobs with one id, the log's last is meant, or the one of the time that is known`() async throws {
    let first = try Fixture.text("failed-exit-3/02-gone-cobaltlog")
    let second = try Fixture.text("done/28-gone-cobaltlog").replacing("501001", with: "501002")
      .replacing("Nov 21 00:5", with: "Nov 22 00:5")
    let host = Made.cobalt(logs: first + "\n" + second)
    #expect(try await Polled(["501002"], on: host).jobs["501002"]?.state == .finished(.succeeded))
    func state(_ time: String) async throws -> JobStatus? {
      let job = JobReference(id: "501002", submittedAt: RFC3339.date(from: time))
      return try await Polled(references: [job], on: host).jobs["501002"]
    }
    #expect(try await state("2026-11-21T00:53:35Z")?.exitStatus == .code(3))
    #expect(try await state("2026-11-22T00:53:15Z")?.state == .finished(.succeeded))
    let forgotten = try await state("2026-11-20T00:00:00Z")
    #expect(forgotten?.state == .unknown(.gone))
    #expect(forgotten?.reason?.text.contains("given to another job") == true)
  }

  @Test func `a job that the server forgot does not get the end of the one with its number`() async throws {
    let begun = try Fixture.text("done/04-at-once-cobaltlog")
    let other = try Fixture.text("done/28-gone-cobaltlog").replacing("00:53:", with: "00:55:")
    let job = JobReference(id: "501001", submittedAt: RFC3339.date(from: "2026-11-21T00:53:16Z"))
    let polled = try await Polled(references: [job], on: Made.cobalt(logs: begun + other))
    #expect(polled.jobs["501001"]?.state == .unknown(.gone))
  }

  @Test func `the exit record comes first, and the log adds where the output is`() async throws {
    let log = try Fixture.text("done/28-gone-cobaltlog").replacing("501001", with: "7")
    let host = Made.cobalt(records: Made.exitRecord("7", code: 5), logs: log)
    let job = try #require(try await Polled(["7"], on: host).jobs["7"])
    #expect(job.state == .finished(.failed) && job.exitStatus == .code(5))
    #expect(job.source == "exit record")
    #expect(job.standardOutput == "/home/hpcuser/run/cobalt/7.output")
    #expect(await host.commands.allSatisfy { $0.argv.first != "cat" })
  }

  @Test func `a program that exits with 139 is distinguished from one that a signal ended`() async throws {
    let log = try Fixture.text("killed-by-signal/02-gone-cobaltlog").replacing("501003", with: "7")
    let host = Made.cobalt(records: Made.exitRecord("7", code: 139), logs: log)
    #expect(try await Polled(["7"], on: host).jobs["7"]?.exitStatus == .code(139))
  }

  @Test func `the script knows that it was asked to end, and Cobalt by whom or why`() async throws {
    let record = Made.exitRecord("7", code: 143, signal: 15, asked: true)
    func state(_ exchange: String, _ id: String) async throws -> JobState? {
      let log = try Fixture.text(exchange).replacing(id, with: "7")
      return try await Polled(["7"], on: Made.cobalt(records: record, logs: log)).jobs["7"]?.state
    }
    #expect(try await state("killed-while-running/06-gone-cobaltlog", "501004") == .finished(.cancelled(by: .user)))
    #expect(try await state("walltime/12-gone-cobaltlog", "501054") == .finished(.walltimeExceeded))
    #expect(
      try await Polled(["7"], on: Made.cobalt(records: record)).jobs["7"]?.state
        == .finished(.cancelled(by: .unknown))
    )
  }

  @Test func `a job that was deleted before it started leaves nothing in Cobalt's log, and is noted here`() async throws
  {
    let log = try Fixture.text("dependency/23-never-cobaltlog")
    let submitted = try #require(CobaltLog.parse(log).first?.submittedAt)
    func state(_ time: Double) async throws -> JobStatus? {
      let note = "launcher: deleted \(Int(time))\n"
      return try await Polled(["501015"], on: Made.cobalt(logs: log + "\n" + note)).jobs["501015"]
    }
    let job = try #require(try await state(submitted.timeIntervalSince1970 + 20))
    #expect(job.state == .finished(.cancelled(by: .user)) && job.source == "qdel")
    // A log of an earlier job with the same number says nothing.
    #expect(try await state(submitted.timeIntervalSince1970 - 4000)?.state == .unknown(.gone))
    // A job that started has its end in the log.
    let running = try Fixture.text("done/15-running-cobaltlog") + "\nlauncher: deleted 1795999999\n"
    #expect(try await Polled(["501001"], on: Made.cobalt(logs: running)).jobs["501001"]?.state == .unknown(.gone))
  }

  @Test func `a log with CR LF is read as well`() throws {
    let text = try Fixture.text("failed-exit-3/02-gone-cobaltlog").replacing("\n", with: "\r\n")
    #expect(CobaltLog.parse(text).first?.end == .exited(3))
    #expect(CobaltTable(try Fixture.text("done/02-at-once-qstat").replacing("\n", with: "\r\n"))?.rows.count == 1)
  }

  @Test func `a log that cannot be read, or not to its end, calls no job gone`() async throws {
    let log = try Fixture.text("failed-exit-3/02-gone-cobaltlog")
    for here in [
      ScriptedHost.Answer(ending: .timedOut), .text("", exit: 1), .text(String(log.prefix(200))),
      .text(log, stderr: "cat: 501002.cobaltlog: Input/output error\n", exit: 1),
    ] {
      let polled = try await Polled(["501002"], on: Made.cobalt(here: here))
      #expect(polled.jobs["501002"]?.state != .unknown(.gone))
      #expect(!polled.answer.complete || polled.jobs["501002"]?.exitStatus == .code(3))
    }
  }

  @Test func `qstat that exits with 1 and says nothing is asked in other words before a job is gone`() async throws {
    let listing = try Fixture.text("unknown-id/05-qstat-list")
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "qstat": command.argv.contains("-l") ? .noneKnown : .text(listing)
      case "sh": .text(command.argv[2].contains(CobaltLog.readMark) ? CobaltLog.readMark + "\n" : "")
      default: .text("", stderr: "cat: 501052.cobaltlog: No such file or directory\n", exit: 1)
      }
    }
    let polled = try await Polled(["501052"], on: host)
    #expect(polled.jobs.isEmpty && !polled.answer.complete)
    #expect(polled.answer.problem?.code == .unreadableOutput)
  }

  @Test func `records that cannot be read keep a job from being called gone`() async throws {
    let host = ScriptedHost { command in
      command.argv.first == "sh" ? ScriptedHost.Answer(ending: .timedOut) : .noneKnown
    }
    let polled = try await Polled(["7"], on: host)
    #expect(polled.jobs["7"] == nil)
    #expect(!polled.answer.complete && polled.answer.problem?.code == .schedulerTimedOut)
  }

  @Test func `a job that qstat shows as done is ended as its record says`() async throws {
    let queue = ScriptedHost.Answer.text(Made.record("7", "done"))
    let told = Made.cobalt(queue: queue, records: Made.exitRecord("7", code: 3))
    #expect(try await Polled(["7"], on: told).jobs["7"]?.exitStatus == .code(3))
    #expect(try await Polled(["7"], on: Made.cobalt(queue: queue)).jobs["7"]?.state == .finished(.unknown))
  }
}
