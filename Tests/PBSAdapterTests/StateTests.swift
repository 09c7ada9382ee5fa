import AdapterKit
import Foundation
import Testing

@testable import pbs_adapter

@Suite("States of OpenPBS")
struct StateTests {
  /// Each row: a recorded answer of OpenPBS 23.06.06, the job in it, and what it means.
  static let rows: [(exchange: String, id: String, state: JobState)] = [
    ("lack-of-resources/03-right-after-json", "317.pbs01", .queued),
    ("held/05-held-qstat-f-json", "119.pbs01", .held),
    ("depend/06-child-waiting-qstat-f-json", "124.pbs01", .held),
    ("begin-later/05-waiting-qstat-f-json", "160.pbs01", .held),
    ("depend/11-parent-json", "123.pbs01", .starting),  // substate 41
    ("complete-0/05-running-qstat-f-json", "1.pbs01", .running),  // substate 42
    ("deleted/03-just-after-qstat-f-json", "113.pbs01", .running),  // “terminated by”, and still R
    ("suspended/06-suspended-qstat-f-json", "156.pbs01", .suspended),
    ("suspended/18-preempted-json", "158.pbs01", .suspended),
    ("exiting/05-exiting-qstat-f-json", "434.pbs01", .finishing),
    ("array/37-middle-qstat-f-json", "149[].pbs01", .running),  // B, with a stale Exit_status
    ("array/13-early-qstat-t-f-json", "149[3].pbs01", .finished(.failed)),  // X
    ("array/13-early-qstat-t-f-json", "149[5].pbs01", .queued),  // with a stale Exit_status
    ("complete-0/25-finished-qstat-x-f-json", "1.pbs01", .finished(.succeeded)),
    ("fails-with-3/08-finished-qstat-x-f-json", "2.pbs01", .finished(.failed)),
    ("limit-exceeded/11-walltime-qstat-x-f-json", "108.pbs01", .finished(.walltimeExceeded)),
    ("limit-exceeded/15-walltime-graceful-json", "110.pbs01", .finished(.walltimeExceeded)),
    ("limit-exceeded/22-mem-json", "112.pbs01", .finished(.memoryExceeded)),
    ("limit-exceeded/18-cput-json", "111.pbs01", .finished(.failed)),
    ("deleted/10-running-deleted-qstat-x-f-json", "113.pbs01", .finished(.cancelled(by: .user))),
    ("deleted/23-trapping-deleted-json", "114.pbs01", .finished(.cancelled(by: .user))),
    ("deleted/26-forced-json", "115.pbs01", .finished(.cancelled(by: .user))),
    ("deleted/44-queued-deleted-qstat-x-f-json", "116.pbs01", .finished(.cancelled(by: .unknown))),
    ("deleted/48-held-deleted-json", "117.pbs01", .finished(.cancelled(by: .unknown))),
    ("depend/32-doomed-qstat-x-f-json", "126.pbs01", .finished(.dependencyFailed)),
    ("array/80-finished-qstat-t-x-f-json", "149[7].pbs01", .finished(.cancelled(by: .user))),
    ("array/80-finished-qstat-t-x-f-json", "149[9].pbs01", .finished(.cancelled(by: .unknown))),  // while it waited
    ("array/155-dep-parent-json", "152[].pbs01", .finished(.failed)),  // 93 and Exit_status 0
  ]

  @Test(arguments: rows.indices)
  func `each recorded state means what the review says`(index: Int) throws {
    let row = Self.rows[index]
    #expect(try Fixture.status(row.exchange, row.id).state == row.state, "\(row.exchange) \(row.id)")
  }

  @Test func `one and the same qdel ends with 143, 271, 265 or no number, and is a cancellation each time`() throws {
    #expect(try Fixture.status("deleted/10-running-deleted-qstat-x-f-json").exitStatus == .code(143))
    #expect(try Fixture.status("deleted/23-trapping-deleted-json").exitStatus == .signal(.terminate))
    #expect(try Fixture.status("deleted/26-forced-json").exitStatus == .signal(.kill))
    #expect(try Fixture.status("deleted/44-queued-deleted-qstat-x-f-json").exitStatus == nil)
  }

  @Test func `143 without a deletion is a failure of the job's own`() throws {
    let status = try Fixture.status("killed-by-signal/08-shell-TERM-json")
    #expect(status.state == .finished(.failed))
    #expect(status.exitStatus == .code(143))
  }

  @Test(
    arguments: [("killed-by-signal/24-exec-KILL-json", 9), ("killed-by-signal/27-qsig-usr1-json", 10)]
  )
  func `256 and a number is the signal that ended the job's shell`(exchange: String, number: Int32) throws {
    let status = try Fixture.status(exchange)
    #expect(status.state == .finished(.failed))
    #expect(status.exitStatus == UnixSignal(number: number).map { .signal($0) })
  }

  @Test func `an exit status counts in a final state alone`() throws {
    let array = try Fixture.job("array/37-middle-qstat-f-json")
    #expect(array[.exitStatus] != nil)
    #expect(array.status(.pro, source: "qstat").exitStatus == nil)
  }

  @Test func `where and when a job began is not a reason for anything; that it is being deleted is reported`() throws {
    let running = try Fixture.status("complete-0/08-running-qstat-x-f-json")
    #expect(running.state == .running && running.reason == nil)
    #expect(running.native.reason?.hasPrefix("Job run at ") == true)
    let waiting = try Fixture.status("array/19-early-sub-json", "149[10].pbs01")
    #expect(waiting.state == .queued && waiting.reason == nil)
    let dying = try Fixture.status("deleted/20-trapping-while-dying-qstat-x-f-json")
    #expect(dying.state == .running && dying.reason?.text.hasSuffix("terminated by hpcuser@pbs01") == true)
  }

