import AdapterKit
import AdapterTestSupport
import Testing

@testable import slurm_adapter

@Suite("How a job ended, where Slurm's commands differ")
struct EndTests {
  private func exit(_ text: String) -> SlurmExit? { Array(text.utf8).withUnsafeBytes { SlurmExit($0) } }

  @Test func `squeue of 22.05 prints the wait status, later ones code and signal`() throws {
    for (text, code, signal) in [
      ("768", 3, 0), ("9", 0, 9), ("35072", 137, 0), ("35584", 139, 0), ("253", 0, 125), ("4021", 0, 53),
      ("3:0", 3, 0), ("0:9", 0, 9), ("137:0", 137, 0), ("0:125", 0, 125), ("0:53", 0, 53),
    ] {
      let read = try #require(exit(text))
      #expect((read.code, read.signal) == (code, signal), "\(text)")
    }
    for text in ["", "a:0", "0:", "70000", "-1"] { #expect(exit(text) == nil, "\(text)") }
  }

  @Test func `a code or a signal that no command can end with says nothing`() throws {
    for text in ["99999999999:0", "0:99999999999", "0:200"] {
      #expect(try #require(exit(text)).exitStatus(isFinal: .failed) == nil, "\(text)")
    }
  }

  @Test(arguments: [
    ("22.05.8/job-signalled/18-segv-ended-squeue-O", "22.05.8/job-signalled/20-segv-ended-sacct", Int32(11)),
    ("22.05.8/job-signalled/24-srunkill-ended-squeue-O", "22.05.8/job-signalled/26-srunkill-ended-sacct", 9),
    ("26.05.3/job-signalled/22-segv-ended-squeue-O", "26.05.3/job-signalled/26-segv-ended-sacct", 139),
    ("26.05.3/job-signalled/30-srunkill-ended-squeue-O", "26.05.3/job-signalled/34-srunkill-ended-sacct", 137),
  ])
  func `sacct of 22.05 takes 128 off an exit code, squeue and later ones do not`(
    queue: String,
    accounting: String,
    told: Int32
  ) throws {
    let whole: Int32 = told < 128 ? told + 128 : told
    #expect(try Fixture.job(queue).exitStatus == .code(whole))
    #expect(try Fixture.accounting(accounting).values.first?.status.exitStatus == .code(told))
  }

  @Test func `a timeout has signal 15 in squeue and nothing in sacct, and is the same end`() throws {
    for version in ["22.05.8/job-timeout/07", "26.05.3/job-timeout/08"] {
      let row = try Fixture.job("\(version)-ended-at-once-squeue-O")
      #expect(row.state == .finished(.walltimeExceeded))
      #expect(row.exitStatus == .signal(.terminate))
    }
    let ledger = try #require(try Fixture.accounting("26.05.3/job-timeout/19-ended-later-sacct").values.first)
    #expect(ledger.status.state == .finished(.walltimeExceeded))
    #expect(ledger.status.exitStatus == nil)
  }

  @Test func `a script ended by SIGKILL is called JobLaunchFailure by 22.05 and was launched all the same`() throws {
    let status = try Fixture.job("22.05.8/job-signalled/07-kill9-ended-at-once-squeue-O")
    #expect(status.native.reason == "JobLaunchFailure")
    #expect(status.state == .finished(.failed))
    #expect(status.reason == nil)
    let later = try Fixture.job("26.05.3/job-signalled/07-kill9-ended-at-once-squeue-O")
    #expect(later.native.reason == "RaisedSignal:9(Killed)")
    #expect(later.state == .finished(.failed))
    #expect(later.exitStatus == .signal(.kill))
  }

  @Test(arguments: ["07-noout", "11-nodir"])
  func `output that cannot be written and a missing directory are a failed launch`(exchange: String) throws {
    let status = try Fixture.job("22.05.8/job-launch-failure/\(exchange)-squeue-O")
    #expect(status.state == .finished(.launchFailed))
    #expect(status.exitStatus == nil)
    #expect(status.reason?.code == .launch)
  }

  @Test func `a job that the memory limit of slurmd killed is failed by signal 9, as any other`() throws {
    let row = try Fixture.job("22.05.8/job-out-of-memory/03-overmemorykill-ended-at-once-squeue-O")
    #expect(row.state == .finished(.failed))
    #expect(row.exitStatus == .signal(.kill))
    let ledger = try #require(
      try Fixture.accounting("22.05.8/job-out-of-memory/11-overmemorykill-ended-later-sacct")["168"]
    )
    #expect(ledger.status.state == .finished(.failed))
    #expect(ledger.status.exitStatus == .signal(.kill))
  }

  @Test func `out of memory by cgroups is its own end, with no exit status, in squeue and sacct`() throws {
    let row = try Fixture.job("22.05.8/job-out-of-memory/17-cgroup-ended-at-once-squeue-O")
    let ledger = try #require(try Fixture.accounting("22.05.8/job-out-of-memory/21-cgroup-ended-at-once-sacct")["169"])
    for status in [row, ledger.status] {
      #expect(status.state == .finished(.memoryExceeded))
      #expect(status.exitStatus == nil)
    }
  }

  @Test func `a step out of memory in a job that went on to succeed leaves it a success`() throws {
    let ledger = try #require(try Fixture.accounting("22.05.8/job-out-of-memory/30-cgroup-step-ended-sacct")["170"])
    #expect(ledger.status.state == .finished(.succeeded))
  }

