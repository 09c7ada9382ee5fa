import AdapterKit
import AdapterTestSupport
import Testing

@testable import slurm_adapter

@Suite("sacct")
struct AccountingTests {
  @Test(arguments: ["22.05.8"])
  func `a row that is not written in full is known by its empty partition`(version: String) throws {
    let early = try #require(
      try Fixture.accounting("\(version)/job-cancelled/08-running-cancelled-at-once-sacct")["11"]
    )
    #expect(!early.isWhole)
    let late = try #require(try Fixture.accounting("\(version)/job-cancelled/40-running-cancelled-later-sacct")["11"])
    #expect(late.isWhole)
    guard case .cancelled? = late.end else {
      Issue.record("not cancelled")
      return
    }
    let pending = try Fixture.accounting("\(version)/job-cancelled/37-pending-cancelled-later-sacct")["12"]
    #expect(pending?.isWhole == true)
    #expect(pending?.status.startedAt == nil)
  }

  @Test func `exit codes, signals, launch failures and out of memory`() throws {
    let kill = try #require(try Fixture.accounting("22.05.8/job-signalled/14-kill9-ended-later-sacct")["7"])
    #expect(kill.status.exitStatus == .signal(.kill))
    #expect(kill.status.state == .finished(.failed))
    let launch = try #require(try Fixture.accounting("22.05.8/job-launch-failure/09-noout-sacct")["125"])
    #expect(launch.status.state == .finished(.launchFailed))
    #expect(launch.status.exitStatus == nil)
    let memory = try #require(
      try Fixture.accounting("22.05.8/job-out-of-memory/25-cgroup-ended-later-sacct").values.first
    )
    #expect(memory.status.state == .finished(.memoryExceeded))
    #expect(memory.status.exitStatus == nil)
    let time = try #require(try Fixture.accounting("22.05.8/job-timeout/14-ended-later-sacct")["45"])
    #expect(time.status.state == .finished(.walltimeExceeded))
    #expect(time.status.usage?.peakMemory == ByteCount(3300 << 10))
    #expect(time.status.usage?.walltime == .seconds(85))
    let node = try #require(try Fixture.accounting("22.05.8/job-node-failure/33-no-requeue-later-sacct")["158"])
    #expect(node.status.state == .finished(.nodeFailure))
    let child = try #require(try Fixture.accounting("22.05.8/job-dependency/32-killed-sacct")["23"])
    #expect(child.status.state == .finished(.dependencyFailed))
  }

  @Test func `text with the delimiter in a name or a comment costs no other row anything`() throws {
    let rows = try Fixture.accounting("22.05.8/awkward-text/29-sacct-delimiter-unit-separator", delimiter: 0x1F)
    #expect(rows.count == 17)
    #expect(rows["64"]?.status.name == "a|b|c")
    #expect(rows["72"]?.status.name == "line1\nline2")
    #expect(rows.values.allSatisfy { $0.end == nil })
  }

  @Test func `the owner, an administrator or nobody known cancelled it`() throws {
    func state(_ word: String) throws -> JobState? {
      var reader = SacctReader()
      try reader.read(path: try temporaryFile(Array(Made.accountingRow("7", word).utf8)))
      return reader.rows.values.first?.status.state
    }
    #expect(try state("CANCELLED by 1001") == .finished(.cancelled(by: .user)))
    #expect(try state("CANCELLED by 0") == .finished(.cancelled(by: .administrator)))
    #expect(try state("CANCELLED by 1002") == .finished(.cancelled(by: .administrator)))
    #expect(try state("CANCELLED") == .finished(.cancelled(by: .unknown)))
  }

  @Test func `of a requeued job the last attempt counts`() throws {
    let rows = try Fixture.accounting("23.11.11/job-requeue/76-ended-sacct-duplicates")
    #expect(rows["7"]?.status.state == .finished(.succeeded))
    #expect(rows["7"]?.status.attempt == 2)
    let waiting = try Fixture.accounting("23.11.11/job-requeue/27-requeued-sacct-duplicates")
    #expect(waiting["7"]?.end == nil)
  }

  @Test func `Sizes in steps of 1024`() {
    func bytes(_ text: String) -> Int64? { Array(text.utf8).withUnsafeBytes { SacctReader.bytes($0) } }
    #expect(bytes("4744K") == 4_857_856)
    #expect(bytes("5M") == 5_242_880)
    #expect(bytes("4857856") == 4_857_856)
    #expect(bytes("") == nil)
    #expect(bytes("999999P") == nil)
    #expect(bytes("16?") == nil)
  }
}
