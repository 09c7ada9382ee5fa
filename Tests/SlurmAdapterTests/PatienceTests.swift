import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import slurm_adapter

@Suite("Patience with a controller that does not answer")
struct PatienceTests {
  private struct Exchange: Decodable {
    let argv: [String]
    let exit: Int32
    let seconds: Double
  }

  /// The longest that a command was recorded to take.
  private func longest(_ program: String) throws -> Double {
    var longest = 0.0
    for file in try FileManager.default.subpathsOfDirectory(atPath: Fixture.folder) where file.hasSuffix("command.json")
    {
      guard file.hasPrefix("slurm-"), let data = FileManager.default.contents(atPath: "\(Fixture.folder)/\(file)"),
        let exchange = try? JSONDecoder().decode(Exchange.self, from: data), exchange.argv.first == program
      else { continue }
      longest = max(longest, exchange.seconds)
    }
    return longest
  }

  /// The commands that the adapter runs, each with its time limit.
  private func commands() async throws -> [NativeCommand] {
    let host = Made.slurm(queue: .text(""), accounting: .text(""))
    let jobs = [JobReference(id: "7")]
    let adapter = SlurmAdapter()
    _ = try await Polled(["7"], on: host)
    _ = try? await adapter.submit(SubmitRequest(spec: JobSpec(command: ["true"]), token: "t"), on: host)
    _ = try? await adapter.cancel(ActionRequest(jobs: jobs), on: host)
    _ = try? await adapter.hold(ActionRequest(jobs: jobs), on: host)
    _ = try? await adapter.queues(on: host)
    return await host.commands
  }

  @Test func `the recorded waits are those of Slurm: 18 s for squeue, 9 s for the others, 120 s for a full queue`()
    throws
  {
    #expect((18..<30).contains(try longest("squeue")))
    #expect((9..<30).contains(try longest("scontrol")))
    #expect((9..<30).contains(try longest("scancel")))
    #expect((120..<130).contains(try longest("sbatch")))
  }

  @Test func `every command is given longer than Slurm ever took, and none may hang forever`() async throws {
    let commands = try await commands()
    #expect(
      Set(commands.compactMap(\.argv.first)).isSuperset(of: [
        "squeue", "sacct", "sbatch", "scancel", "scontrol", "sinfo",
      ])
    )
    for command in commands {
      let limit = try #require(command.timeLimit, "\(command.argv) may hang forever")
      let taken = try longest(command.argv.first ?? "")
      #expect(limit > .seconds(taken * 1.2), "\(command.argv.first ?? "")")
      #expect(limit <= .seconds(180), "\(command.argv.first ?? "")")
    }
  }

  @Test func `a detection does not wait for a controller that is down`() async throws {
    let host = ScriptedHost { _ in ScriptedHost.Answer(ending: .timedOut) }
    _ = try? await SlurmAdapter().detect(on: host)
    for command in await host.commands { #expect(command.timeLimit.map { $0 <= .seconds(2) } == true) }
  }
}
