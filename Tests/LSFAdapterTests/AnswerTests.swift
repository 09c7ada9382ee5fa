import AdapterKit
import AdapterTestSupport
import Foundation
import Synchronization
import Testing

@testable import lsf_adapter

@Suite("What bsub answers")
struct AnswerTests {
  private func submit(_ answer: ScriptedHost.Answer) async throws -> SubmitAnswer {
    let host = ScriptedHost { $0.argv[0] == "bsub" ? answer : .text("") }
    return try await LSFAdapter().submit(SubmitRequest(spec: JobSpec(command: ["true"]), token: "t"), on: host)
  }

  @Test(
    arguments: [
      ("Job <764254593> is submitted to queue <test>.\n", ""),
      ("Job <764254593> is submitted to default queue <batch>.\n", ""),
      ("", "Job <764254593> is submitted to queue <test>.\n"),
      (
        "Welcome! Job <3> is not yours.\nJob <764254593> is submitted to queue <test>.\n",
        "LSF is down. Please wait ...\n"
      ),
    ]
  )
  func `the id, with the queue named or not, on either stream, after a site's banner`(stdout: String, stderr: String)
    async throws
  {
    #expect(try await submit(.text(stdout, stderr: stderr)).job?.id == "764254593")
  }

  @Test func `what else was said is reported`() async throws {
    let answer = try await submit(try .recorded("begin-time/13-bsub-past"))
    #expect(answer.remarks == ["Job will be scheduled after Fri Jan  1 00:00:00 2027"])
  }

  @Test(
    arguments: [
      ("submission-errors/01-unknown-queue", LauncherError.Code.unknownQueue),
      ("submission-errors/02-closed-queue", .unknownQueue), ("submission-errors/03-not-permitted-queue", .unknownQueue),
      ("submission-errors/04-too-many-slots", .limitExceeded),
      ("submission-errors/05-over-queue-slots", .limitExceeded),
      ("submission-errors/09-bad-run-limit", .invalidValue),
      ("submission-errors/14-over-queue-run-limit", .limitExceeded),
      ("submission-errors/15-bad-resource", .invalidValue), ("submission-errors/17-unknown-host", .invalidValue),
      ("submission-errors/18-bad-mem", .invalidValue), ("submission-errors/19-unknown-option", .invalidValue),
      ("submission-errors/20-unknown-option-cwd", .invalidValue),
      ("submission-errors/22-empty-stdin", .scriptUnreadable),
      ("submission-errors/25-directive-missing-value", .invalidValue), ("submission-errors/30-bad-time", .invalidValue),
      ("dependency-never/14-bsub-unknown-id", .unknownJob), ("dependency-never/15-bsub-bad-expression", .invalidValue),
      ("awkward-names/18-bsub-long300", .invalidValue),
      ("daemons-down/21-wrong-environment-bsub", .schedulerUnreachable),
    ]
  )
  func `refusals are reported by field, and nothing was submitted`(exchange: String, code: LauncherError.Code)
    async throws
  {
    let error = await #expect(throws: LauncherError.self) { _ = try await submit(try .recorded(exchange)) }
    #expect(error?.code == code)
    #expect(error?.message.contains("nothing was submitted") == true)
    #expect(error?.message.contains("Usage") == false)
  }

  @Test func `a site's own check may refuse with a page of reasons`() async throws {
    let page = """
      **************************************************
      Batch job not submitted. Please address the following and resubmit:
      ** Project not specified. Please add: -P PROJECT
      **************************************************
      Request aborted by esub. Job not submitted.

      """
    let error = await #expect(throws: LauncherError.self) { _ = try await submit(.text("", stderr: page, exit: 255)) }
    #expect(error?.code.category == .permanent)
    #expect(error?.command?.stderrTail?.contains("Please add") == true)
    #expect(error?.message == "account: Project not specified. Please add: -P PROJECT; nothing was submitted")
  }

