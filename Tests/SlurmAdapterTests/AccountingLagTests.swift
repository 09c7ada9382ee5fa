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
    #expect(unknown.jobs["7"]?.state == .finishing)
    #expect(unknown.jobs["7"]?.name == nil)
  }

  @Test func `a row that does not say since when the job could start is not written in full`() async throws {
    let row = Made.accountingRow("7", "FAILED", exit: "0:0", eligible: "Unknown")
    let polled = try await Polled(["7"], on: Made.slurm(accounting: .text(row)))
    #expect(polled.jobs["7"]?.state == .finishing)
  }

  @Test func `FAILED with 0:0, as after an outage of slurmdbd, reports no exit code; the job's own record does`()
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

  @Test func `a job that sacct still calls PENDING or RUNNING and nobody else knows is neither finished nor gone`()
    async throws
  {
    for word in ["PENDING", "RUNNING", "SUSPENDED", "REQUEUED"] {
      let polled = try await Polled(["7"], on: Made.slurm(accounting: .text(Made.accountingRow("7", word))))
      #expect(polled.jobs["7"]?.state == .finishing, "\(word)")
      #expect(polled.jobs["7"]?.native.state == word)
      #expect(polled.jobs["7"]?.reason?.text.contains("accounting does not know its end yet") == true)
    }
  }

  @Test func `the end comes when accounting has it`() async throws {
    let name = "peertests/05-slurm-wait-gives-up-while-accounting-lags"
    for (file, state) in [("running.txt", JobState.finishing), ("done.txt", .finished(.failed))] {
      let host = Made.slurm(accounting: try .ofCase(name, stdout: file))
      let status = try await Polled(["4106"], on: host).jobs["4106"]
      #expect(status?.state == state)
      #expect(status?.exitStatus == (state.isFinished ? .code(3) : nil))
    }
  }

  @Test func `nothing waits for a job of which accounting does not know the end yet, and cancelling it is too late`()
    async throws
  {
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "sacct": .text(Made.accountingRow("7", "RUNNING"))
      case "scancel": .text("", stderr: "scancel: error: Kill job error on job id 7: Invalid job id specified\n")
      default: .text("")
      }
    }
    var spec = JobSpec(command: ["true"])
    spec.dependencies = [JobDependency(.afterok, "7")]
    let refused = await refusal(of: spec, on: host)
    #expect(refused?.category == .transient)
    #expect(await host.commands.allSatisfy { $0.argv.first != "sbatch" })
    let results = try await SlurmAdapter().cancel(ActionRequest(jobs: [JobReference(id: "7")]), on: host).results
    #expect(results.map(\.error?.code) == [.alreadyFinished])
  }

  @Test func `a job cancelled while it was held never started, whatever sacct gives for its start`() async throws {
    let name = "liveslurm/07-held-and-cancelled-stays-gone/recording"
    let host = Made.slurm(
      queue: try .ofCase(name, stdout: "01-squeue/stdout"),
      accounting: try .ofCase(name, stdout: "02-sacct/stdout")
    )
    let polled = try await Polled(["18", "27", "1299", "4605"], on: host)
    let cancellers: [String: JobOutcome.Canceller] = [
      "18": .user, "27": .administrator, "1299": .unknown, "4605": .user,
    ]
    for (id, canceller) in cancellers {
      #expect(polled.jobs[id]?.state == .finished(.cancelled(by: canceller)), "\(id)")
      #expect(polled.jobs[id]?.startedAt == nil)
      #expect(polled.jobs[id]?.usage == nil)
      #expect(polled.jobs[id]?.endedAt != nil)
    }
    // A job that ran was eligible: such a row is not completely written.
    let ran = Made.accountingRow("7", "CANCELLED by 1001", eligible: "Unknown")
    #expect(try await Polled(["7"], on: Made.slurm(accounting: .text(ran))).jobs["7"]?.state == .finishing)
  }

  @Test func `what sacct alone reports says why a launch failed, and who killed a batch step`() async throws {
    let launch = Made.accountingRow("7", "FAILED", exit: "0:53")
    let status = try await Polled(["7"], on: Made.slurm(accounting: .text(launch))).jobs["7"]
    #expect(status?.state == .finished(.launchFailed))
    #expect(status?.reason?.code == .launch)
    let steps =
      Made.accountingRow("8", "FAILED", exit: "0:9")
      + Made.accountingRow("8.batch", "CANCELLED by 0", exit: "0:9", memory: "743710720")
    let queue = Made.queueRow("8", "FAILED", exit: "9", nodes: "node1")
    for listing in ["", queue] {
      let host = Made.slurm(queue: .text(listing), accounting: .text(steps))
      let killed = try await Polled(["8"], on: host).jobs["8"]
      #expect(killed?.state == .finished(.failed))
      #expect(killed?.exitStatus == .signal(.kill))
      #expect(killed?.reason?.text.hasPrefix("Slurm killed its batch step, which used up to ") == true)
    }
    let own = Made.accountingRow("9", "FAILED", exit: "0:9") + Made.accountingRow("9.batch", "FAILED", exit: "0:9")
    #expect(try await Polled(["9"], on: Made.slurm(accounting: .text(own))).jobs["9"]?.reason == nil)
  }
}
