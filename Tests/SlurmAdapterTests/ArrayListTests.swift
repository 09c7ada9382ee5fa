import AdapterKit
import AdapterTestSupport
import Testing

@testable import slurm_adapter

@Suite("Lists of array tasks")
struct ArrayListTests {
  private func tasks(_ text: String) throws -> TaskList {
    guard case .tasks(_, let list)? = SlurmID(text) else {
      throw LauncherError(.unreadableOutput, "‘\(text)’ is no list of tasks")
    }
    return list
  }

  /// The first column of a recorded answer's first line.
  private func first(_ exchange: String) throws -> String {
    String(try Fixture.text("22.05.8/array-long-list/\(exchange)").split(separator: "|")[0])
  }

  @Test func `squeue cuts a list at 64 characters without a mark, sacct with one, and both are known as cut`() throws {
    let queue = try first("02-squeue")
    #expect(queue.last != "]")
    #expect(try tasks(queue).isCut)
    let accounting = try first("09-sacct")
    #expect(accounting.hasSuffix("...%3]"))
    #expect(try tasks(accounting).isCut)
    #expect(try tasks(accounting).contains(46))
  }

  @Test func `a cut list inside a number does not make a task of the rest of it`() throws {
    #expect(try tasks("154_[1,4,6,10-11,15").isCut)
    #expect(try tasks("154_[1,4,6,10-").isCut)
    #expect(try tasks("154_[1,4,...%3]").indices == [1, 4])
  }

  @Test func `with SLURM_BITSTR_LEN=0 the list is whole, and names what squeue -r names`() throws {
    let list = try tasks(try first("04-squeue-SLURM_BITSTR_LEN-0"))
    #expect(!list.isCut)
    let single = try Fixture.text("22.05.8/array-long-list/03-squeue-r").split(separator: "\n")
    #expect(single.count > 100)
    #expect(list.indices.map { "154_\($0)" } == single.map { String($0.split(separator: "|")[0]) })
    #expect(SlurmEnvironment.forQueries["SLURM_BITSTR_LEN"] == .some("0"))
  }

  @Test func `an array whose list is cut is not finished, however its known tasks ended`() async throws {
    let cut = Made.queueRow("154_[1,4,6,...]", "CANCELLED")
    let polled = try await Polled(["154"], on: Made.slurm(queue: .text(cut)))
    #expect(polled.jobs["154"]?.state.isFinished == false)
    #expect(polled.jobs["154"]?.taskCounts == nil)
    let waiting = Made.queueRow("154_[1,4,6,...%3]", "PENDING", reason: "JobHeldUser")
    let held = try await Polled(["154"], on: Made.slurm(queue: .text(waiting)))
    #expect(held.jobs["154"]?.state == .held)
  }