  @Test(
    arguments: [true, false]
  )
  func `the line before a refusal of the site's own check is its reason, on whichever stream`(isOnOutput: Bool)
    async throws
  {
    let reason = "This cluster is reserved on Mondays.\n"
    let refusal = "Request aborted by esub. Job not submitted.\n"
    let answer = ScriptedHost.Answer.text(
      isOnOutput ? reason : "",
      stderr: isOnOutput ? refusal : reason + refusal,
      exit: 255
    )
    let error = await #expect(throws: LauncherError.self) { _ = try await submit(answer) }
    #expect(error?.message.contains("reserved on Mondays") == true)
  }

  @Test func `where bsub wants a file, a script that cannot be stored was not submitted`() async throws {
    let host = ScriptedHost { command in
      guard command.argv.first == "sh" else { return .text(IBM.lsid) }
      guard command.argv.count > 4 else { return .text("jsrun\n") }
      return .text("", stderr: "cat: write error: No space left on device\n", exit: BsubCommand.unstored)
    }
    let request = SubmitRequest(spec: JobSpec(command: ["true"]), token: "0123456789abcdef0123456789abcdef")
    let error = await #expect(throws: LauncherError.self) { _ = try await LSFAdapter().submit(request, on: host) }
    #expect(error?.code == .diskFull)
    #expect(error?.message.hasSuffix("nothing was submitted") == true)
  }

  @Test
  func `where nobody says whether jsrun is here, a job that needs it is refused for that and not for its absence`()
    async throws
  {
    for broken in ["lsid", "sh"] {
      let host = ScriptedHost { command in
        let isBroken = command.argv.first == broken
        return .text(isBroken ? "" : command.argv.first == "lsid" ? IBM.lsid : "none\n")
      }
      var spec = JobSpec(command: ["true"])
      spec.launcher = .jsrun
      let error = await #expect(throws: LauncherError.self) {
        _ = try await LSFAdapter().submit(SubmitRequest(spec: spec, token: "t"), on: host)
      }
      #expect(error?.code == .unreadableOutput)
      #expect(error?.message.contains("lsid") == true)
      #expect(await host.commands.allSatisfy { $0.effect != .creates })
    }
  }

  @Test func `a shell that breaks does not make a site one of whole nodes, and is asked again`() async throws {
    let answers = ["", "jsrun\n", ""]
    let asked = Counter()
    let host = ScriptedHost { command in
      guard command.argv.first == "sh", command.argv.count == 3 else {
        return .text(command.argv.first == "lsid" ? IBM.lsid : "Job <7> is submitted to queue <normal>.\n")
      }
      return .text(answers[min(asked.next(), 2)])
    }
    let adapter = LSFAdapter()
    for _ in 0..<3 {
      _ = try await adapter.submit(SubmitRequest(spec: JobSpec(command: ["true"]), token: "t"), on: host)
    }
    let programs = await host.commands.filter { $0.effect == .creates }.map { $0.argv.first }
    // What was reported is remembered.
    #expect(programs == ["bsub", "sh", "sh"])
    #expect(await host.commands.count { $0.argv.first == "lsid" } == 1)
  }

  @Test(
    arguments: [
      ScriptedHost.Answer(ending: .timedOut), .text(""), .text("", stderr: "something odd\n", exit: 1),
      .init(ending: .signalled(.kill)),
      .text(
        "",
        stderr: "Failed in an LSF library call: Failed in sending/receiving a message: Connection reset by peer\n",
        exit: 255
      ),
    ]
  )
  func `where bsub did not say, nobody knows, and nothing is repeated`(answer: ScriptedHost.Answer) async throws {
    let error = await #expect(throws: LauncherError.self) { _ = try await submit(answer) }
    #expect(error?.code == .uncertainSubmission)
  }

  @Test func `a daemon that is down took nothing`() async throws {
    let answer = ScriptedHost.Answer.text("", stderr: "Connection refused by server\n", exit: 255)
    let error = await #expect(throws: LauncherError.self) { _ = try await submit(answer) }
    #expect(error?.code == .schedulerUnreachable)
  }
}

/// Counts from 0.
private final class Counter: Sendable {
  private let value = Atomic(0)
  func next() -> Int { value.wrappingAdd(1, ordering: .relaxed).oldValue }
}
