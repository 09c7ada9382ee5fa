import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import slurm_adapter

@Suite("A poll")
struct PollTests {
  @Test func `2,000 jobs that wait cost one squeue and nothing else`() async throws {
    let ids = (1...2000).map { "\($0)" }
    let host = Made.slurm(queue: .text(ids.map { Made.queueRow($0, "PENDING", reason: "Priority") }.joined()))
    let polled = try await Polled(ids, on: host)
    #expect(polled.jobs.count == 2000)
    #expect(polled.answer.complete)
    #expect(await host.commands.count == 1)
  }

  @Test func `ids beyond 100 KB are not passed; the user's listing is read`() {
    let ids = (1_000_000...1_020_000).map { "\($0)" }
    #expect(Squeue.arguments(Squeue.pollColumns, ids: ids).contains("--me"))
    #expect(Squeue.arguments(Squeue.pollColumns, ids: ["7"]).contains("--jobs=7"))
  }

  @Test func `what changes Slurm's output is taken out of the environment`() async throws {
    let host = Made.slurm(queue: .text(Made.queueRow("7", "RUNNING")))
    _ = try await Polled(["7"], on: host)
    let environment = try #require(await host.commands.first?.environment)
    #expect(environment["SLURM_TIME_FORMAT"] == "%s")
    #expect(environment["SLURM_BITSTR_LEN"] == "0")
    #expect(environment.keys.contains("SQUEUE_FORMAT") && environment["SQUEUE_FORMAT"] == .some(nil))
    #expect(!environment.keys.contains("SLURM_CONF") && !environment.keys.contains("SLURM_CLUSTERS"))
  }

  @Test(
    arguments: ["22.05.8/unknown-job/12-never-existed-squeue-O", "22.05.8/unknown-job/20-two-ids-both-unknown-squeue"]
  )
  func `an unknown job is gone only when queue, accounting and its own record were asked`(exchange: String) async throws
  {
    let host = Made.slurm(queue: try .recorded(exchange))
    let polled = try await Polled(["999999", "999998"], on: host)
    #expect(polled.jobs["999999"]?.state == .unknown(.gone))
    #expect(polled.answer.complete)
    #expect(Set(await host.commands.compactMap(\.argv.first)) == ["squeue", "sacct", "sh"])
  }

  @Test(
    arguments: ["22.05.8/controller-down/03-squeue", "26.05.3/controller-down/04-squeue"]
  )
  func `a controller that is down ends no job: the poll fails`(exchange: String) async throws {
    let host = Made.slurm(queue: try .recorded(exchange), accounting: .text(Made.accountingRow("161", "COMPLETED")))
    let error = await #expect(throws: LauncherError.self) { _ = try await Polled(["161"], on: host) }
    #expect(error?.code == .schedulerUnreachable)
    #expect(error?.category == .transient)
  }

  @Test func `a busy controller that answers with exit code 0 and no rows is not an empty queue`() async throws {
    let host = Made.slurm(
      queue: .text("", stderr: "slurm_load_jobs error: Socket timed out on send/recv operation\n")
    )
    let error = await #expect(throws: LauncherError.self) { _ = try await Polled(["7"], on: host) }
    #expect(error?.code == .schedulerTimedOut)
  }

  @Test(arguments: ["26.05.3/database-down/02-sacct"])
  func `accounting that is down leaves missing jobs as they were`(exchange: String) async throws {
    let host = Made.slurm(queue: .text(Made.queueRow("7", "RUNNING")), accounting: try .recorded(exchange))
    let polled = try await Polled(["7", "8"], on: host)
    #expect(polled.jobs["7"]?.state == .running)
    #expect(polled.jobs["8"] == nil)
    #expect(!polled.answer.complete)
    #expect(polled.answer.problem?.code == .accountingUnavailable)
  }