  @Test(arguments: [("22.05.8", "27", 47), ("23.11.11", "38", 0), ("26.05.3", "38", 7)])
  func `the task that waited last has the array's own number, and is that task`(
    version: String,
    exchange: String,
    array: Int
  ) throws {
    let rows = try Fixture.queue("\(version)/job-array/\(exchange)-ended-at-once-squeue-O")
    let own = try #require(rows.first { $0.number == $0.id.number })
    #expect(own.id == .task(array: own.number, index: 10))
    if array != 0 { #expect(own.number == array) }
  }

  @Test func `an array has the words that all its tasks share, and no word of one task`() async throws {
    func array(_ exchange: String) async throws -> JobStatus? {
      let queue = try ScriptedHost.Answer.recorded("22.05.8/story-array/\(exchange)")
      return try await Polled(["1"], on: Made.slurm(queue: queue)).jobs["1"]
    }
    let waiting = try await array("03-squeue")
    #expect(waiting?.native == JobStatus.NativeWords(state: "PENDING"))
    let begun = try await array("06-squeue")
    #expect(begun?.state == .running)
    #expect(begun?.native == JobStatus.NativeWords())
    let ended = try await array("09-squeue")
    #expect(ended?.state == .finished(.failed))
    #expect(ended?.native == JobStatus.NativeWords())
    #expect(ended?.tasks?.first?.native == JobStatus.NativeWords(state: "FAILED", reason: "NonZeroExitCode"))
  }

  @Test func `a task writes under the array's number and its own, as sbatch names it`() async throws {
    let queue = try ScriptedHost.Answer.recorded("22.05.8/story-array/06-squeue")
    let polled = try await Polled(["1"], on: Made.slurm(queue: queue))
    let tasks = try #require(polled.jobs["1"]?.tasks)
    let folder = try #require(polled.jobs["1"]?.directory)
    // squeue shows slurm-4.out: the task's own number, and what a job 4 would write.
    #expect(tasks[2].standardOutput == "\(folder)/slurm-1_3.out")
    #expect(tasks[2].standardError == "\(folder)/slurm-1_3.out")
    #expect(tasks[8].standardOutput == nil, "it waits with others")
  }

  @Test func `an array is not its last task, whose number it has`() async throws {
    let rows =
      Made.queueRow("47_10", "COMPLETED", number: "47", nodes: "node1")
      + Made.queueRow("47_9", "RUNNING", number: "56", nodes: "node1")
    let polled = try await Polled(["47", "47_10", "56"], on: Made.slurm(queue: .text(rows)))
    #expect(polled.jobs["47"]?.state == .running)
    #expect(polled.jobs["47"]?.tasks?.count == 2)
    #expect(polled.jobs["47_10"]?.state == .finished(.succeeded))
  }

  @Test func `a task cancelled while it waited with others leaves no trace, and cancelling it is a success`()
    async throws
  {
    #expect(try Fixture.exitCode("22.05.8/job-array/12-cancel-task-9") == 0)
    let rows = try Fixture.queue("22.05.8/job-array/15-running-squeue-O")
    for row in rows {
      #expect(row.id != .task(array: 47, index: 9))
      if case .tasks(_, let list) = row.id { #expect(!list.contains(9)) }
    }
    #expect(try Fixture.accounting("22.05.8/job-array/34-ended-later-sacct")["47_9"] == nil)
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "scancel": try .recorded("22.05.8/job-array/12-cancel-task-9")
      case "squeue": .text(Made.queueRow("47_[3-8,10%2]", "PENDING", reason: "JobArrayTaskLimit"))
      default: .text("")
      }
    }
    let answer = try await SlurmAdapter().cancel(ActionRequest(jobs: [JobReference(id: "47_9")]), on: host)
    #expect(answer.results.map(\.error?.code) == [nil])
    let polled = try await Polled(["47", "47_9"], on: host)
    #expect(polled.jobs["47_9"]?.state == .unknown(.gone))
    #expect(polled.jobs["47"]?.tasks?.compactMap(\.index) == [3, 4, 5, 6, 7, 8, 10])
  }

  @Test func `squeue says nothing about a task that never was, and scancel -v does`() async throws {
    #expect(try Fixture.text("22.05.8/job-array/39-task-99-squeue").isEmpty)
    #expect(try Fixture.exitCode("22.05.8/job-array/39-task-99-squeue") == 0)
    let host = ScriptedHost { command in
      command.argv.first == "scancel" ? try .recorded("22.05.8/job-array/41-task-99-scancel-v") : .text("")
    }
    let answer = try await SlurmAdapter().cancel(ActionRequest(jobs: [JobReference(id: "47_99")]), on: host)
    #expect(answer.results.map(\.error?.code) == [.unknownJob])
  }

  @Test func `what is left of a condensed row after a range of it was cancelled is what waits`() throws {
    let text = try Fixture.text("22.05.8/job-array/47-odd-after-cancel-squeue")
    #expect(try tasks(String(text.split(separator: "|")[0])).indices == [0, 7, 100])
    let all = try Fixture.text("22.05.8/job-array/49-after-cancel-all-squeue").split(separator: "|")
    #expect(try tasks(String(all[0])).indices == [0, 7, 100])
    #expect(all[3] == "CANCELLED")
  }
}
