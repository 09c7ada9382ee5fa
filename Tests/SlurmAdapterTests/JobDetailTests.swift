import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import slurm_adapter

@Suite("A poll for one job")
struct JobDetailTests {
  /// A Slurm with these listings, and this answer to every JSON query.
  private func slurm(queue: String = "", accounting: String = "", json: ScriptedHost.Answer) -> ScriptedHost {
    ScriptedHost { command in
      if command.argv.contains("--json") { return json }
      return command.argv.first == "squeue"
        ? .text(queue) : command.argv.first == "sacct" ? .text(accounting) : .text("")
    }
  }

  private func questions(_ host: ScriptedHost) async -> [[String]] {
    await host.commands.map(\.argv).filter { $0.contains("--json") }
  }

  @Test(
    arguments: [
      ("23.11.11/job-configuring-completing/23-completing-scontrol-json", "95", "FAILED", JobExitStatus.code(6)),
      ("26.05.3/job-configuring-completing/23-completing-scontrol-json", "93", "FAILED", .code(6)),
      (
        "23.11.11/job-configuring-completing/53-cancelled-completing-scontrol-json", "96", "CANCELLED",
        .signal(.terminate)
      ),
      (
        "26.05.3/job-configuring-completing/53-cancelled-completing-scontrol-json", "94", "CANCELLED",
        .signal(.terminate)
      ),
    ]
  )
  func `while a job is completing, its coming end is reported beside the state`(
    exchange: String,
    id: String,
    word: String,
    exit: JobExitStatus
  ) async throws {
    let host = slurm(queue: Made.queueRow(id, "COMPLETING", nodes: "node1"), json: try .recorded(exchange))
    let polled = try await Polled([id], on: host)
    #expect(polled.jobs[id]?.state == .finishing)
    #expect(polled.jobs[id]?.exitStatus == exit)
    #expect(polled.jobs[id]?.native.state == "\(word),COMPLETING")
    #expect(await questions(host) == [["scontrol", "show", "job", id, "--json"]])
  }

  @Test(
    arguments: [
      "22.05.8/detect/12-scontrol-json-unsupported", "23.11.11/controller-down/08-scontrol-job-json",
      "26.05.3/unknown-job/23-never-existed-scontrol-json", "26.05.3/job-exit-3/11-ended-at-once-scontrol-json",
      "23.11.11/invalid-utf8/04-scontrol-json", "22.05.8/job-exit-3/04-ended-at-once-squeue-json",
    ]
  )
  func `an answer that fails, is empty, or is of another job or state changes nothing`(exchange: String) async throws {
    let row = Made.queueRow("18", "COMPLETING", nodes: "node1")
    let plain = try await Polled(["18"], on: slurm(queue: row, json: .text("", exit: 1)))
    let polled = try await Polled(["18"], on: slurm(queue: row, json: try .recorded(exchange)))
    #expect(polled.jobs["18"]?.state == .finishing)
    #expect(polled.jobs["18"]?.exitStatus == nil)
    #expect(polled.jobs["18"]?.native == plain.jobs["18"]?.native)
    #expect(polled.answer.complete)
  }

  @Test func `an answer cut anywhere, or that never comes, changes nothing or all`() async throws {
    let text = try Fixture.text("23.11.11/job-configuring-completing/23-completing-scontrol-json")
    let row = Made.queueRow("95", "COMPLETING", nodes: "node1")
    for length in stride(from: 0, to: text.utf8.count, by: 401) {
      let cut = String(decoding: Array(text.utf8)[..<length], as: UTF8.self)
      let status = try await Polled(["95"], on: slurm(queue: row, json: .text(cut))).jobs["95"]
      #expect(status?.state == .finishing)
      #expect(status?.exitStatus == nil || status?.exitStatus == .code(6))
    }
    var late = ScriptedHost.Answer()
    late.ending = .timedOut
    #expect(try await Polled(["95"], on: slurm(queue: row, json: late)).jobs["95"]?.state == .finishing)
  }

  @Test func `nothing more is asked for several jobs, for one that waits or runs, or for all of the user's`()
    async throws
  {
    let rows = Made.queueRow("7", "COMPLETING", nodes: "node1") + Made.queueRow("8", "COMPLETING", nodes: "node1")
    for ids in [["7", "8"], nil] {
      let host = slurm(queue: rows, json: .text(""))
      #expect(try await Polled(ids, on: host).jobs.count == 2)
      #expect(await questions(host).isEmpty)
    }
    for state in ["RUNNING", "PENDING", "COMPLETED"] {
      let host = slurm(queue: Made.queueRow("7", state, nodes: "node1"), json: .text(""))
      _ = try await Polled(["7"], on: host)
      #expect(await questions(host).isEmpty)
    }
  }

