import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import pbs_adapter

@Suite("Polls of OpenPBS")
struct PollTests {
  /// Words of commands, for hosts that a test makes.
  private static func isListing(_ argv: [String]) -> Bool { argv == ["qstat", "-f", "-F", "json"] }

  private static func document(_ jobs: [String], state: String = "R") -> ScriptedHost.Answer {
    let records = jobs.map { id in
      "        \"\(id)\":{\n            \"Job_Name\":\"x\",\n            \"job_state\":\"\(state)\"\n        }"
    }
    let body = records.isEmpty ? "" : ",\n    \"Jobs\":{\n\(records.joined(separator: ",\n"))\n    }"
    return .text("{\n    \"pbs_server\":\"pbs01\"\(body)\n}\n")
  }

  private static func made(_ answer: @escaping @Sendable ([String]) throws -> ScriptedHost.Answer) -> ScriptedHost {
    ScriptedHost { try $0.argv.first == "sh" ? .text("") : answer($0.argv) }
  }

  @Test func `one job costs one command, by its id, with history`() async throws {
    let host = try ScriptedHost(recordings: "openpbs-23.06.06/fails-with-3")
    let polled = try await Polled(["2.pbs01"], on: host)
    #expect(polled.jobs["2.pbs01"]?.state == .finished(.failed))
    #expect(polled.jobs["2.pbs01"]?.exitStatus == .code(3))
    #expect(await host.commands.map(\.argv) == [["qstat", "-x", "-f", "-F", "json", "2.pbs01"]])
  }