  @Test func `COMPLETING hides how a job ended, and nothing is finished before squeue says so`() throws {
    let row = try Fixture.queue("22.05.8/job-configuring-completing/12-completing-squeue-O")
    #expect(row.first?.status.state == .finishing)
    #expect(row.first?.end == nil)
    let ledger = try Fixture.accounting("22.05.8/job-configuring-completing/16-completing-sacct")["165"]
    #expect(ledger?.status.state == .finished(.failed))
    #expect(try Fixture.job("22.05.8/job-configuring-completing/23-ended-squeue-O").exitStatus == .code(6))
  }

  @Test(arguments: [("22.05.8", "34"), ("26.05.3", "50")])
  func `the reason that sacct gives for a cancelled job is the one it waited for`(version: String, n: String) throws {
    let rows = try Fixture.accounting("\(version)/job-cancelled/\(n)-pending-cancelled-at-once-sacct")
    let status = try #require(rows.values.first?.status)
    guard case .finished(.cancelled) = status.state else {
      Issue.record("\(status.state)")
      return
    }
    #expect(status.reason == nil)
    #expect(status.startedAt == nil)
    #expect(status.exitStatus == nil)
  }

  @Test func `a preempted job is signal 15 in squeue and 0:0 in sacct, and has no exit status`() throws {
    let row = try Fixture.job("22.05.8/job-preempted/04-spot-at-once-squeue-O")
    let ledger = try #require(try Fixture.accounting("22.05.8/job-preempted/05-spot-at-once-sacct")["84"])
    #expect(ledger.isWhole)
    for status in [row, ledger.status] {
      #expect(status.state == .finished(.preempted))
      #expect(status.exitStatus == nil)
      #expect(status.nodes == ["node1", "node2"])
    }
  }

  @Test func `a preempted job that is requeued waits, though sacct has an end for it`() async throws {
    let row = try Fixture.job("22.05.8/job-preempted/06-spare-at-once-squeue-O")
    #expect(row.state == .held)
    #expect(row.attempt == 2)
    let ledger = try #require(try Fixture.accounting("22.05.8/job-preempted/07-spare-at-once-sacct")["85"])
    #expect(ledger.status.state == .finished(.preempted))
    let later = try Fixture.accounting("22.05.8/job-preempted/12-spare-later-sacct-duplicates")["85"]
    #expect(later?.end == nil)
    #expect(later?.status.attempt == 2)
    let host = Made.slurm(
      queue: .text(Made.queueRow("85", "PENDING", restarts: "1", reason: "BeginTime")),
      accounting: .text(Made.accountingRow("85", "PREEMPTED"))
    )
    let polled = try await Polled(["85"], on: host)
    #expect(polled.jobs["85"]?.state == .held)
    #expect(await host.commands.map { $0.argv.first } == ["squeue"])
  }

  /// Not recorded for 26.05: constructed from its release notes, in the recorded form of the rows.
  @Test func `a node failure is one, with a hang-up in squeue, 1 in sacct, or nothing`() async throws {
    for (queue, accounting) in [("0:1", "1:0"), ("0", "0:0"), ("15", "0:0")] {
      let host = Made.slurm(
        queue: .text(Made.queueRow("7", "NODE_FAIL", exit: queue, nodes: "node1", reason: "NodeDown")),
        accounting: .text(
          Made.accountingRow("7", "NODE_FAIL", exit: accounting)
            + Made.accountingRow("8", "NODE_FAIL", exit: accounting)
        )
      )
      let polled = try await Polled(["7", "8"], on: host)
      for id in ["7", "8"] {
        #expect(polled.jobs[id]?.state == .finished(.nodeFailure), "\(queue)")
        #expect(polled.jobs[id]?.exitStatus == nil, "\(queue)")
      }
    }
  }

  @Test func `a job that could never run and was cancelled is cancelled by whom sacct names, and not by nobody`()
    async throws
  {
    func state(_ word: String) async throws -> JobState? {
      let host = Made.slurm(
        queue: .text(Made.queueRow("7", "CANCELLED", reason: "DependencyNeverSatisfied")),
        accounting: .text(Made.accountingRow("7", word, start: "None", reason: "Dependency"))
      )
      return try await Polled(["7"], on: host).jobs["7"]?.state
    }
    #expect(try await state("CANCELLED") == .finished(.dependencyFailed))
    #expect(try await state("CANCELLED by 1001") == .finished(.cancelled(by: .user)))
    #expect(try await state("CANCELLED by 0") == .finished(.cancelled(by: .administrator)))
  }

  @Test func `a program that never started is a failed launch by its record, in queue, accounting and arrays`()
    async throws
  {
    let record = { (id: String, launched: String) in
      Made.record(id, code: 127).replacing("whole=yes", with: "signal=0\nlaunched=\(launched)\nwhole=yes")
    }
    let host = Made.slurm(
      queue: .text(
        Made.queueRow("7", "FAILED", exit: "32512", nodes: "node1")
          + Made.queueRow("8", "FAILED", exit: "32512", nodes: "n")
          + Made.queueRow("9_1", "FAILED", number: "9", exit: "32512", nodes: "node1")
      ),
      accounting: .text(Made.accountingRow("10", "FAILED", exit: "127:0")),
      records: .text(record("7", "no") + record("8", "yes") + record("9_1", "no") + record("10", "no"))
    )
    let polled = try await Polled(["7", "8", "9", "10"], on: host)
    for id in ["7", "9", "10"] {
      #expect(polled.jobs[id]?.state == .finished(.launchFailed), "\(id)")
      #expect(polled.jobs[id]?.exitStatus == nil)
    }
    #expect(polled.jobs["7"]?.reason?.code == .launch)
    #expect(polled.jobs["8"]?.state == .finished(.failed))
    #expect(polled.jobs["8"]?.exitStatus == .code(127))
  }
}
