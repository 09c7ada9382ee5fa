import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import pbs_adapter

@Suite("Actions on jobs of PBS")
struct ControlTests {
  private func cancel(_ ids: [String], _ host: ScriptedHost, signal: UnixSignal? = nil) async throws -> [ActionResult] {
    let request = ActionRequest(jobs: ids.map { JobReference(id: $0) }, signal: signal)
    return try await PBSAdapter().cancel(request, on: host).results
  }

  @Test func `the same job twice, and a job with its array, reach qdel once: twice crashes servers`() async throws {
    let host = ScriptedHost { _ in .text("") }
    let results = try await cancel(["41", "41.pbs01", "42[].pbs01", "42[3].pbs01", "43[1].pbs01"], host)
    #expect(results.count == 5)
    #expect(results.allSatisfy { $0.error == nil })
    #expect(await host.commands.map(\.argv) == [["qdel", "41.pbs01", "42[].pbs01", "43[1].pbs01"]])
  }

  @Test func `each job gets its own complaint, the others are cancelled`() async throws {
    let host = try ScriptedHost(recordings: "openpbs-23.06.06/unknown-ids")
    let results = try await cancel(["325.pbs01", "999999", "326.pbs01"], host)
    #expect(results.map(\.error?.code) == [nil, .unknownJob, .alreadyFinished])
  }

  @Test func `of several unknown jobs PBS names the first; the others are looked for`() async throws {
    let told = try ScriptedHost.Answer.recorded("openpbs-23.06.06/unknown-ids/153-qdel-several-unknown")
    let host = ScriptedHost { command in
      switch command.argv[0] {
      case "qdel": told
      case "sh": .text("")
      default:
        .text(
          "{\n\"pbs_server\":\"pbs01\"\n}\n",
          stderr: command.argv.filter { $0.first?.isNumber == true }.map { "qstat: Unknown Job Id \($0).pbs01\n" }
            .joined(),
          exit: command.argv.contains { $0.first?.isNumber == true } ? 153 : 0
        )
      }
    }
    let results = try await cancel(["999997", "999998", "999999"], host)
    #expect(results.map(\.error?.code) == [.unknownJob, .unknownJob, .unknownJob])
  }

  @Test func `where a second look is not possible, a job that qdel said nothing of is not called cancelled`()
    async throws
  {
    let told = try ScriptedHost.Answer.recorded("openpbs-23.06.06/unknown-ids/153-qdel-several-unknown")
    let host = ScriptedHost { command in
      command.argv[0] == "qdel" ? told : .text("", stderr: "qstat: cannot connect to server pbs01\n", exit: 255)
    }
    let results = try await cancel(["999997", "999998"], host)
    #expect(results.map(\.error?.code) == [.unknownJob, .unrecognisedFailure])
    #expect(results[1].error?.category == .uncertain)
    #expect(results[1].error?.message.contains("999998") == true)
  }

  @Test func `more ids than a command takes become several commands, each job in one of them`() async throws {
    let ids = (100_000..<120_000).map { "\($0).pbs01" }
    let host = ScriptedHost { _ in .text("") }
    let results = try await cancel(ids, host)
    #expect(results.count == ids.count && results.allSatisfy { $0.error == nil })
    let commands = await host.commands.map(\.argv)
    #expect(commands.count == 3)
    #expect(commands.allSatisfy { $0.reduce(0) { $0 + $1.utf8.count + 1 } <= 100_005 })
    #expect(commands.flatMap { $0.dropFirst() } == ids)
  }

  @Test(
    arguments: [
      ("openpbs-23.06.06/deleted/49-qdel-finished", "116.pbs01", LauncherError.Code.alreadyFinished),
      ("openpbs-23.06.06/unknown-ids/152-qdel-other-user", "327.pbs01", .notPermitted),
      ("openpbs-23.06.06/exiting/10-qdel-exiting", "434.pbs01", .wrongState),
      ("openpbs-23.06.06/array/32-qdel-unknown-sub", "149[77].pbs01", .wrongState),
      ("torque-6.1.3.h5/unknown-ids/63-qdel-unknown", "999999", .unknownJob),
      ("torque-6.1.3.h5/failures/34-qdel-completed", "118.torque01", .alreadyFinished),
    ]
  )
  func `what qdel says of one job is what the error says`(exchange: String, id: String, code: LauncherError.Code)
    async throws
  {
    let answer = try ScriptedHost.Answer.recorded(exchange)
    let results = try await cancel([id], ScriptedHost { _ in answer })
    #expect(results.map(\.error?.code) == [code])
  }

