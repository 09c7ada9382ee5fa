import AdapterKit
import AdapterTestSupport
import Testing

@testable import slurm_adapter

@Suite("Jobs that Slurm does not know")
struct UnknownJobTests {
  static let versions = ["22.05.8", "23.11.11", "26.05.3"]

  /// What a version was recorded to answer: the numbers of the exchanges differ.
  private func exchange(_ version: String, _ slug: String) throws -> ScriptedHost.Answer {
    let numbers = [
      "never-existed-squeue-O": ("12", "16"), "two-ids-both-unknown-squeue": ("20", "30"),
      "two-ids-one-unknown-squeue": ("19", "27"), "malformed-squeue": ("23", "33"), "scancel-unknown": ("27", "44"),
      "scancel-unknown-verbose": ("28", "45"), "scancel-purged": ("29", "46"), "purged-squeue-O": ("04", "04"),
      "other-users-job-scancel": ("32", "49"), "other-users-job-hold": ("33", "50"),
    ]
    let pair = try #require(numbers[slug])
    return try .recorded("\(version)/unknown-job/\(version == "22.05.8" ? pair.0 : pair.1)-\(slug)")
  }

  @Test(arguments: versions)
  func `one unknown id is an error of squeue, two are none, and both mean that the queue has neither`(
    version: String
  ) async throws {
    let one = try exchange(version, "never-existed-squeue-O")
    #expect(one.ending == .exited(1))
    let two = try exchange(version, "two-ids-both-unknown-squeue")
    #expect(two.ending == .exited(0))
    #expect(two.stdout.isEmpty && two.stderr.isEmpty)
    for (answer, ids) in [(one, ["999999"]), (two, ["999999", "999998"])] {
      let polled = try await Polled(ids, on: Made.slurm(queue: answer))
      #expect(polled.answer.complete)
      for id in ids { #expect(polled.jobs[id]?.state == .unknown(.gone)) }
    }
  }

  @Test(arguments: versions)
  func `of a known and an unknown id squeue shows the known one and exits 0`(version: String) throws {
    let answer = try exchange(version, "two-ids-one-unknown-squeue")
    #expect(answer.ending == .exited(0))
    #expect(answer.stderr.isEmpty)
    #expect(answer.stdout.split(separator: 0x0A).count == 1)
  }

  @Test(arguments: versions)
  func `a job that left the queue is looked up in accounting, though squeue fails`(version: String) async throws {
    let host = Made.slurm(
      queue: try exchange(version, "purged-squeue-O"),
      accounting: .text(Made.accountingRow("118", "FAILED", exit: "2:0"))
    )
    let polled = try await Polled(["118"], on: host)
    #expect(polled.jobs["118"]?.state == .finished(.failed))
    #expect(polled.jobs["118"]?.exitStatus == .code(2))
  }

  @Test(arguments: versions)
  func `scancel is silent about an unknown job and exits 0, and only -v shows it`(version: String) async throws {
    let silent = try exchange(version, "scancel-unknown")
    #expect(silent.ending == .exited(0) && silent.stdout.isEmpty && silent.stderr.isEmpty)
    for answer in [silent, try exchange(version, "scancel-unknown-verbose")] {
      let host = ScriptedHost { $0.argv.first == "scancel" ? answer : .text("") }
      let result = try await SlurmAdapter().cancel(ActionRequest(jobs: [JobReference(id: "999999")]), on: host)
      #expect(result.results.map(\.error?.code) == [.unknownJob])
      #expect(await host.commands.first?.argv.contains("--verbose") == true)
    }
  }

  @Test(arguments: versions)
  func `a job that left the queue long ago is not cancelled with success, though scancel is silent about it`(
    version: String
  ) async throws {
    let silent = try exchange(version, "scancel-purged")
    #expect(silent.ending == .exited(0) && silent.stderr.isEmpty)
    let complaint =
      "scancel: Terminating job 118\nscancel: error: Kill job error on job id 118: Invalid job id specified\n"
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "scancel": .text("", stderr: complaint)
      case "sacct": .text(Made.accountingRow("118", "COMPLETED"))
      default: .text("")
      }
    }
    let result = try await SlurmAdapter().cancel(ActionRequest(jobs: [JobReference(id: "118")]), on: host)
    #expect(result.results.map(\.error?.code) == [.alreadyFinished])
  }

  @Test(arguments: versions)
  func `somebody else's job: scancel exits 210 and scontrol 1, in the words of the version`(version: String)
    async throws
  {
    let scancel = try exchange(version, "other-users-job-scancel")
    #expect(scancel.ending == .exited(210))
    let id = version == "22.05.8" ? "120" : version == "23.11.11" ? "73" : "71"
    let hold = try exchange(version, "other-users-job-hold")
    for (answer, isCancel) in [(scancel, true), (hold, false)] {
      let host = ScriptedHost { _ in answer }
      let request = ActionRequest(jobs: [JobReference(id: id)])
      let result =
        isCancel
        ? try await SlurmAdapter().cancel(request, on: host) : try await SlurmAdapter().hold(request, on: host)
      #expect(result.results.map(\.error?.code) == [.notPermitted], "\(answer.stderr)")
    }
  }

  /// 140 was not recorded: constructed in the form of 210 and 8.
  @Test func `scancel exits 140 when the controller hangs, and nothing is said to have happened`() async throws {
    let complaint = "scancel: error: Kill job error on job id 7: Socket timed out on send/recv operation\n"
    let host = ScriptedHost { $0.argv.first == "scancel" ? .text("", stderr: complaint, exit: 140) : .text("") }
    let result = try await SlurmAdapter().cancel(ActionRequest(jobs: [JobReference(id: "7")]), on: host)
    #expect(result.results.map(\.error?.code) == [.schedulerTimedOut])
  }

  @Test(arguments: ["22.05.8/controller-down/10-scancel", "26.05.3/controller-down/13-scancel"])
  func `scancel exits 8 when the controller is down`(exchange: String) async throws {
    #expect(try Fixture.exitCode(exchange) == 8)
    let id = exchange.hasPrefix("22") ? "161" : "95"
    let host = ScriptedHost { _ in try .recorded(exchange) }
    let result = try? await SlurmAdapter().cancel(ActionRequest(jobs: [JobReference(id: id)]), on: host)
    #expect(result == nil || result?.results.map(\.error?.code) == [.schedulerUnreachable])
  }

  @Test(arguments: versions)
  func `what is not an id is refused before squeue could misread it`(version: String) async throws {
    #expect(try exchange(version, "malformed-squeue").ending == .exited(1))
    let host = ScriptedHost { _ in .text("") }
    let ids = ["abc", "", "1,2", "1 2", "-1", "47_", "99999999999999999999"]
    let result = try await SlurmAdapter().cancel(
      ActionRequest(jobs: ids.map { JobReference(id: $0) }),
      on: host
    )
    #expect(result.results.map(\.error?.code) == ids.map { _ in .malformedID })
    #expect(await host.commands.isEmpty)
  }
}
