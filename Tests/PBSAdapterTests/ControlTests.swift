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

  @Test("The same job twice, and a job with its array, reach qdel once: twice crashes servers")
  func once() async throws {
    let host = ScriptedHost { _ in .text("") }
    let results = try await cancel(["41", "41.pbs01", "42[].pbs01", "42[3].pbs01", "43[1].pbs01"], host)
    #expect(results.count == 5)
    #expect(results.allSatisfy { $0.error == nil })
    #expect(await host.commands.map(\.argv) == [["qdel", "41.pbs01", "42[].pbs01", "43[1].pbs01"]])
  }

  @Test("Each job gets its own complaint, the others are cancelled")
  func mixed() async throws {
    let host = try ScriptedHost(recordings: "openpbs-23.06.06/unknown-ids")
    let results = try await cancel(["325.pbs01", "999999", "326.pbs01"], host)
    #expect(results.map(\.error?.code) == [nil, .unknownJob, .alreadyFinished])
  }

  @Test("Of several unknown jobs PBS names the first; the others are looked for")
  func severalUnknown() async throws {
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

  @Test("Where a second look is not possible, a job that qdel said nothing of is not called cancelled")
  func silenceIsNoSuccess() async throws {
    let told = try ScriptedHost.Answer.recorded("openpbs-23.06.06/unknown-ids/153-qdel-several-unknown")
    let host = ScriptedHost { command in
      command.argv[0] == "qdel" ? told : .text("", stderr: "qstat: cannot connect to server pbs01\n", exit: 255)
    }
    let results = try await cancel(["999997", "999998"], host)
    #expect(results.map(\.error?.code) == [.unknownJob, .unrecognisedFailure])
    #expect(results[1].error?.category == .uncertain)
    #expect(results[1].error?.message.contains("999998") == true)
  }

  @Test("More ids than a command takes become several commands, each job in one of them")
  func manyJobs() async throws {
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
    "What qdel says of one job is what the error says",
    arguments: [
      ("openpbs-23.06.06/deleted/49-qdel-finished", "116.pbs01", AdapterError.Code.alreadyFinished),
      ("openpbs-23.06.06/unknown-ids/152-qdel-other-user", "327.pbs01", .notPermitted),
      ("openpbs-23.06.06/exiting/10-qdel-exiting", "434.pbs01", .wrongState),
      ("openpbs-23.06.06/array/32-qdel-unknown-sub", "149[77].pbs01", .wrongState),
      ("torque-6.1.3.h5/unknown-ids/63-qdel-unknown", "999999", .unknownJob),
      ("torque-6.1.3.h5/failures/34-qdel-completed", "118.torque01", .alreadyFinished),
    ]
  )
  func complaints(exchange: String, id: String, code: AdapterError.Code) async throws {
    let answer = try ScriptedHost.Answer.recorded(exchange)
    let results = try await cancel([id], ScriptedHost { _ in answer })
    #expect(results.map(\.error?.code) == [code])
  }

  @Test("A server that does not answer is an error of the whole, and no job's")
  func serverDown() async throws {
    let answer = try ScriptedHost.Answer.recorded("openpbs-23.06.06/server-down/09-down-qdel")
    let error = await #expect(throws: AdapterError.self) {
      _ = try await cancel(["433.pbs01"], ScriptedHost { _ in answer })
    }
    #expect(error?.code == .schedulerUnreachable)
  }

  @Test(
    "Words that are no ids never reach qdel: Torque's ‘all’ would end everything",
    arguments: ["all", "ALL", "workq"]
  )
  func words(text: String) async throws {
    let host = ScriptedHost { _ in .text("") }
    #expect(try await cancel([text], host).map(\.error?.code) == [.malformedID])
    #expect(await host.commands.isEmpty)
  }

  @Test("A signal travels by its name through qsig")
  func signal() async throws {
    let host = try ScriptedHost(recordings: "openpbs-23.06.06/killed-by-signal")
    let usr1 = try #require(UnixSignal("USR1"))
    #expect(try await cancel(["105.pbs01"], host, signal: usr1).map(\.error) == [nil])
    #expect(await host.commands.first?.argv == ["qsig", "-s", "USR1", "105.pbs01"])
  }

  @Test("Hold and release, and what Torque fails at without a word")
  func holds() async throws {
    let held = try ScriptedHost(recordings: "openpbs-23.06.06/held")
    let request = ActionRequest(jobs: [JobReference(id: "120.pbs01")])
    #expect(try await PBSAdapter().hold(request, on: held).results.map(\.error) == [nil])
    #expect(try await PBSAdapter().release(request, on: held).results.map(\.error) == [nil])
    let silent = try ScriptedHost.Answer.recorded("torque-6.1.3.h5/unknown-ids/69-qhold-unknown")
    let unknown = ActionRequest(jobs: [JobReference(id: "999999")])
    let results = try await PBSAdapter().hold(unknown, on: ScriptedHost { _ in silent }).results
    #expect(results.map(\.error?.code) == [.unknownJob])
  }

  @Test("Users may not suspend where the site does not let them, and are told so")
  func suspend() async throws {
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

  @Test("A job is found by the token among its variables")
  func found() async throws {
    let host = ScriptedHost { _ in Self.document("abc") }
    let answer = try await PBSAdapter().find(FindRequest(token: "abc"), on: host)
    #expect(answer.jobs.map(\.id) == ["7.pbs01"])
    #expect(await host.commands.count == 1)
  }

  @Test("What is not in the queue is looked for among what ended, and in the exit records")
  func notFound() async throws {
    let host = ScriptedHost { $0.argv[0] == "sh" ? .text("") : Self.document("other") }
    #expect(try await PBSAdapter().find(FindRequest(token: "abc"), on: host).jobs.isEmpty)
    #expect(await host.commands.map { $0.argv[0] } == ["qstat", "qstat", "sh"])
  }

  @Test("A server that does not answer is no proof that there is no job")
  func serverDown() async throws {
    let down = try ScriptedHost.Answer.recorded("openpbs-23.06.06/server-down/04-down-qstat-x-f-json")
    let error = await #expect(throws: AdapterError.self) {
      _ = try await PBSAdapter().find(FindRequest(token: "abc"), on: ScriptedHost { _ in down })
    }
    #expect(error?.code == .schedulerUnreachable)
  }

  @Test("The token is found in text and in variables that swallowed it, too")
  func spellings() {
    #expect(PBSText.variable("B", in: "A=1,B=two\\,three,C=") == "two,three")
    #expect(PBSText.variable("B", in: "A=x\\,B=no,B=yes") == "yes")
    #expect(PBSText.variable("B", in: "AB=1") == nil)
  }
}
