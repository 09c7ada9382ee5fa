import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import slurm_adapter

@Suite("How an array ended")
struct ArrayEndTests {
  private static let lost = ScriptedHost.Answer.text(
    "",
    stderr: "slurm_load_jobs error: Invalid job id specified\n",
    exit: 1
  )

  private func array(_ indices: String) throws -> JobReference {
    JobReference(id: "4112", array: try ArrayIndices(parsing: indices))
  }

  @Test(arguments: [true, false]) func `tasks cancelled together while they waited are tasks of the array`(
    isKnown: Bool
  )
    async throws
  {
    let name = "peertests/10-slurm-array-succeeded-though-tasks-were-cancelled"
    let host = try StandIns(name)
    let id = try await SlurmAdapter().submit(SubmitRequest(spec: JobSpec(command: ["true"]), token: "t"), on: host).job?
      .id
    #expect(id == "4112")
    let asked = isKnown ? try array("0-4%1") : JobReference(id: "4112")
    let polled = try await Polled(references: [asked, JobReference(id: "4112_2")], on: host)
    let status = try #require(polled.jobs["4112"])
    #expect(status.state == .finished(.cancelled(by: .user)))
    #expect(status.tasks?.map(\.id) == ["4112_0", "4112_1", "4112_2", "4112_3", "4112_4"])
    #expect(status.taskCounts == ["finished": 5])
    #expect(polled.jobs["4112_2"]?.state == .finished(.cancelled(by: .user)))
    #expect(polled.jobs["4112_2"]?.index == 2)
  }

  @Test func `an array has not succeeded while no source reports a task it was submitted with`() async throws {
    let rows = Made.accountingRow("4112_0", "COMPLETED", number: "4113")
    let host = Made.slurm(queue: Self.lost, accounting: .text(rows))
    let status = try await Polled(references: [try array("0-2")], on: host).jobs["4112"]
    #expect(status?.state == .unknown(.gone))
    #expect(status?.tasks?.map(\.state) == [.finished(.succeeded), .unknown(.gone), .unknown(.gone)])
    let whole = try await Polled(references: [try array("0")], on: host).jobs["4112"]
    #expect(whole?.state == .finished(.succeeded))
  }

  @Test func `tasks that accounting calls waiting, and the queue has forgotten, are not over`() async throws {
    let rows =
      Made.accountingRow("4112_0", "COMPLETED", number: "4113")
      + Made.accountingRow("4112_[1-2%1]", "PENDING", number: "4112", eligible: "Unknown", start: "Unknown")
    let status = try await Polled(["4112"], on: Made.slurm(queue: Self.lost, accounting: .text(rows))).jobs["4112"]
    #expect(status?.state == .finishing)
    // While the queue has rows of the array, it shows what waits.
    let queue = Made.queueRow("4112_[2%1]", "PENDING", number: "4112", reason: "JobHeldUser")
    let waiting = try await Polled(["4112"], on: Made.slurm(queue: .text(queue), accounting: .text(rows))).jobs["4112"]
    #expect(waiting?.tasks?.compactMap(\.index) == [0, 2])
  }

  @Test func `without accounting an array ends by the queue and the records, once each task is reported`() async throws
  {
    let down = ScriptedHost.Answer.text("", stderr: "sacct: error: Unable to connect to database\n", exit: 1)
    let queue =
      Made.queueRow("4112_1", "FAILED", number: "4113", exit: "256", nodes: "node1")
      + Made.queueRow("4112_2", "COMPLETED", number: "4114", nodes: "node1")
    let record = Made.record("4112_3", code: 0)
    let host = Made.slurm(queue: .text(queue), accounting: down, records: .text(record))
    let polled = try await Polled(references: [try array("1-3")], on: host)
    #expect(polled.jobs["4112"]?.state == .finished(.failed))
    #expect(polled.jobs["4112"]?.taskCounts == ["finished": 3])
    #expect(polled.answer.complete)
    let one = try await Polled(references: [try array("1-4")], on: host)
    #expect(one.jobs["4112"] == nil)
    #expect(one.answer.problem?.code == .accountingUnavailable)
    let unknown = try await Polled(["4112"], on: host)
    #expect(unknown.jobs["4112"] == nil && !unknown.answer.complete)
  }

  @Test func `a record counts with its own cluster and token`() async throws {
    let foreign = Made.record("7", code: 0).replacing("record=lk/", with: "record=pbs01/")
    #expect(try await Polled(["7"], on: Made.slurm(records: .text(foreign))).jobs["7"]?.state == .unknown(.gone))
    let host = Made.slurm(records: .text(Made.record("7", code: 0, token: "t")))
    #expect(try await Polled(["7"], on: host).jobs["7"]?.state == .finished(.succeeded))
    let other = JobReference(id: "7", token: "another")
    #expect(try await Polled(references: [other], on: host).jobs["7"]?.state == .unknown(.gone))
  }

  @Test(arguments: [
    ("liveslurm/05-noacct-timeout-becomes-success", "exit-record-20031", "20031", JobOutcome.walltimeExceeded),
    ("liveslurm/06-noacct-nodefail-becomes-cancelled", "exit-record-20033", "20033", .cancelled(by: .unknown)),
  ])
  func `a record of a job that was ended is not a success, and what the queue says stands`(
    name: String,
    file: String,
    id: String,
    outcome: JobOutcome
  ) async throws {
    let text = try String(contentsOfFile: "\(Fixture.folder)/cases/\(name)/\(file)", encoding: .utf8)
    let records = ScriptedHost.Answer.text("record=lk/\(id)\n" + text)
    let disabled = ScriptedHost.Answer.text("", stderr: "Slurm accounting storage is disabled\n", exit: 1)
    let alone = Made.slurm(queue: Self.lost, accounting: disabled, records: records)
    #expect(try await Polled([id], on: alone).jobs[id]?.state == .finished(outcome))
    for (word, end) in [("NODE_FAIL", JobOutcome.nodeFailure), ("TIMEOUT", .walltimeExceeded)] {
      let queue = ScriptedHost.Answer.text(Made.queueRow(id, word, nodes: "node1"))
      let seen = try await Polled([id], on: Made.slurm(queue: queue, accounting: disabled, records: records))
      #expect(seen.jobs[id]?.state == .finished(end))
    }
  }
}
