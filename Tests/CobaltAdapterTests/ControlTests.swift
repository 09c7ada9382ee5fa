import AdapterKit
import AdapterTestSupport
import Testing

@testable import cobalt_adapter

@Suite("Commands that exit with 0 whatever they did")
struct ControlTests {
  private func cancel(_ ids: [String], on host: ScriptedHost, signal: UnixSignal? = nil) async throws -> [ActionResult]
  {
    let jobs = ids.map { JobReference(id: $0) }
    return try await CobaltAdapter().cancel(ActionRequest(jobs: jobs, signal: signal), on: host).results
  }

  @Test func `qdel's table says what it deleted, and nothing more is asked`() async throws {
    let host = try ScriptedHost(recordings: "cobalt-1.0.33/killed-while-running")
    let results = try await cancel(["501004"], on: host)
    #expect(results.map(\.error) == [nil])
    let commands = await host.commands
    #expect(commands.first?.argv == ["qdel", "501004"])
    #expect(commands.filter { $0.argv.first == "qstat" }.isEmpty)
    #expect(commands.allSatisfy { $0.effect == .changes })
  }

  @Test func `a job that qdel passes over in silence is looked at again`() async throws {
    let host = try ScriptedHost(recordings: "cobalt-1.0.33/unknown-id")
    let results = try await cancel(["501052", "999999"], on: host)
    #expect(results.map(\.id) == ["501052", "999999"])
    #expect(results[0].error == nil)
    #expect(results[1].error?.code == .unknownJob)
    #expect(await host.commands.contains { $0.argv == ["qstat", "999999"] })
  }

  @Test func `another user's job is not deleted, and that is said`() async throws {
    let listing = try Fixture.text("unknown-id/05-qstat-list")
    let host = ScriptedHost { $0.argv.first == "qstat" ? .text(listing) : .text("") }
    let error = try #require(try await cancel(["501052"], on: host)[0].error)
    #expect(error.code == .notPermitted && error.message.contains("hpcuser"))
  }

  @Test func `a job that ended is not unknown while its record is there`() async throws {
    let results = try await cancel(["7"], on: Made.cobalt(records: Made.exitRecord("7", code: 0)))
    #expect(results[0].error?.code == .alreadyFinished)
  }

  @Test func `a server that is down fails the action as a whole`() async throws {
    let down = try ScriptedHost.Answer.recorded("components-down/04-cqm-down-qdel")
    let error = await #expect(throws: LauncherError.self) {
      _ = try await cancel(["501278"], on: ScriptedHost { _ in down })
    }
    #expect(error?.code == .schedulerUnreachable)
  }

  @Test func `ids that are none and signals are refused before anything runs`() async throws {
    let host = ScriptedHost { _ in .text("") }
    #expect(try await cancel(["7[1]"], on: host)[0].error?.code == .malformedID)
    #expect(try await cancel(["7"], on: host, signal: .interrupt)[0].error?.code == .invalidValue)
    #expect(await host.commands.isEmpty)
  }

  @Test(arguments: [
    ("held/14-qhold", "qhold", "501010", LauncherError.Code?.none),
    ("held/16-qhold-again", "qhold", "501010", nil),
    ("held/23-qrls-user-only", "qrls", "501010", nil),
    ("held/30-qrls-again", "qrls", "501010", .wrongState),
    ("held-running/02-qhold", "qhold", "501011", .wrongState),
    ("unknown-id/18-qhold-unknown", "qhold", "999999", .unknownJob),
    ("unknown-id/19-qrls-unknown", "qrls", "999999", .unknownJob),
  ])
  func `a hold that failed is reported by words alone`(
    exchange: String,
    program: String,
    id: String,
    code: LauncherError.Code?
  ) async throws {
    let recorded = try Fixture.exchange(exchange)
    #expect(recorded.exit == 0)
    let host = ScriptedHost { command in
      switch command.argv.first {
      case program: recorded.answer
      case "qstat": .noneKnown
      default: .text("")
      }
    }
    let request = ActionRequest(jobs: [JobReference(id: id)])
    let adapter = CobaltAdapter()
    let answer =
      program == "qhold" ? try await adapter.hold(request, on: host) : try await adapter.release(request, on: host)
    #expect(answer.results.map { $0.error?.code } == [code])
  }

  @Test func `a hold of which nothing is said is looked at`() async throws {
    let listing = try Fixture.text("unknown-id/05-qstat-list")
    let host = ScriptedHost { $0.argv.first == "qstat" ? .text(listing) : .text("") }
    let answer = try await CobaltAdapter().hold(ActionRequest(jobs: [JobReference(id: "501052")]), on: host)
    #expect(answer.results[0].error?.code == .notPermitted)
  }

  @Test func `Cobalt does not suspend`() {
    let operations = CobaltAdapter().profile.operations
    #expect(!operations.contains(.suspend) && !operations.contains(.resume))
  }
}