  @Test func `without accounting the job's own exit record reports its end, and says that it does`() async throws {
    let host = Made.slurm(
      queue: try .recorded("22.05.8/no-accounting/19-purged-squeue-O"),
      accounting: try .recorded("22.05.8/no-accounting/23-purged-sacct"),
      records: .text(Made.record("6", code: 3) + Made.record("8", code: 137))
    )
    let polled = try await Polled(["6", "8", "9"], on: host)
    #expect(polled.jobs["6"]?.state == .finished(.failed))
    #expect(polled.jobs["6"]?.exitStatus == .code(3))
    #expect(polled.jobs["6"]?.source == "exit record")
    #expect(polled.jobs["8"]?.exitStatus == .signal(.kill))
    #expect(polled.jobs["9"]?.state == .unknown(.gone))
    #expect(polled.answer.complete)
  }

  @Test func `a final row of accounting counts only when it is written in full`() async throws {
    let early = Made.accountingRow("7", "FAILED", exit: "0:0", partition: "")
    let host = Made.slurm(accounting: .text(early + Made.accountingRow("8", "COMPLETED")))
    let polled = try await Polled(["7", "8"], on: host)
    #expect(polled.jobs["7"]?.state == .finishing)
    #expect(polled.jobs["8"]?.state == .finished(.succeeded))
    #expect(polled.jobs["8"]?.source == "sacct")
  }

  @Test func `REQUEUED and PENDING in accounting end nothing`() async throws {
    let host = Made.slurm(accounting: .text(Made.accountingRow("7", "REQUEUED") + Made.accountingRow("8", "RUNNING")))
    let polled = try await Polled(["7", "8"], on: host)
    #expect(polled.jobs["7"]?.state == .finishing)
    #expect(polled.jobs["8"]?.state == .finishing)
  }

  @Test func `a task of an array that only its exit record reports keeps its index`() async throws {
    let polled = try await Polled(["5_3"], on: Made.slurm(records: .text(Made.record("5_3", code: 1))))
    #expect(polled.jobs["5_3"]?.source == "exit record")
    #expect(polled.jobs["5_3"]?.index == 3)
    #expect(polled.jobs["5_3"]?.exitStatus == .code(1))
  }

  @Test func `the exit record says 139 where accounting says 11`() async throws {
    let host = Made.slurm(
      accounting: .text(
        Made.accountingRow("7", "FAILED", exit: "11:0") + Made.accountingRow("8", "FAILED", exit: "3:0")
      ),
      records: .text(Made.record("7", code: 139) + Made.record("8", code: 3))
    )
    let polled = try await Polled(["7", "8"], on: host)
    #expect(polled.jobs["7"]?.exitStatus?.shellValue == 139)
    #expect(polled.jobs["8"]?.exitStatus == .code(3))
  }

  @Test func `who cancelled comes from accounting, at once`() async throws {
    let host = Made.slurm(
      queue: .text(Made.queueRow("7", "CANCELLED", exit: "15", nodes: "node1") + Made.queueRow("8", "CANCELLED")),
      accounting: .text(
        Made.accountingRow("7", "CANCELLED by 1001", partition: "") + Made.accountingRow("8", "CANCELLED by 0")
      )
    )
    let polled = try await Polled(["7", "8"], on: host)
    #expect(polled.jobs["7"]?.state == .finished(.cancelled(by: .user)))
    #expect(polled.jobs["7"]?.exitStatus == .signal(.terminate))
    #expect(polled.jobs["8"]?.state == .finished(.cancelled(by: .administrator)))
    #expect(polled.jobs["8"]?.startedAt == nil)
  }