  @Test func `a server that does not answer is an error of the whole, and no job's`() async throws {
    let answer = try ScriptedHost.Answer.recorded("openpbs-23.06.06/server-down/09-down-qdel")
    let error = await #expect(throws: LauncherError.self) {
      _ = try await cancel(["433.pbs01"], ScriptedHost { _ in answer })
    }
    #expect(error?.code == .schedulerUnreachable)
  }

  @Test(
    arguments: ["all", "ALL", "workq"]
  )
  func `words that are not ids never reach qdel: Torque's ‘all’ would end everything`(text: String) async throws {
    let host = ScriptedHost { _ in .text("") }
    #expect(try await cancel([text], host).map(\.error?.code) == [.malformedID])
    #expect(await host.commands.isEmpty)
  }

  @Test func `a signal travels by its name through qsig`() async throws {
    let host = try ScriptedHost(recordings: "openpbs-23.06.06/killed-by-signal")
    let usr1 = try #require(UnixSignal("USR1"))
    #expect(try await cancel(["105.pbs01"], host, signal: usr1).map(\.error) == [nil])
    #expect(await host.commands.first?.argv == ["qsig", "-s", "USR1", "105.pbs01"])
  }

  @Test func `hold and release, and what Torque fails at without a word`() async throws {
    let held = try ScriptedHost(recordings: "openpbs-23.06.06/held")
    let request = ActionRequest(jobs: [JobReference(id: "120.pbs01")])
    #expect(try await PBSAdapter().hold(request, on: held).results.map(\.error) == [nil])
    #expect(try await PBSAdapter().release(request, on: held).results.map(\.error) == [nil])
    let silent = try ScriptedHost.Answer.recorded("torque-6.1.3.h5/unknown-ids/69-qhold-unknown")
    let unknown = ActionRequest(jobs: [JobReference(id: "999999")])
    let told = ScriptedHost.Answer.text(
      "<Data></Data>",
      stderr: "qstat: Unknown Job Id Error 999999.torque01\n",
      exit: 153
    )
    let host = Torque.host { argv in argv.first == "qstat" ? told : argv.first == "sh" ? .text("") : silent }
    let results = try await PBSAdapter().hold(unknown, on: host).results
    #expect(results.map(\.error?.code) == [.unknownJob])
  }

  @Test func `a job that has started is not held: PBS would take the hold and let it run`() async throws {
    let host = try ScriptedHost(case: "livebatch/12-pbs-hold-of-running-job-says-held")
    let request = ActionRequest(jobs: [JobReference(id: "1048.pbshost")])
    let results = try await PBSAdapter().hold(request, on: host).results
    #expect(results.map(\.error?.code) == [.wrongState])
    #expect(results.first?.error?.message.contains("it has started already; suspend it instead") == true)
    #expect(await host.commands.allSatisfy { $0.argv.first != "qhold" })
  }

  @Test func `where the look before a hold fails, nothing is held`() async throws {
    let host = ScriptedHost { $0.argv.first == "qhold" ? .text("") : ScriptedHost.Answer(ending: .timedOut) }
    let error = await #expect(throws: LauncherError.self) {
      _ = try await PBSAdapter().hold(ActionRequest(jobs: [JobReference(id: "7.pbs01")]), on: host)
    }
    #expect(error?.code == .schedulerTimedOut)
    #expect(await host.commands.allSatisfy { $0.argv.first != "qhold" })
  }

  @Test func `of several jobs only those that wait are held`() async throws {
    let document = """
      <Data><Job><Job_Id>7.torque01</Job_Id><job_state>R</job_state></Job>\
      <Job><Job_Id>8.torque01</Job_Id><job_state>Q</job_state></Job></Data>
      """
    let host = Torque.host { argv in argv.first == "qstat" ? .text(document) : argv.first == "qhold" ? .text("") : nil }
    let jobs = ["7.torque01", "8.torque01"].map { JobReference(id: $0) }
    let results = try await PBSAdapter().hold(ActionRequest(jobs: jobs), on: host).results
    #expect(results.first { $0.id == "7.torque01" }?.error?.code == .wrongState)
    #expect(results.first { $0.id == "8.torque01" }?.error == nil)
    #expect(await host.commands.last?.argv == ["qhold", "8.torque01"])
  }

  @Test func `a signal that ends shells ends the job, and a remark says so`() async throws {
    let host = ScriptedHost { _ in .text("") }
    for (name, isSaid) in [("USR1", true), ("TERM", true), ("CONT", false), ("WINCH", false)] {
      let results = try await cancel(["105.pbs01"], host, signal: try #require(UnixSignal(name)))
      #expect((results.first?.remark != nil) == isSaid, "\(name)")
    }
    #expect(try await cancel(["105.pbs01"], host).first?.remark == nil)
  }

  @Test(
    arguments: [
      "-1", "00", "041", "1234567890123", "41[4294967299]", "41[03]", "18446744073709551657",
    ]
  )
  func `ids that PBS cannot have reach no command, and say nothing of the others`(id: String) async throws {
    let host = ScriptedHost { _ in .text("") }
    let results = try await cancel([id, "42.pbs01"], host)
    #expect(results.first { $0.id == id }?.error?.code == .malformedID)
    #expect(results.first { $0.id == "42.pbs01" }?.error == nil)
    #expect(await host.commands.map(\.argv) == [["qdel", "42.pbs01"]])
  }

  @Test func `the first job of a new server has the number 0, to which numbers come back`() {
    // req_quejob.c of OpenPBS 23.06 and of Torque 6.1: reset to zero.
    #expect(PBSID("0.pbs01") != nil)
    #expect(PBSID("999999999999.pbs01") != nil)
  }

  @Test func `users may not suspend where the site does not let them, and the error says so`() async throws {
    let host = try ScriptedHost(recordings: "openpbs-23.06.06/suspended")
    let request = ActionRequest(jobs: [JobReference(id: "156.pbs01")])
    let results = try await PBSAdapter().suspend(request, on: host).results
    #expect(results.map(\.error?.code) == [.notPermitted])
  }
}

