import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import lsf_adapter

@Suite("A poll")
struct PollTests {
  @Test func `2,000 jobs that wait cost IBM LSF one bjobs, and lsid once`() async throws {
    let adapter = LSFAdapter()
    let host = IBM.lsf((1...2000).map { IBM.record($0, "PEND", ["PEND_REASON": "New job is waiting for scheduling;"]) })
    let ids = (1...2000).map { "\($0)" }
    #expect(try await Polled(ids, on: host, by: adapter).jobs.count == 2000)
    #expect(try await Polled(ids, on: host, by: adapter).answer.complete)
    #expect(await host.commands.map(\.argv[0]) == ["lsid", "bjobs", "bjobs"])
  }

  @Test func `a job of IBM LSF that failed by itself costs one bjobs too`() async throws {
    let host = IBM.lsf(
      [1, 2].map { IBM.record($0, "EXIT", ["EXIT_CODE": "3", "START_TIME": "Sep 30 20:33:14 2026"]) }
    )
    #expect(try await Polled(["1", "2"], on: host).jobs["1"]?.exitStatus == .code(3))
    #expect(await host.commands.map(\.argv[0]) == ["lsid", "bjobs"])
  }

  @Test(arguments: [Int32(255), 0])
  func `standard output is read whatever the exit code is`(code: Int32) async throws {
    let rows = IBM.listing([IBM.record(7, "RUN")])
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "lsid": .text(IBM.lsid)
      case "bjobs" where command.argv.contains("-json"): .text(rows, stderr: "Job <8> is not found\n", exit: code)
      case "bhist": .text("No matching job found\n", exit: 255)
      default: .text("")
      }
    }
    let polled = try await Polled(["7", "8"], on: host)
    #expect(polled.jobs["7"]?.state == .running)
    #expect(polled.jobs["8"]?.state == .unknown(.gone))
    #expect(polled.answer.complete)
  }

  @Test(
    arguments: [
      "unknown-id/13-list-bjobs-o-json", "unknown-id/11-list-bjobs-l",
    ]
  )
  func `a list of which one id is unknown, in JSON and in sentences`(exchange: String) async throws {
    let answer = try ScriptedHost.Answer.recorded(exchange)
    let isJSON = exchange.contains("json")
    let refusal = try ScriptedHost.Answer.recorded("detect/11-bjobs-noheader")
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "bjobs" where command.argv.contains("-json") == isJSON: answer
      case "bjobs": refusal
      case "bhist": .text("No matching job found\n", exit: 255)
      default: .text("")
      }
    }
    let polled = try await Polled(["75", "999999"], on: host)
    #expect(polled.jobs["75"]?.state.isFinished == true)
    #expect(polled.jobs["999999"]?.state == .unknown(.gone))
  }

  @Test(
    arguments: [
      ScriptedHost.Answer.text("", stderr: "No unfinished job found\n", exit: 254),
      .text("", stderr: "No job found\n", exit: 0), .text(IBM.listing([])),
      .text("", stderr: "No unfinished job found\n", exit: 255),
    ]
  )
  func `nothing to show is an empty listing, not a failure`(answer: ScriptedHost.Answer) async throws {
    let host = ScriptedHost { $0.argv[0] == "bjobs" ? answer : .text(IBM.lsid) }
    let polled = try await Polled(nil, on: host)
    #expect(polled.jobs.isEmpty)
    #expect(polled.answer.complete)
  }

  @Test(
    arguments: [
      ScriptedHost.Answer(stderr: "batch system daemon not responding ... still trying\n", ending: .timedOut),
      .text("", stderr: "Connection refused by server\n", exit: 255),
      .text(
        "",
        stderr: "Failed in an LSF library call: Failed in sending/receiving a message: Connection reset by peer\n",
        exit: 255
      ),
      .text("", stderr: "LSF is down. Please wait ...\n", exit: 255),
    ]
  )
  func `Daemons that are down end no job: the poll fails, for now`(answer: ScriptedHost.Answer) async throws {
    let host = ScriptedHost { $0.argv[0] == "bjobs" ? answer : .text(IBM.lsid) }
    let error = await #expect(throws: LauncherError.self) { _ = try await Polled(["7"], on: host) }
    #expect(error?.code == .schedulerUnreachable)
    #expect(error?.category == .transient)
  }

  @Test func `an answer that is cut ends no job that it lacks`() async throws {
    let whole = IBM.listing([IBM.record(7, "RUN"), IBM.record(8, "RUN")])
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "bjobs": .text(String(whole.prefix(whole.count - 300)))
      case "bhist": .text("No matching job found\n", exit: 255)
      default: .text(IBM.lsid)
      }
    }
    let polled = try await Polled(["7", "8"], on: host)
    #expect(polled.jobs["7"]?.state == .running)
    #expect(!polled.answer.complete)
    #expect(polled.jobs["8"]?.state.isFinished != true)
  }

  @Test func `what a server refuses is not asked for again: fields, JSON, and -UF at last`() async throws {
    let adapter = LSFAdapter()
    let badField = try ScriptedHost.Answer.recorded("unknown-id/27-bad-field-exit_code")
    let usage = try ScriptedHost.Answer.recorded("detect/11-bjobs-noheader")
    let story = try ScriptedHost.Answer.recorded("failed-exit-3/05-finished-bjobs-l")
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "lsid": .text(IBM.lsid)
      case "bjobs" where command.argv.contains("-json"): badField
      case "bjobs" where command.argv.contains("-UF"): usage
      case "bjobs": story
      default: .text("No matching job found\n", exit: 255)
      }
    }
    for _ in 0..<2 {
      let job = try #require(try await Polled(["3"], on: host, by: adapter).jobs["3"])
      #expect(job.state == .finished(.failed))
      #expect(job.exitStatus == .code(3))
    }
    let forms = await host.commands.filter { $0.argv[0] == "bjobs" }
    #expect(forms.filter { $0.argv.contains("-json") }.count == 2)
    #expect(forms.filter { $0.argv.contains("-UF") }.count == 1)
    #expect(forms.last?.argv == ["bjobs", "-l", "3"])
  }

  @Test func `a field that is not known there is a refusal with exit code 0 too, unless it is a job's name`()
    async throws
  {
    let words = "KILL_REASON is not a valid field name"
    let host = ScriptedHost { command in
      guard command.argv.first == "bjobs" else { return .text(IBM.lsid) }
      let isExtended = command.argv.contains(JobListing.extendedFields)
      let records = [IBM.record(7, "RUN", ["JOB_NAME": words]), IBM.record(8, "RUN")]
      return isExtended ? .text("", stderr: "<\(words)>\n") : .text(IBM.listing(records))
    }
    let polled = try await Polled(["7", "8"], on: host)
    #expect(polled.answer.complete)
    #expect(polled.jobs["7"]?.name == words)
  }

  @Test func `OpenLava has sentences alone`() async throws {
    let story = try ScriptedHost.Answer.recorded("suspended-running/06-suspended-bjobs-l")
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "lsid": .text("OpenLava Project 3.3, Dec 03 2015\n\nMy cluster name is lk\nMy master name is lk1\n")
      case "bjobs": story
      default: .text("")
      }
    }
    let job = try #require(try await Polled(["12"], on: host).jobs["12"])
    #expect(job.state == .suspended)
    #expect(job.name == "stopme")
    #expect(await host.commands.allSatisfy { !$0.argv.contains("-json") })
  }

  @Test func `volclava is never asked for fields that it lacks`() async throws {
    let polled = try await Polled(["3"], on: try Fixture.recorded("failed-exit-3", "detect"))
    #expect(polled.jobs["3"]?.exitStatus == .code(3))
    #expect(JobListing.basicJSON.arguments(ids: ["3"])[2].contains("exit_code") == false)
    #expect(LSFServer(lsid: try Fixture.text("detect/06-lsid")).forms.first == .basicJSON)
  }

  @Test func `the variables that change what LSF prints are taken out, and clients try once`() async throws {
    let host = IBM.lsf([IBM.record(7, "RUN")])
    _ = try await Polled(["7"], on: host)
    let command = try #require(await host.commands.first { $0.argv[0] == "bjobs" })
    #expect(command.environment["LSB_NTRIES"] == "1")
    for name in ["BSUB_QUIET", "BSUB_STDERR", "LSB_BJOBS_FORMAT", "LSB_BJOBS_CONSISTENT_EXIT_CODE"] {
      #expect(command.environment.keys.contains(name) && command.environment[name] == .some(nil))
    }
    #expect(!command.environment.keys.contains("LSF_ENVDIR"))
    #expect(command.timeLimit != nil)
  }

  @Test func `ids beyond 100 KB are asked for by several commands`() {
    let lists = IDLists.split((1_000_000...1_030_000).map { "\($0)" })
    #expect(lists.count == 3)
    #expect(lists.map(\.count).reduce(0, +) == 30_001)
  }

  @Test func `what is not an id of LSF's is never asked for`() async throws {
    let host = IBM.lsf([])
    let polled = try await Polled(["0", "99999999999", "12.server"], on: host)
    #expect(polled.jobs.count == 3)
    #expect(polled.jobs.values.allSatisfy { $0.state == .unknown(.gone) })
    #expect(await host.commands.isEmpty)
  }

  @Test func `another job that got the same number is not this one`() async throws {
    let host = IBM.lsf([IBM.record(7, "DONE", ["SUBMIT_TIME": "Sep 30 20:32:14 2026"])])
    let old = JobReference(id: "7", submittedAt: RFC3339.date(from: "2026-03-01T00:00:00Z"))
    #expect(try await Polled(references: [old], on: host).jobs["7"]?.state == .unknown(.gone))
    let own = JobReference(id: "7", submittedAt: RFC3339.date(from: "2026-09-30T20:32:10Z"))
    #expect(try await Polled(references: [own], on: host).jobs["7"]?.state == .finished(.succeeded))
  }

  @Test func `what a client says while it waits for a daemon costs an answer nothing that then comes`() async throws {
    let host = ScriptedHost { command in
      guard command.argv.first == "bjobs" else { return .text(IBM.lsid) }
      return .text(
        "LSF is down. Please wait ...\n" + IBM.listing([IBM.record(7, "RUN"), IBM.record(8, "RUN")]),
        stderr: "Cannot connect to LSF. Please wait ...\n"
      )
    }
    let polled = try await Polled(["7", "8"], on: host)
    #expect(polled.answer.complete && polled.answer.problem == nil)
    #expect(polled.jobs["7"]?.state == .running)
  }

  @Test func `a time without a year is of the year of the answer, which may have been recorded long ago`() async throws
  {
    let host = ScriptedHost { command in
      guard command.argv.first == "bjobs", command.argv.contains("-json") else { return .text("") }
      var answer = ScriptedHost.Answer.text(IBM.listing([IBM.record(7, "RUN", ["SUBMIT_TIME": "Nov 20 23:36"])]))
      answer.begunAt = RFC3339.date(from: "2020-11-21T00:00:00Z")
      return answer
    }
    let job = try #require(try await Polled(["7"], on: host).jobs["7"])
    #expect(job.submittedAt == RFC3339.date(from: "2020-11-20T23:36:00Z"))
  }
}