  @Test func `many jobs cost one listing without ids, and only what left it is asked for by id`() async throws {
    let ids = (1...500).map { "\($0).pbs01" }
    let host = Self.made { argv in
      if Self.isListing(argv) { return Self.document(Array(ids.dropLast(2))) }
      return argv.contains("-x") ? Self.document(Array(ids.suffix(2)), state: "F") : Self.document([])
    }
    let polled = try await Polled(ids, on: host)
    #expect(polled.jobs.count == 500)
    #expect(polled.answer.complete)
    #expect(
      await host.commands.map(\.argv).prefix(2) == [
        ["qstat", "-f", "-F", "json"], ["qstat", "-x", "-f", "-F", "json", "499.pbs01", "500.pbs01"],
      ]
    )
  }

  @Test func `when many left the listing, they are not asked for by id: ids cost privileged ports`() async throws {
    let ids = (1...200).map { "\($0).pbs01" }
    let host = Self.made { argv in
      argv.contains("-x") ? Self.document(ids, state: "F") : Self.document([])
    }
    _ = try await Polled(ids, on: host)
    #expect(await host.commands.allSatisfy { !$0.argv.contains { $0.hasSuffix(".pbs01") } || $0.argv[0] == "sh" })
  }

  @Test func `a server that answers the first id only is asked for the others one by one`() async throws {
    // Constructed after openpbs issue 2672: the head of April 2026 prints one job, and exits with 0.
    let host = Self.made { argv in
      let ids = argv.filter { $0.hasSuffix(".pbs01") }
      return ids.isEmpty ? Self.document([]) : Self.document([ids[0]])
    }
    let polled = try await Polled(["1.pbs01", "2.pbs01", "3.pbs01"], on: host)
    #expect(polled.jobs.count == 3)
    #expect(polled.jobs.values.allSatisfy { $0.state == .running })
    #expect(polled.answer.complete)
  }

  @Test func `without history a running job is found by the question without -x`() async throws {
    let running = try ScriptedHost.Answer.recorded("openpbs-23.06.06/history-off/05-running-qstat-f-json")
    let host = try ScriptedHost(
      recordings: "openpbs-23.06.06/history-off",
      made: [["qstat", "-f", "-F", "json", "328.pbs01"]: running]
    )
    let polled = try await Polled(["328.pbs01"], on: host)
    #expect(polled.jobs["328.pbs01"]?.state == .starting)
    #expect(polled.answer.complete)
  }

  @Test func `without history several jobs that left the listing are asked for together, not one by one`() async throws
  {
    let host = try ScriptedHost(
      recordings: "openpbs-23.06.06/history-off",
      made: [["qstat", "-f", "-F", "json"]: .text("{\n    \"pbs_server\":\"pbs01\"\n}\n")]
    )
    let polled = try await Polled(["329.pbs01", "328.pbs01"], on: host)
    #expect(polled.jobs["329.pbs01"]?.state == .held)
    #expect(polled.jobs["328.pbs01"]?.state == .unknown(.gone))
    #expect(
      await host.commands.map(\.argv).filter { $0[0] == "qstat" }.map { $0.joined(separator: " ") } == [
        "qstat -f -F json", "qstat -x -f -F json 329.pbs01 328.pbs01", "qstat -f -F json 329.pbs01 328.pbs01",
      ]
    )
  }

  @Test func `without history the exit record reports the end, and says that it does`() async throws {
    let host = ScriptedHost { command in
      if command.argv.first == "sh" {
        return .text(
          "record=pbs01/328\ntoken=t\ncode=3\nrestarts=\nstarted=1795223945\nended=1795223950\nhost=node01\nwhole=yes\n"
        )
      }
      let argv = command.argv
      let name = argv.contains("-x") ? "16-ended-qstat-x-f-json" : "13-ended-qstat-f-json"
      #expect(argv.last == "328.pbs01")
      return try .recorded("openpbs-23.06.06/history-off/\(name)")
    }
    let polled = try await Polled(["328.pbs01"], on: host)
    #expect(polled.jobs["328.pbs01"]?.state == .finished(.failed))
    #expect(polled.jobs["328.pbs01"]?.exitStatus == .code(3))
    #expect(polled.jobs["328.pbs01"]?.source == "exit record")
  }

  @Test func `a job that the server says it does not know, without an exit record, is gone and not ended`() async throws
  {
    let host = try ScriptedHost(recordings: "openpbs-23.06.06/unknown-ids")
    let polled = try await Polled(["999999"], on: host)
    #expect(polled.jobs["999999"]?.state == .unknown(.gone))
    #expect(polled.answer.complete)
  }

  @Test func `that an answer does not name a job proves nothing`() async throws {
    let host = Self.made { _ in Self.document([]) }
    let polled = try await Polled(["7.pbs01"], on: host)
    #expect(polled.jobs.isEmpty)
    #expect(!polled.answer.complete)
    #expect(polled.answer.problem?.code == .unreadableOutput)
  }

  @Test func `known jobs are printed whatever the exit status, beside unknown and finished ones`() async throws {
    let listing = try ScriptedHost.Answer.recorded(
      "openpbs-23.06.06/unknown-ids/41-known-finished-unknown-qstat-x-f-json"
    )
    #expect(listing.ending == .exited(153))
    let host = Self.made { argv in argv.contains("-x") ? listing : Self.document([]) }
    let polled = try await Polled(["325.pbs01", "326.pbs01", "999999"], on: host)
    #expect(polled.jobs["325.pbs01"]?.state == .held)
    #expect(polled.jobs["326.pbs01"]?.state.isFinished == true)
    #expect(polled.jobs["999999"]?.state == .unknown(.gone))
  }

  @Test(arguments: ["abc", "workq", "12abc"])
  func `queue names and other words never reach qstat as ids`(text: String) async throws {
    let host = Self.made { _ in Self.document([]) }
    let polled = try await Polled([text], on: host)
    #expect(polled.jobs[text]?.state == .unknown(.gone))
    #expect(await host.commands.isEmpty)
  }

  @Test func `a server that is down ends no job, though its answer is valid JSON: the poll fails`() async throws {
    let down = try ScriptedHost.Answer.recorded("openpbs-23.06.06/server-down/04-down-qstat-x-f-json")
    let host = Self.made { _ in down }
    for ids in [["433.pbs01"], ["433.pbs01", "434.pbs01"], nil] {
      let error = await #expect(throws: LauncherError.self) { _ = try await Polled(ids, on: host) }
      #expect(error?.code == .schedulerUnreachable)
      #expect(error?.category == .transient)
    }
  }

  @Test func `a frozen server costs its time limit, and ends no job`() async throws {
    let host = Self.made { _ in ScriptedHost.Answer(ending: .timedOut) }
    let error = await #expect(throws: LauncherError.self) { _ = try await Polled(["433.pbs01"], on: host) }
    #expect(error?.code == .schedulerTimedOut)
    #expect(await host.commands.allSatisfy { $0.timeLimit != nil })
  }

  @Test func `an array is reported with its jobs, deleted and failed ones among them`() async throws {
    let host = try ScriptedHost(recordings: "openpbs-23.06.06/array")
    let polled = try await Polled(["149[].pbs01"], on: host)
    let array = try #require(polled.jobs["149[].pbs01"])
    // Its own end says Exit_status 0.
    #expect(array.state == .finished(.failed))
    #expect(array.tasks?.count == 10)
    #expect(array.tasks?[2].exitStatus == .code(3))
    #expect(array.tasks?[8].state == .finished(.cancelled(by: .unknown)))
    #expect(array.taskCounts == ["finished": 10])
  }

  @Test func `a job that is asked for twice is reported once`() async throws {
    let host = try ScriptedHost(recordings: "openpbs-23.06.06/multi-poll")
    let polled = try await Polled(["336.pbs01", "336.pbs01", "337.pbs01"], on: host)
    #expect(polled.jobs.count == 2 && polled.answer.complete)
  }

  @Test func `where no listing was recorded, several jobs are asked for by their ids`() async throws {
    let host = try ScriptedHost(recordings: "openpbs-23.06.06/unknown-ids")
    let polled = try await Polled(["325.pbs01", "326.pbs01", "327.pbs01"], on: host)
    #expect(polled.jobs["326.pbs01"]?.state == .finished(.succeeded))
    #expect(polled.jobs["325.pbs01"]?.state == .finished(.cancelled(by: .unknown)))
    #expect(polled.jobs["327.pbs01"]?.state == .held)
    let nothing = ScriptedHost { command in throw LauncherError(.notRecorded, "not recorded: \(command.argv)") }
    let error = await #expect(throws: LauncherError.self) { try await Polled(["1.s", "2.s"], on: nothing) }
    #expect(error?.code == .notRecorded)
  }

  @Test func `an array that was deleted as a whole is cancelled`() async throws {
    let host = try ScriptedHost(recordings: "openpbs-23.06.06/array")
    let polled = try await Polled(["150[].pbs01"], on: host)
    // Its own comment names no user; those of its jobs that ran do.
    #expect(polled.jobs["150[].pbs01"]?.state == .finished(.cancelled(by: .user)))
  }

  @Test func `while a job of it runs, an array runs, with counts`() async throws {
    let middle = try ScriptedHost.Answer.recorded("openpbs-23.06.06/array/47-middle-qstat-t-x-f-json")
    let host = Self.made { _ in middle }
    let polled = try await Polled(["149[].pbs01"], on: host)
    #expect(polled.jobs["149[].pbs01"]?.state == .running)
    #expect(polled.jobs["149[].pbs01"]?.taskCounts == ["finished": 7, "running": 2, "starting": 1])
  }

  @Test func `without history a job of an array that ended in silence is not called cancelled`() throws {
    let record = try Fixture.job("array/80-finished-qstat-t-x-f-json", "149[9].pbs01")
    #expect(record.status(.pro, source: "qstat", hasHistory: false).state == .finished(.unknown))
  }

  @Test func `all of the user's jobs are reported, and no other user's`() async throws {
    let others = try ScriptedHost.Answer.recorded("openpbs-23.06.06/multi-poll/11-all-qstat-f-json")
    let mine = ScriptedHost { $0.argv[0] == "id" ? .text("hpcuser\n") : others }
    #expect(try await Polled(nil, on: mine).jobs.count == 6)
    let nobody = ScriptedHost { $0.argv[0] == "id" ? .text("ada\n") : others }
    #expect(try await Polled(nil, on: nobody).jobs.isEmpty)
  }

  @Test func `what JSON cannot say of a job, its text does`() async throws {
    let json = try Fixture.Exchange("openpbs-23.06.06/fails-with-3/08-finished-qstat-x-f-json").text()
    let broken = json.components(separatedBy: "\n").filter { !$0.contains("job_state") }.joined(separator: "\n")
    let text = try ScriptedHost.Answer.recorded("openpbs-23.06.06/fails-with-3/09-finished-qstat-fx")
    let host = Self.made { argv in argv == ["qstat", "-fx", "2.pbs01"] ? text : .text(broken) }
    let polled = try await Polled(["2.pbs01"], on: host)
    #expect(polled.jobs["2.pbs01"]?.state == .finished(.failed))
    #expect(polled.jobs["2.pbs01"]?.source == "qstat -f")
    #expect(polled.unreadable.isEmpty)
    #expect(polled.answer.complete)
  }

  @Test func `what no route can read is one unreadable record, and its job is not known to have ended`() async throws {
    let json = try Fixture.Exchange("openpbs-23.06.06/fails-with-3/08-finished-qstat-x-f-json").text()
    let broken = json.components(separatedBy: "\n").filter { !$0.contains("job_state") }.joined(separator: "\n")
    let host = Self.made { argv in argv.contains("json") ? .text(broken) : .text("") }
    let polled = try await Polled(["2.pbs01"], on: host)
    #expect(polled.jobs["2.pbs01"]?.state == .unknown(.unreadable))
    #expect(polled.unreadable.map(\.id) == ["2.pbs01"])
  }

  @Test func `an answer that is cut concludes nothing about what is missing`() async throws {
    let json = try Fixture.Exchange("openpbs-23.06.06/multi-poll/11-all-qstat-f-json").text()
    let host = Self.made { argv in Self.isListing(argv) ? .text(String(json.prefix(2500))) : .text("") }
    let polled = try await Polled(["335.pbs01", "341.pbs01"], on: host)
    #expect(polled.jobs["335.pbs01"]?.state == .running)
    #expect(polled.jobs["341.pbs01"] == nil)
    #expect(!polled.answer.complete)
    #expect(polled.answer.problem?.code == .truncatedOutput)
  }

  @Test func `an id that came back later is another job`() async throws {
    let host = try ScriptedHost(recordings: "openpbs-23.06.06/fails-with-3")
    let polled = try await Polled(
      references: [JobReference(id: "2.pbs01", submittedAt: RFC3339.date(from: "2025-01-01T00:00:00Z"))],
      on: host
    )
    #expect(polled.jobs["2.pbs01"]?.state == .unknown(.gone))
  }

  @Test func `what changes Torque's output is taken out of the environment, and what names the server stays`()
    async throws
  {
    let host = try ScriptedHost(recordings: "openpbs-23.06.06/fails-with-3")
    _ = try await Polled(["2.pbs01"], on: host)
    let environment = try #require(await host.commands.first?.environment)
    #expect(environment.keys.contains("PBS_QSTAT_NO_COMPLETE"))
    #expect(!environment.keys.contains("PBS_SERVER") && !environment.keys.contains("PBS_DEFAULT"))
  }
}