  @Test func `a job that waits for others says for which`() async throws {
    let queue =
      Made.queueRow("7", "PENDING", dependency: "afterok:21(failed)", reason: "DependencyNeverSatisfied")
      + Made.queueRow("8", "PENDING", dependency: "afterok:19(unfulfilled)", reason: "Dependency")
      + Made.queueRow("9", "PENDING", dependency: "afterok:19(unfulfilled)", reason: "JobHeldUser")
    let polled = try await Polled(["7", "8", "9"], on: Made.slurm(queue: .text(queue)))
    #expect(polled.jobs["7"]?.reason?.text == "DependencyNeverSatisfied: afterok:21(failed)")
    #expect(polled.jobs["7"]?.reason?.canEverRun == false)
    #expect(polled.jobs["7"]?.native.reason == "DependencyNeverSatisfied")
    #expect(polled.jobs["8"]?.reason?.text == "Dependency: afterok:19(unfulfilled)")
    #expect(polled.jobs["9"]?.reason?.text == "JobHeldUser")
  }

  /// A poll of a job that only accounting knows, with the JSON recorded for it.
  private func ended(
    _ exchange: String,
    _ id: String,
    _ state: String = "FAILED",
    exit: String = "0:0",
    later seconds: Int = 0
  ) async throws -> JobStatus {
    var submitted: [Int] = []
    try AccountingRecord.read(path: Fixture.path(exchange)) { record in
      if let id = SlurmID(id), record.isJob(id) {
        submitted.append(Int(record.submittedAt?.timeIntervalSince1970 ?? 0))
      }
    }
    let time = "\(try #require(submitted.last) + seconds)"
    let row = Made.accountingRow(id, state, exit: exit, submitted: time, eligible: time)
    let host = slurm(accounting: row, json: try .recorded(exchange))
    let status = try #require(try await Polled([id], on: host).jobs[id])
    #expect(await questions(host) == [["sacct", "--json", "--jobs=\(id)"]])
    return status
  }

  @Test func `an exit code that sacct's text cuts is whole in its JSON since 23.11`() async throws {
    #expect(
      try await ended("23.11.11/job-signalled/28-segv-ended-sacct-json", "40", exit: "11:0").exitStatus == .code(139)
    )
    #expect(
      try await ended("23.11.11/job-signalled/36-srunkill-ended-sacct-json", "41", exit: "9:0").exitStatus == .code(137)
    )
  }

  @Test func `the exit code of 22.05's JSON, always 0, never counts`() async throws {
    let status = try await ended("22.05.8/job-exit-3/13-ended-later-sacct-json", "5", exit: "3:0")
    #expect(status.state == .finished(.failed))
    #expect(status.exitStatus == .code(3))
    #expect(status.attempt == nil)
  }

  @Test func `26.05 reports the attempt and where the output is`() async throws {
    let status = try await ended("26.05.3/job-exit-3/17-ended-later-sacct-json", "18", exit: "3:0")
    #expect(status.standardOutput == "/home/hpcuser/run/slurmnew/slurm-18.out")
    #expect(status.standardError == status.standardOutput)
    #expect(status.attempt == 1)
    #expect(status.exitStatus == .code(3))
    let again = try await ended("26.05.3/job-requeue/75-ended-sacct-json", "8", "COMPLETED")
    #expect(again.state == .finished(.succeeded))
    #expect(again.attempt == 2)
  }

  @Test func `a job that had the same number before adds nothing`() async throws {
    let status = try await ended("26.05.3/job-exit-3/17-ended-later-sacct-json", "18", exit: "3:0", later: 60)
    #expect(status.standardOutput == nil)
    #expect(status.attempt == nil)
  }

  @Test func `the node that failed is named`() async throws {
    // Constructed from the recorded answer of 26.05: no node failed while sacct was recorded there.
    let text = try Fixture.text("26.05.3/job-exit-3/17-ended-later-sacct-json")
      .replacing("\"failed_node\": \"\"", with: "\"failed_node\": \"node2\"")
    let time = try #require(text.firstMatch(of: /"submission": (\d+)/)).1
    let row = Made.accountingRow("18", "NODE_FAIL", submitted: String(time), eligible: String(time))
    let status = try await Polled(["18"], on: slurm(accounting: row, json: .text(text))).jobs["18"]
    #expect(status?.state == .finished(.nodeFailure))
    #expect(status?.reason?.text == "node2 failed")
  }
}
