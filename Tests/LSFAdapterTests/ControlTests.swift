import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import lsf_adapter

@Suite("Actions")
struct ControlTests {
  private func request(_ ids: String..., signal: UnixSignal? = nil) -> ActionRequest {
    ActionRequest(jobs: ids.map { JobReference(id: $0) }, signal: signal)
  }

  @Test func `of several jobs each gets its own answer, though the exit code is 255`() async throws {
    let answer = try await LSFAdapter().cancel(request("75", "999999"), on: try Fixture.recorded("unknown-id"))
    #expect(answer.results.map(\.error?.code) == [.alreadyFinished, .unknownJob])
  }

  @Test(
    arguments: [
      ("killed-while-pending", "11"), ("held", "15"), ("array-mixed", "34[9]"), ("begin-time", "32"),
    ]
  )
  func `jobs and elements are ended`(scenario: String, id: String) async throws {
    let answer = try await LSFAdapter().cancel(request(id), on: try Fixture.recorded(scenario))
    #expect(answer.results == [ActionResult(id: id)])
  }

  @Test func `some of 22 had ended already, the others are ended`() async throws {
    let ids = (36...57).map { JobReference(id: "\($0)") }
    let answer = try await LSFAdapter().cancel(ActionRequest(jobs: ids), on: try Fixture.recorded("awkward-names"))
    #expect(answer.results.filter { $0.error != nil }.map(\.id) == ["38"])
  }

  @Test(
    arguments: [
      ("unknown-id", "80", LauncherError.Code.notPermitted), ("array-mixed", "34[11]", .unknownJob),
      ("array-mixed", "34", .alreadyFinished), ("finished-jobs", "87", .unknownJob),
    ]
  )
  func `somebody else's job, an element outside, a finished array`(
    scenario: String,
    id: String,
    code: LauncherError.Code
  ) async throws {
    let answer = try await LSFAdapter().cancel(request(id), on: try Fixture.recorded(scenario))
    #expect(answer.results.map(\.error?.code) == [code])
  }

  @Test(
    arguments: ["0", "-5", "034", "4294967330", "99999999999", "34[1-3]"]
  )
  func `0, which means all jobs of the user, never reaches bkill`(id: String) async throws {
    let host = ScriptedHost { _ in .text("") }
    let answer = try await LSFAdapter().cancel(request(id), on: host)
    #expect(answer.results.map(\.error?.code) == [.malformedID])
    #expect(await host.commands.isEmpty)
  }

  @Test func `a signal is sent by its number`() async throws {
    let host = ScriptedHost { _ in .text("Job <7> is being signaled\n") }
    let answer = try await LSFAdapter().cancel(request("7", signal: UnixSignal("USR1")), on: host)
    #expect(answer.results == [ActionResult(id: "7")])
    #expect(await host.commands.last?.argv == ["bkill", "-s", "10", "7"])
  }

  @Test func `a large array that is being ended is done`() async throws {
    let host = ScriptedHost { _ in .text("", stderr: "Job <7>: Operation is in progress\n", exit: 255) }
    #expect(try await LSFAdapter().cancel(request("7"), on: host).results == [ActionResult(id: "7")])
  }

  @Test(
    arguments: [
      ("held", "14", "release"), ("suspended-pending", "13", "hold"), ("suspended-pending", "13", "release"),
      ("suspended-running", "12", "suspend"), ("suspended-running", "12", "resume"),
    ]
  )
  func `release, hold, suspend and resume`(scenario: String, id: String, action: String) async throws {
    let host = try Fixture.recorded(scenario)
    let adapter = LSFAdapter()
    let answer =
      switch action {
      case "release": try await adapter.release(request(id), on: host)
      case "hold": try await adapter.hold(request(id), on: host)
      case "suspend": try await adapter.suspend(request(id), on: host)
      default: try await adapter.resume(request(id), on: host)
      }
    #expect(answer.results == [ActionResult(id: id)])
  }

  @Test(
    arguments: [
      ("RUN", "hold"), ("PEND", "suspend"), ("USUSP", "release"), ("PSUSP", "resume"),
    ]
  )
  func `bstop and bresume mean two things each: the other one is refused`(word: String, action: String) async throws {
    let host = IBM.lsf([IBM.record(7, word)])
    let adapter = LSFAdapter()
    let answer =
      switch action {
      case "release": try await adapter.release(request("7"), on: host)
      case "hold": try await adapter.hold(request("7"), on: host)
      case "suspend": try await adapter.suspend(request("7"), on: host)
      default: try await adapter.resume(request("7"), on: host)
      }
    #expect(answer.results.map(\.error?.code) == [.wrongState])
    #expect(await host.commands.allSatisfy { $0.effect == .reads })
  }

  @Test(
    arguments: ["9: Illegal job ID.", "No matching job found"]
  )
  func `a list that is refused says nothing about its members`(words: String) async throws {
    let host = ScriptedHost { command in
      if command.argv.count == 2, let id = command.argv.last, id != "9" {
        return .text("Job <\(id)> is being terminated\n")
      }
      return .text("", stderr: words + "\n", exit: 255)
    }
    let answer = try? await LSFAdapter().cancel(request("7", "8"), on: host)
    #expect(answer?.results == [ActionResult(id: "7"), ActionResult(id: "8")])
  }

  @Test func `nothing is done where bjobs does not say what hold would mean to a job`() async throws {
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "lsid": .text(IBM.lsid)
      case "bjobs": .text(IBM.listing([]), stderr: "Connection refused by server\n", exit: 255)
      default: .text("")
      }
    }
    let error = await #expect(throws: LauncherError.self) { _ = try await LSFAdapter().hold(request("7"), on: host) }
    #expect(error?.code == .schedulerUnreachable)
    #expect(await host.commands.allSatisfy { $0.effect == .reads })
  }

  @Test func `a daemon that is down is not an answer about a job`() async throws {
    let host = ScriptedHost { _ in .text("", stderr: "Connection refused by server\n", exit: 255) }
    let error = await #expect(throws: LauncherError.self) { _ = try await LSFAdapter().cancel(request("7"), on: host) }
    #expect(error?.code == .schedulerUnreachable)
  }
}