@Suite("Looking for a submission of PBS")
struct FindTests {
  private static func document(_ token: String) -> ScriptedHost.Answer {
    .text(
      """
      {
          "pbs_server":"pbs01",
          "Jobs":{
              "7.pbs01":{
                  "job_state":"Q",
                  "server":"pbs01",
                  "ctime":"Sat Nov 21 00:41:20 2026",
                  "Variable_List":{
                      "LAUNCHER_SUBMISSION":"launcher:\(token)"
                  }
              }
          }
      }

      """
    )
  }

  @Test func `a job is found by the token among its variables`() async throws {
    let host = ScriptedHost { _ in Self.document("abc") }
    let answer = try await PBSAdapter().find(FindRequest(token: "abc"), on: host)
    #expect(answer.jobs.map(\.id) == ["7.pbs01"])
    #expect(await host.commands.count == 1)
  }

  @Test func `what is not in the queue is looked for among what ended, and in the exit records`() async throws {
    let host = ScriptedHost { $0.argv[0] == "sh" ? .text("") : Self.document("other") }
    #expect(try await PBSAdapter().find(FindRequest(token: "abc"), on: host).jobs.isEmpty)
    #expect(await host.commands.map { $0.argv[0] } == ["qstat", "qstat", "sh"])
  }

  @Test func `two jobs with one token are an error, in the queue and among the records`() async throws {
    // Constructed: two records, and two jobs with the same mark.
    let jobs = """
      <Data><Job><Job_Id>7.torque01</Job_Id><job_state>Q</job_state>\
      <Variable_List>LAUNCHER_SUBMISSION=launcher:abc</Variable_List></Job>\
      <Job><Job_Id>8.torque01</Job_Id><job_state>Q</job_state>\
      <Variable_List>LAUNCHER_SUBMISSION=launcher:abc</Variable_List></Job></Data>
      """
    let records = ["41", "42"].map { "record=torque01/\($0)\ntoken=abc\ncode=0\nwhole=yes\n" }.joined()
    for (document, told) in [(jobs, ""), ("<Data></Data>", records)] {
      let host = Torque.host { argv in
        argv.first == "sh" ? .text(told) : argv == ["qstat", "-x"] ? .text(document) : nil
      }
      let error = await #expect(throws: LauncherError.self) {
        _ = try await PBSAdapter().find(FindRequest(token: "abc"), on: host)
      }
      #expect(error?.code == .uncertainSubmission)
    }
  }

  @Test func `a token that only begins like another is another`() async throws {
    let host = ScriptedHost { $0.argv[0] == "sh" ? .text("") : Self.document("abcd") }
    #expect(try await PBSAdapter().find(FindRequest(token: "abc"), on: host).jobs.isEmpty)
  }

  @Test func `the record of another scheduler's job is not this PBS's`() async throws {
    let table = try ScriptedHost.Answer.recorded("torque-6.1.3.h5/queues-and-nodes/06-qstat-B")
    for (server, ids) in [("lsf", []), ("torque01", ["41.torque01"])] {
      let record = "record=\(server)/41\ntoken=abc\ncode=0\nwhole=yes\n"
      let host = Torque.host { argv in
        if argv.first == "sh" { return .text(record) }
        return argv == ["qstat", "-x"] ? .text("<Data></Data>") : argv == ["qstat", "-B"] ? table : nil
      }
      #expect(try await PBSAdapter().find(FindRequest(token: "abc"), on: host).jobs.map(\.id) == ids)
    }
  }

  @Test func `a server that does not answer is not proof that there is no job`() async throws {
    let down = try ScriptedHost.Answer.recorded("openpbs-23.06.06/server-down/04-down-qstat-x-f-json")
    let error = await #expect(throws: LauncherError.self) {
      _ = try await PBSAdapter().find(FindRequest(token: "abc"), on: ScriptedHost { _ in down })
    }
    #expect(error?.code == .schedulerUnreachable)
  }

  @Test func `the token is found in text and in variables that swallowed it, too`() {
    #expect(PBSText.variable("B", in: "A=1,B=two\\,three,C=") == "two,three")
    #expect(PBSText.variable("B", in: "A=x\\,B=no,B=yes") == "yes")
    #expect(PBSText.variable("B", in: "AB=1") == nil)
  }
}
