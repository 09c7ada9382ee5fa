import AdapterKit
import AdapterTestSupport
import Testing

@testable import slurm_adapter

@Suite("Accounting is behind")
struct AccountingLagTests {
  @Test(arguments: [
    ("22.05.8/job-out-of-memory/07-overmemorykill-ended-at-once-sacct", "168"),
    ("22.05.8/job-signalled/11-kill9-ended-at-once-sacct", "7"),
    ("22.05.8/job-cancelled/16-running-cancelled-ended-sacct", "11"),
    ("23.11.11/unknown-job/12-purged-sacct", "71"),
  ])
  func `a row of an ended job without its partition is not written in full`(exchange: String, id: String) throws {
    let row = try #require(try Fixture.accounting(exchange)[id])
    #expect(!row.isWhole)
    #expect(row.end != nil)
    #expect(row.status.queue == nil)
  }

  @Test func `the name ‘allocation’ of such a row does not become the job's`() async throws {
    let early = Made.accountingRow("7", "FAILED", exit: "0:9", partition: "", eligible: "Unknown")
      .replacing("\u{1F}job\n", with: "\u{1F}allocation\n")
    let record = Made.record("7", code: 137).replacing("host=", with: "name=mine\nhost=")
    let polled = try await Polled(["7"], on: Made.slurm(accounting: .text(early), records: .text(record)))
    #expect(polled.jobs["7"]?.state == .finished(.failed))
    #expect(polled.jobs["7"]?.name == "mine")
    #expect(polled.jobs["7"]?.source == "exit record")
    let unknown = try await Polled(["7"], on: Made.slurm(accounting: .text(early)))
    #expect(unknown.jobs["7"]?.state == .unknown(.gone))
    #expect(unknown.jobs["7"]?.name == nil)
  }

  @Test func `a row that does not say since when the job could start is not written in full`() async throws {
    let row = Made.accountingRow("7", "FAILED", exit: "0:0", eligible: "Unknown")
    let polled = try await Polled(["7"], on: Made.slurm(accounting: .text(row)))
    #expect(polled.jobs["7"]?.state == .unknown(.gone))
  }

  @Test func `FAILED with 0:0, as after an outage of slurmdbd, tells no exit code; the job's own record does`()
    async throws
  {
    let row = Made.accountingRow("7", "FAILED", exit: "0:0")
    let without = try await Polled(["7"], on: Made.slurm(accounting: .text(row)))
    #expect(without.jobs["7"]?.state == .finished(.failed))
    #expect(without.jobs["7"]?.exitStatus == nil)
    let host = Made.slurm(accounting: .text(row), records: .text(Made.record("7", code: 4)))
    #expect(try await Polled(["7"], on: host).jobs["7"]?.exitStatus == .code(4))
  }

  @Test(arguments: [
    "22.05.8/job-requeue/08-requeued-at-once-sacct", "22.05.8/job-configuring-completing/49-prolog-failed-sacct",
  ])
  func `REQUEUED passes, and ends nothing`(exchange: String) throws {
    let row = try #require(try Fixture.accounting(exchange).values.first)
    #expect(row.status.native.state == "REQUEUED")
    #expect(row.end == nil)
    #expect(!row.status.state.isFinished)
  }

  @Test(arguments: [("22.05.8", "48", "52"), ("23.11.11", "46", "54"), ("26.05.3", "46", "54")])
  func `SPECIAL_EXIT is PENDING in sacct, and the queue's word counts`(
    version: String,
    queue: String,
    accounting: String
  ) throws {
    let row = try Fixture.job("\(version)/job-requeue/\(queue)-special-exit-squeue-O")
    #expect(row.native.state == "SPECIAL_EXIT")
    #expect(row.state == .held)
    #expect(row.reason?.code == .heldByScheduler)
    let ledger = try #require(
      try Fixture.accounting("\(version)/job-requeue/\(accounting)-special-exit-sacct").values.first
    )
    #expect(ledger.status.native.state == "PENDING")
    #expect(ledger.end == nil)
  }

  @Test(arguments: [("22.05.8", "32"), ("23.11.11", "76"), ("26.05.3", "76")])
  func `a requeue submits anew two minutes before it may start, and is one job's second attempt`(
    version: String,
    exchange: String
  ) throws {
    let ledger = try #require(
      try Fixture.accounting("\(version)/job-requeue/\(exchange)-ended-sacct-duplicates").values.first
    )
    #expect(ledger.status.attempt == 2)
    #expect(ledger.status.state == .finished(.succeeded))
    let (submitted, started) = (try #require(ledger.status.submittedAt), try #require(ledger.status.startedAt))
    #expect(started.timeIntervalSince(submitted) >= 120)
  }

  @Test func `a job that sacct still calls PENDING or RUNNING and nobody else knows is not finished`() async throws {
    for word in ["PENDING", "RUNNING", "SUSPENDED", "REQUEUED"] {
      let polled = try await Polled(["7"], on: Made.slurm(accounting: .text(Made.accountingRow("7", word))))
      #expect(polled.jobs["7"]?.state == .unknown(.gone), "\(word)")
      #expect(polled.jobs["7"]?.native.state == word)
    }
  }
}