  @Test func `an array is all its tasks: waiting together, running, finished, and those that left the queue`()
    async throws
  {
    let queue =
      Made.queueRow("47_[8-10%2]", "PENDING", reason: "JobArrayTaskLimit")
      + Made.queueRow("47_7", "RUNNING", number: "60", nodes: "node1")
      + Made.queueRow("47_6", "FAILED", number: "59", exit: "256", nodes: "node1")
    let accounting = (1...6).map { Made.accountingRow("47_\($0)", "COMPLETED", number: "\($0 + 50)") }.joined()
    let host = Made.slurm(queue: .text(queue), accounting: .text(accounting))
    let polled = try await Polled(["47", "47_9", "47_6", "47_99"], on: host)
    let array = try #require(polled.jobs["47"])
    #expect(array.state == .running)
    #expect(array.taskCounts == ["queued": 3, "running": 1, "finished": 6])
    #expect(array.tasks?.compactMap(\.index) == Array(1...10))
    #expect(array.tasks?[5].exitStatus == .code(1))
    #expect(polled.jobs["47_9"]?.state == .queued)
    #expect(polled.jobs["47_9"]?.index == 9)
    #expect(polled.jobs["47_6"]?.state == .finished(.failed))
    #expect(polled.jobs["47_99"]?.state == .unknown(.gone))
  }

  @Test func `an array that looks finished is not, while accounting cannot be asked for the rest of it`() async throws {
    let host = Made.slurm(
      queue: .text(Made.queueRow("47_6", "COMPLETED", number: "59", nodes: "node1")),
      accounting: try .recorded("26.05.3/database-down/02-sacct")
    )
    let polled = try await Polled(["47"], on: host)
    #expect(polled.jobs["47"] == nil)
    #expect(!polled.answer.complete)
  }

  @Test func `tasks cancelled while they waited together are as many cancelled tasks`() async throws {
    let host = Made.slurm(queue: .text(Made.queueRow("56_[0,7,100%1]", "CANCELLED", reason: "BeginTime")))
    let polled = try await Polled(["56"], on: host)
    #expect(polled.jobs["56"]?.taskCounts == ["finished": 3])
    #expect(polled.jobs["56"]?.state == .finished(.cancelled(by: .unknown)))
  }

  @Test func `a heterogeneous job is one job`() async throws {
    let queue =
      Made.queueRow("3+0", "RUNNING", nodes: "node1") + Made.queueRow("3+1", "RUNNING", number: "4", nodes: "node2")
    let host = Made.slurm(queue: .text(queue))
    let polled = try await Polled(["3", "3+1"], on: host)
    #expect(polled.jobs["3"]?.state == .running)
    #expect(polled.jobs["3"]?.nodes == ["node1", "node2"])
    #expect(polled.jobs["3"]?.tasks == nil)
    #expect(polled.jobs["3+1"]?.nodes == ["node2"])
  }

  @Test func `a number that came back belongs to another job; a requeued job is still the same`() async throws {
    let before = Date(timeIntervalSince1970: 1_795_000_000)
    let rows = Made.queueRow("7", "RUNNING") + Made.queueRow("8", "PENDING", restarts: "1", reason: "BeginTime")
    let polled = try await Polled(
      references: [JobReference(id: "7", submittedAt: before), JobReference(id: "8", submittedAt: before)],
      on: Made.slurm(queue: .text(rows))
    )
    #expect(polled.jobs["7"]?.state == .unknown(.gone))
    #expect(polled.jobs["8"]?.attempt == 2)
  }

  @Test func `one odd row costs its own job a state and no other anything; a row without an id costs completeness`()
    async throws
  {
    let rows = "7\u{1F}7\u{1F}RUNN\n" + Made.queueRow("8", "RUNNING")
    let polled = try await Polled(["7", "8"], on: Made.slurm(queue: .text(rows)))
    #expect(polled.jobs["7"]?.state == .unknown(.unreadable))
    #expect(polled.jobs["8"]?.state == .running)
    #expect(polled.unreadable.count == 1)
    #expect(polled.answer.complete)
    let noise = try await Polled(
      ["8"],
      on: Made.slurm(queue: .text("welcome to the cluster\n" + Made.queueRow("8", "RUNNING")))
    )
    #expect(noise.jobs["8"]?.state == .running)
    #expect(noise.answer.complete, "text without a delimiter is no row")
    let nameless = Made.slurm(queue: .text("x7\u{1F}7\u{1F}RUNN\n" + Made.queueRow("8", "RUNNING")))
    let damaged = try await Polled(["8"], on: nameless)
    #expect(damaged.jobs["8"]?.state == .running)
    #expect(!damaged.answer.complete)
  }

