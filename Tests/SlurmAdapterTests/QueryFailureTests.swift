import AdapterKit
import AdapterTestSupport
import Testing

@testable import slurm_adapter

@Suite("Queries that fail for a while")
struct QueryFailureTests {
  static let passing = [
    "squeue: error: Invalid user for SlurmUser slurm, ignored\nsqueue: fatal: Unable to process configuration file\n",
    "squeue: fatal: Unable to process configuration file\n", "squeue: error: Invalid user: ?\n",
    "slurm_load_jobs error: Slurm backup controller in standby mode\n",
    "slurm_load_jobs error: Controller is in standby mode, try a different controller\n",
    "slurm_load_jobs error: Unexpected message received\n", "slurm_load_jobs error: Protocol authentication error\n",
    "squeue: error: Munge encode failed: Failed to access \"/run/munge/munge.socket.2\": No such file or directory\n",
    "slurm_load_jobs error: Zero Bytes were transmitted or received\n",
    "slurm_load_jobs error: Unable to contact slurm controller (connect failure)\n",
    "squeue: error: Rate limit exceeded, please retry momentarily\n",
    "slurm_load_jobs error: Message receive failure\n",
  ]

  @Test(arguments: passing) func `what passes by itself is transient and says nothing of a job`(words: String) async {
    for exit in [1, 0] as [Int32] {
      let host = Made.slurm(queue: .text("", stderr: words, exit: exit))
      let error = await #expect(throws: LauncherError.self) { _ = try await Polled(["41"], on: host) }
      #expect(error?.category == .transient, "\(words)")
    }
    let queues = ScriptedHost { _ in .text("", stderr: words, exit: 1) }
    let error = await #expect(throws: LauncherError.self) { _ = try await SlurmAdapter().queues(on: queues) }
    #expect(error?.category == .transient)
  }

  @Test func `words that are not known say nothing about a job, and not for good`() async {
    let host = Made.slurm(queue: .text("", stderr: "squeue: error: something new\n", exit: 1))
    let error = await #expect(throws: LauncherError.self) { _ = try await Polled(["41"], on: host) }
    #expect(error?.code == .unrecognisedFailure)
    #expect(error?.category == .uncertain)
    let silent = Made.slurm(queue: .text("the filter is down\n", exit: 1))
    let other = await #expect(throws: LauncherError.self) { _ = try await Polled(["41"], on: silent) }
    #expect(other?.message.hasSuffix("the filter is down") == true)
  }

  @Test func `a suspension that is not understood is an unknown job only where the queue has none`() async throws {
    func code(queue: ScriptedHost.Answer) async -> LauncherError.Code? {
      let words = "Unexpected message received for job 7\n"
      let host = ScriptedHost { command in
        switch command.argv.first {
        case "scontrol": .text("", stderr: words, exit: 1)
        case "squeue": queue
        default: .text("")
        }
      }
      do {
        return try await SlurmAdapter().suspend(ActionRequest(jobs: [JobReference(id: "7")]), on: host)
          .results.first?.error?.code
      } catch { return (error as? LauncherError)?.code }
    }
    #expect(await code(queue: .text("")) == .unknownJob)
    #expect(await code(queue: .text(Made.queueRow("7", "RUNNING"))) == .schedulerUnreachable)
    #expect(await code(queue: .text("", stderr: Self.passing[5], exit: 1)) == .schedulerUnreachable)
  }

  @Test func `two jobs with one token are an error, and one with more in its comment does not count`() async throws {
    func row(_ id: String, _ comment: String) -> String {
      "\(id)\u{1F}\(id)\u{1F}PENDING\u{1F}1795220000\u{1F}lk\u{1F}\(comment)\u{1F}\n"
    }
    let request = FindRequest(token: "tok")
    let twice = Made.slurm(queue: .text(row("3484", "launcher:tok") + row("3569", "launcher:tok")))
    let error = await #expect(throws: LauncherError.self) { _ = try await SlurmAdapter().find(request, on: twice) }
    #expect(error?.code == .uncertainSubmission)
    #expect(error?.message.contains("3484, 3569") == true)
    let others = row("1", "launcher:token") + row("2", "launcher:tok more") + row("3", "xlauncher:tok")
    #expect(try await SlurmAdapter().find(request, on: Made.slurm(queue: .text(others))).jobs.isEmpty)
    let array = Made.slurm(
      queue: .text(
        row("9_1", "launcher:tok").replacing("9_1\u{1F}9_1", with: "9_1\u{1F}10") + row("9_[2-3]", "launcher:tok")
      )
    )
    #expect(try await SlurmAdapter().find(request, on: array).jobs.map(\.id) == ["9"])
    let ledgers = Made.slurm(
      accounting: .text("4\u{1F}1795220000\u{1F}lk\u{1F}launcher:tok\n5\u{1F}1795220000\u{1F}lk\u{1F}launcher:tok\n")
    )
    await #expect(throws: LauncherError.self) { _ = try await SlurmAdapter().find(request, on: ledgers) }
    let records = Made.slurm(
      records: .text(Made.record("4", code: 0, token: "tok") + Made.record("5", code: 0, token: "tok"))
    )
    await #expect(throws: LauncherError.self) { _ = try await SlurmAdapter().find(request, on: records) }
  }

  @Test func `a running job is not held but suspended`() async throws {
    func codes(_ rows: String, _ ids: String...) async throws -> [LauncherError.Code?] {
      let host = ScriptedHost { $0.argv.first == "squeue" ? .text(rows) : .text("") }
      return try await SlurmAdapter().hold(ActionRequest(jobs: ids.map { JobReference(id: $0) }), on: host)
        .results.sorted { $0.id < $1.id }.map(\.error?.code)
    }
    func row(_ id: String, _ state: String, number: String) -> String { "\(id)\u{1F}\(number)\u{1F}\(state)\u{1F}\n" }
    let running = row("7", "RUNNING", number: "7")
    #expect(try await codes(running + row("8", "PENDING", number: "8"), "7", "8") == [.wrongState, nil])
    #expect(try await codes(row("7", "SUSPENDED", number: "7"), "7") == [.wrongState])
    let task = row("9_1", "RUNNING", number: "10")
    let waiting = row("9_[2-3]", "PENDING", number: "9")
    #expect(try await codes(task + waiting, "9", "9_1", "9_2") == [nil, .wrongState, nil])
    #expect(try await codes(task, "9", "10") == [.wrongState, .wrongState])
    #expect(try await codes(row("7", "COMPLETED", number: "7"), "7") == [nil])
  }
}
