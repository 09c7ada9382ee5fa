import AdapterKit
import AdapterTestSupport
import Testing

@testable import slurm_adapter

@Suite("Ids that Slurm cannot have")
struct JobIDTests {
  static let impossible = [
    "0", "00", "041", "0_1", "0+1", "0_[1-3]", "4294967294", "4294967295", "4294967296", "4294967509", "47_4294967299",
    "47+4294967296", "-1", "47_-1",
  ]

  @Test(arguments: impossible)
  func `such an id is refused for that job alone, and nothing is asked about it`(id: String) async throws {
    let adapter = SlurmAdapter()
    let host = Made.slurm()
    let request = ActionRequest(jobs: [JobReference(id: id, server: "lk")])
    let answers = [
      try await adapter.cancel(request, on: host), try await adapter.hold(request, on: host),
      try await adapter.release(request, on: host), try await adapter.suspend(request, on: host),
      try await adapter.resume(request, on: host),
    ]
    for answer in answers { #expect(answer.results.map(\.error?.code) == [.malformedID]) }
    let polled = try await Polled(references: [JobReference(id: id, server: "lk")], on: host)
    #expect(polled.jobs[id]?.state == .unknown(.gone))
    #expect(polled.jobs[id]?.reason?.text.contains("is not an id of Slurm's") == true)
    #expect(await host.commands.isEmpty)
    var spec = JobSpec(command: ["true"])
    spec.dependencies = [JobDependency(.afterok, id)]
    let refused = await refusal(of: spec, on: host)
    #expect(refused?.code == .invalidValue)
    #expect(refused?.message.hasPrefix("dependencies: ") == true)
    #expect(await host.commands.isEmpty)
  }

  @Test func `the greatest ids that Slurm can have are asked about`() async throws {
    let polled = try await Polled(
      ["4294967293", "1_0"],
      on: Made.slurm(
        queue: .text(Made.queueRow("4294967293", "RUNNING") + Made.queueRow("1_0", "RUNNING", number: "2"))
      )
    )
    #expect(polled.jobs.values.allSatisfy { $0.state == .running })
  }

  @Test func `an impossible id beside a running job costs that job nothing`() async throws {
    let host = ScriptedHost { command in
      guard command.argv.first == "squeue" else { return .text("") }
      // As 22.05.8 was recorded to answer a list with 0 in it.
      return command.argv.contains { $0.hasPrefix("--jobs=") && $0.contains("0,") }
        ? try .ofCase("liveslurm/01-job-zero-poisons-all/recording/01-squeue", stderr: "stderr", exit: 1)
        : .text(Made.queueRow("210", "RUNNING"))
    }
    let polled = try await Polled(["0", "210"], on: host)
    #expect(polled.jobs["210"]?.state == .running)
    #expect(polled.jobs["0"]?.state == .unknown(.gone))
    let results = try await SlurmAdapter().cancel(
      ActionRequest(jobs: [JobReference(id: "0"), JobReference(id: "210")]),
      on: host
    ).results
    #expect(results.map(\.error?.code) == [.malformedID, nil])
  }

  @Test(arguments: ["squeue: error: Invalid job id: 0\n", "squeue: error: JobID larger than acceptable range\n"])
  func `a refused list says nothing of its members, and the others are asked for without the id that spoils it`(
    words: String
  ) async throws {
    let host = ScriptedHost { command in
      guard command.argv.first == "squeue", let list = command.argv.first(where: { $0.hasPrefix("--jobs=") }) else {
        return .text("")
      }
      let ids = list.dropFirst(7).split(separator: ",").map(String.init)
      if ids.contains("13") { return .text("", stderr: words, exit: 1) }
      return .text(ids.filter { $0 != "14" }.map { Made.queueRow($0, "RUNNING") }.joined())
    }
    let polled = try await Polled(["11", "12", "13", "14", "15"], on: host)
    for id in ["11", "12", "15"] { #expect(polled.jobs[id]?.state == .running, "\(id)") }
    #expect(polled.jobs["14"]?.state == .unknown(.gone))
    #expect(polled.jobs["13"] == nil)
    #expect(!polled.answer.complete)
  }

  @Test func `a queue that refuses every list concludes nothing, and is not asked forever`() async throws {
    let ids = (1...500).map { "\($0)" }
    let host = ScriptedHost { command in
      command.argv.first == "squeue" ? .text("", stderr: "squeue: error: Invalid job id: x\n", exit: 1) : .text("")
    }
    let polled = try await Polled(ids, on: host)
    #expect(polled.jobs.isEmpty)
    #expect(!polled.answer.complete)
    #expect(await host.commands.filter { $0.argv.first == "squeue" }.count < 60)
  }
}
