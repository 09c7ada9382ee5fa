import AdapterKit
import AdapterTestSupport
import Testing

@testable import slurm_adapter

@Suite("Held jobs")
struct HeldTests {
  @Test func `one reason has a spelling for squeue and one for scontrol, and means the same`() throws {
    let queue = try Fixture.text("22.05.8/job-configuring-completing/53-prolog-failed-later-squeue")
    let detail = try Fixture.text("22.05.8/job-configuring-completing/47-prolog-failed-scontrol")
    #expect(queue.contains("|PENDING|launch failed requeued held|"))
    #expect(detail.contains("Reason=launch_failed_requeued_held"))
    for word in ["launch failed requeued held", "launch_failed_requeued_held"] {
      #expect(SlurmReason.meaning(of: word).code == .heldByScheduler, "\(word)")
      #expect(SlurmReason.meaning(of: word).holds)
    }
    // sacct and JSON name only the hold.
    let ledger = try Fixture.accounting("22.05.8/job-configuring-completing/54-prolog-failed-later-sacct")["167"]
    #expect(ledger?.end == nil)
    #expect(SlurmReason.meaning(of: "JobHeldUser").holds)
  }

  @Test func `a job whose start failed is finishing, then held by the scheduler, and never finished`() async throws {
    let host = Made.slurm(
      queue: .text(
        Made.queueRow("7", "COMPLETING", restarts: "1", nodes: "node1", reason: "launch failed requeued held")
          + Made.queueRow("8", "PENDING", restarts: "1", reason: "launch failed requeued held")
      ),
      accounting: .text(Made.accountingRow("7", "REQUEUED") + Made.accountingRow("8", "REQUEUED"))
    )
    let polled = try await Polled(["7", "8"], on: host)
    #expect(polled.jobs["7"]?.state == .finishing)
    #expect(polled.jobs["8"]?.state == .held)
    #expect(polled.jobs["8"]?.reason?.code == .heldByScheduler)
    #expect(polled.jobs["8"]?.attempt == 2)
  }

  @Test func `a request above every limit is accepted and waits forever, with a reason that says so`() throws {
    for text in ["PartitionNodeLimit", "PartitionTimeLimit", "PartitionConfig"] {
      #expect(SlurmReason.meaning(of: text).code == .impossibleRequest, "\(text)")
    }
    for (version, exchange) in [("22.05.8", "38"), ("26.05.3", "46")] {
      let rows = try Fixture.text("\(version)/submit-errors/\(exchange)-squeue-after").split(separator: "\n")
      let waiting = rows.filter { $0.contains("|PENDING|Partition") }
      #expect(!waiting.isEmpty)
      for row in waiting {
        let reason = String(row.split(separator: "|", omittingEmptySubsequences: false)[2])
        #expect(SlurmReason.meaning(of: reason).code == .impossibleRequest, "\(reason)")
      }
    }
  }

  @Test func `a job in a partition closed to its user's group is asked for with --all, which shows it`() async throws {
    #expect(try Fixture.exitCode("26.05.3/submit-errors/02-partition-denied-group") == 0)
    let id = try Fixture.text("26.05.3/submit-errors/02-partition-denied-group").split(separator: "\n")[0]
    let listed = try Fixture.text("26.05.3/submit-errors/46-squeue-after").split(separator: "\n")
    #expect(!listed.contains { $0.hasPrefix("\(id)|") })
    for ids in [[String(id)], nil] {
      #expect(Squeue.arguments(Squeue.pollColumns, ids: ids).contains("--all"))
    }
    #expect(SlurmEnvironment.forQueries["SQUEUE_ALL"] == .some(nil))
  }

  @Test func `the owner may suspend a job in 26.05 and not in 22.05`() async throws {
    let request = { (id: String) in ActionRequest(jobs: [JobReference(id: id)]) }
    let later = ScriptedHost { _ in try .recorded("26.05.3/job-suspended/02-suspend-by-user") }
    #expect(try await SlurmAdapter().suspend(request("104"), on: later).results.map(\.error?.code) == [nil])
    let early = ScriptedHost { _ in try .recorded("22.05.8/job-suspended/02-suspend-denied") }
    #expect(try await SlurmAdapter().suspend(request("134"), on: early).results.map(\.error?.code) == [.notPermitted])
  }
}