  @Test func `a state that is not known ends nothing, and keeps its letter`() {
    var record = PBSRecord(id: "7.pbs01")
    record[.jobState] = "Z"
    record[.exitStatus] = "0"
    let status = record.status(.pro, source: "qstat")
    #expect(status.state == .unknown(.unrecognised))
    #expect(status.native.state == "Z")
  }

  @Test func `a job that moved lives on elsewhere, and says where`() {
    // Constructed from qstat(1B): M, and the queue with its server.
    var record = PBSRecord(id: "7.pbs01")
    record[.jobState] = "M"
    record[.queue] = "workq@pbs02"
    let status = record.status(.pro, source: "qstat")
    #expect(status.state == .finished(.movedElsewhere))
    #expect(status.reason?.text.contains("workq@pbs02") == true)
  }

  @Test(
    arguments: [
      (-11, JobOutcome.unknown, JobOutcome.walltimeExceeded), (-10, .launchFailed, .memoryExceeded),
      (-29, .walltimeExceeded, .unknown), (-27, .memoryExceeded, .unknown), (-20, .nodeFailure, .unknown),
      (-1, .launchFailed, .launchFailed), (-2, .launchFailed, .launchFailed), (-4, .nodeFailure, .nodeFailure),
    ]
  )
  func `negative numbers mean another thing to each family`(number: Int, pro: JobOutcome, torque: JobOutcome) {
    // From job.h of OpenPBS 23.06 and pbs_job.h of Torque 6.1.
    var record = PBSRecord(id: "7.pbs01")
    record[.exitStatus] = "\(number)"
    record[.execHost] = "node01/0"
    record[.jobState] = "F"
    #expect(record.status(.pro, source: "qstat").state == .finished(pro))
    record[.jobState] = "C"
    #expect(record.status(.torque, source: "qstat").state == .finished(torque))
  }

  @Test func `counts of an array's jobs that no array can have are none`() {
    #expect(ArrayStatus.counts("Queued:5 Running:3") == ["queued": 5, "running": 3])
    #expect(ArrayStatus.counts("Queued:\(Int.max) Queued:\(Int.max) Running:3") == ["running": 3])
  }

  @Test func `a job that waits again after runs counts its attempts`() throws {
    var record = PBSRecord(id: "7.pbs01")
    record[.jobState] = "Q"
    record[.runCount] = "2"
    #expect(record.status(.pro, source: "qstat").attempt == 3)
    record[.runCount] = "\(Int.max)"
    #expect(record.status(.pro, source: "qstat").attempt == nil)
    #expect(try Fixture.status("complete-0/25-finished-qstat-x-f-json").attempt == 1)
  }

  @Test(
    arguments: [
      ("lack-of-resources/16-never-qstat-f-json", JobReason.Code.impossibleRequest, false),
      ("lack-of-resources/22-never-mem-json", .impossibleRequest, false),
      ("lack-of-resources/24-nohost-json", .impossibleRequest, false),
      ("lack-of-resources/03-right-after-json", .resources, nil),
      ("deleted/32-queued-qstat-f-json", .queueUnavailable, nil),
      ("held/05-held-qstat-f-json", .heldByUser, nil),
      ("depend/06-child-waiting-qstat-f-json", .dependency, nil),
      ("begin-later/05-waiting-qstat-f-json", .beginTime, nil),
    ] as [(String, JobReason.Code, Bool?)]
  )
  func `why a job waits`(exchange: String, code: JobReason.Code, canEverRun: Bool?) throws {
    let reason = try #require(try Fixture.status(exchange).reason)
    #expect(reason.code == code)
    #expect(reason.canEverRun == canEverRun)
  }

  @Test func `Facts of a finished job: times, nodes, paths, usage, owner`() throws {
    let status = try Fixture.status("complete-0/25-finished-qstat-x-f-json")
    #expect(status.name == "ok")
    #expect(status.user == "hpcuser")
    #expect(status.queue == "workq")
    #expect(status.server == "pbs01")
    #expect(status.nodes == ["node01"])
    #expect(status.submittedAt == RFC3339.date(from: "2026-11-21T00:41:20Z"))
    #expect(status.endedAt == RFC3339.date(from: "2026-11-21T00:41:27Z"))
    #expect(status.directory == "/home/hpcuser/run")
    #expect(status.standardOutput == "/home/hpcuser/run/ok.o1")
    #expect(status.standardError == status.standardOutput)
    #expect(status.usage?.walltime == .seconds(6))
  }

  @Test func `output that could not be delivered is reported, however well the job ended`() throws {
    let status = try Fixture.status("output-path/08-missing-dir-qstat-x-f-json")
    #expect(status.state == .finished(.succeeded))
    #expect(status.reason?.text == "its output could not be delivered")
  }

  @Test func `nodes are named once each, in both families' spellings`() {
    #expect(PBSRecord.hosts("node01/0*3+node02/0*3+node01/1") == ["node01", "node02"])
    #expect(PBSRecord.hosts("node03/0-3+node02/0-3") == ["node03", "node02"])
    #expect(PBSRecord.hosts(nil).isEmpty)
  }
}