  @Test func `cut output is not complete`() async throws {
    let rows = Made.queueRow("7", "RUNNING") + Made.queueRow("8", "RUNNING").dropLast(9)
    let polled = try await Polled(["7", "8"], on: Made.slurm(queue: .text(rows)))
    #expect(polled.jobs["7"]?.state == .running)
    #expect(polled.answer.problem?.code == .truncatedOutput)
  }

  @Test func `jobs of another cluster are asked for by its name, those of the local one are not`() async throws {
    let host = Made.slurm(queue: .text(Made.queueRow("7", "RUNNING")))
    _ = try await Polled(
      references: [JobReference(id: "7", server: "lk"), JobReference(id: "88", server: "far")],
      on: host
    )
    let queries = await host.commands.filter { $0.argv.first == "squeue" }
    #expect(queries.count == 2)
    #expect(queries.filter { $0.argv.contains("--clusters=far") }.map { $0.argv.contains("--jobs=88") } == [true])
  }

  @Test func `an id that is not one of Slurm's never reaches a command`() async throws {
    let host = Made.slurm(queue: .text(Made.queueRow("7", "RUNNING")))
    let polled = try await Polled(["7", "12.server"], on: host)
    #expect(polled.jobs["12.server"]?.state == .unknown(.gone))
    #expect(await host.commands.allSatisfy { !$0.argv.joined().contains("server") })
  }
}

@Suite("The exit record")
struct ExitRecordTests {
  private func outcome(code: Int, asked: String, walltime: String = "", seconds: Int = 10) -> JobOutcome? {
    let text =
      "record=lk/7\ntoken=t\ncode=\(code)\nrestarts=1\nstarted=1000\nended=\(1000 + seconds)\nasked=\(asked)\n"
      + "walltime=\(walltime)\nhost=node1\nname=a=b\ndirectory=/d\nwhole=yes\n"
    return ExitRecord.parse(text).first?.status(id: "7").state.outcome
  }

  @Test func `a job that the scheduler asked to end was removed, or its time was up; any other signal is its own`() {
    #expect(outcome(code: 0, asked: "no") == .succeeded)
    #expect(outcome(code: 3, asked: "no") == .failed)
    #expect(outcome(code: 143, asked: "no") == .failed)
    #expect(outcome(code: 143, asked: "yes") == .cancelled(by: .unknown))
    #expect(outcome(code: 143, asked: "yes", walltime: "60", seconds: 30) == .cancelled(by: .unknown))
    #expect(outcome(code: 143, asked: "yes", walltime: "60", seconds: 85) == .walltimeExceeded)
  }

  @Test func `a number of restarts that no job can have says nothing of the attempt`() {
    func attempt(_ restarts: String) -> Int? {
      ExitRecord.parse("record=lk/7\ncode=0\nrestarts=\(restarts)\nwhole=yes\n").first?.status(id: "7").attempt
    }
    #expect(attempt("2") == 3)
    for restarts in ["\(Int.max)", "-1", "", "two"] { #expect(attempt(restarts) == nil, "\(restarts)") }
  }

  @Test func `a record that is not whole does not count`() {
    #expect(ExitRecord.parse("record=lk/7\ntoken=t\ncode=0\n").isEmpty)
    #expect(ExitRecord.parse("").isEmpty)
    #expect(ExitRecord.parse(Made.record("47_3", code: 0)).first?.id == "47_3")
  }
}
