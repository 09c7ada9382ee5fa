import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import pbs_adapter

@Suite("Answers of qsub")
struct SubmitAnswerTests {
  private func submit(_ answer: ScriptedHost.Answer) async throws -> SubmitAnswer {
    let host = ScriptedHost { $0.argv == ["qstat", "--version"] ? .text("pbs_version = 23.06.06\n") : answer }
    return try await PBSAdapter().submit(SubmitRequest(spec: JobSpec(command: ["true"]), token: "t"), on: host)
  }

  @Test("The id is the last line that is one; what hooks say around it are remarks")
  func id() async throws {
    let answer = try await submit(.text("Welcome to 42 nodes\n123.pbs01\n", stderr: "qsub: waiting for hook\n"))
    #expect(answer.job == JobReference(id: "123.pbs01", server: "pbs01"))
    #expect(answer.remarks == ["Welcome to 42 nodes", "waiting for hook"])
    #expect(try await submit(.text("149[].pbs01\n")).job?.id == "149[].pbs01")
    #expect(try await submit(.text(" 123.pbs01 \r\n")).job?.id == "123.pbs01")
  }

  @Test(
    "Refusals name the field and say that nothing was submitted",
    arguments: [
      ("01-unknown-queue", AdapterError.Code.unknownQueue, "queue:"), ("03-disabled-queue", .unknownQueue, "queue:"),
      ("04-too-many-ncpus", .limitExceeded, ""), ("06-bad-walltime", .invalidValue, "walltime:"),
      ("12-unknown-resource", .invalidValue, "constraints:"), ("19-bad-mem", .invalidValue, "memory:"),
      ("45-name-empty", .invalidValue, "name:"), ("35-bad-v", .invalidValue, "environment.inherit:"),
      ("59-max-queued-2", .submitLimitReached, ""),
      ("61-max-array", .limitExceeded, "array:"), ("62-acl-user", .notPermitted, ""),
      ("63-hook-rejects", .accountDenied, "account:"),
    ]
  )
  func refusals(exchange: String, code: AdapterError.Code, field: String) async throws {
    let answer = try ScriptedHost.Answer.recorded("openpbs-23.06.06/submit-errors/\(exchange)")
    let error = await #expect(throws: AdapterError.self) { _ = try await submit(answer) }
    #expect(error?.code == code)
    #expect(error?.message.hasPrefix(field) == true)
    #expect(error?.message.hasSuffix("nothing was submitted") == true)
  }

  @Test(
    "Torque's refusals mean the same, with numbers of their own",
    arguments: [
      ("01-unknown-queue", AdapterError.Code.unknownQueue), ("04-too-long-walltime", .limitExceeded),
      ("05-too-many-nodes", .limitExceeded), ("07-bad-walltime", .invalidValue), ("27-crlf-script", .scriptUnreadable),
      ("34-queuable-2", .submitLimitReached), ("25-group", .notPermitted),
    ]
  )
  func torqueRefusals(exchange: String, code: AdapterError.Code) async throws {
    let answer = try ScriptedHost.Answer.recorded("torque-6.1.3.h5/submit-errors/\(exchange)")
    let error = await #expect(throws: AdapterError.self) { _ = try await submit(answer) }
    #expect(error?.code == code)
  }

  @Test(
    "An answer that tells nothing leaves it uncertain whether there is a job",
    arguments: [
      ScriptedHost.Answer(ending: .timedOut), ScriptedHost.Answer(ending: .signalled(.kill)), .text(""),
      .text("", stderr: "qsub: Communication failure.\n", exit: 1),
      .text("", stderr: "qsub: End of File\n", exit: 1),
    ]
  )
  func uncertain(answer: ScriptedHost.Answer) async throws {
    let error = await #expect(throws: AdapterError.self) { _ = try await submit(answer) }
    #expect(error?.code == .uncertainSubmission)
  }

  @Test("A server that is down has taken nothing")
  func serverDown() async throws {
    let answer = try ScriptedHost.Answer.recorded("openpbs-23.06.06/server-down/08-down-qsub")
    let error = await #expect(throws: AdapterError.self) { _ = try await submit(answer) }
    #expect(error?.code == .schedulerUnreachable)
  }

  @Test("A begin time travels in the zone of the host that runs qsub")
  func begin() async throws {
    var spec = JobSpec(command: ["true"])
    spec.begin = Moment(Date(timeIntervalSince1970: 4_000_000_000))
    let host = ScriptedHost { command in
      switch command.argv[0] {
      case "date": .text("209610020706.40\n")
      case "qstat": .text("pbs_version = 23.06.06\n")
      default: .text("7.pbs01\n")
      }
    }
    _ = try await PBSAdapter().submit(SubmitRequest(spec: spec, token: "t"), on: host)
    let commands = await host.commands
    #expect(commands.contains { $0.argv == ["date", "-d", "@4000000000", "+%Y%m%d%H%M.%S"] })
    #expect(commands.last?.argv.contains("209610020706.40") == true)
    #expect(commands.last?.startingEnvironment == .user)
  }
}
