import AdapterKit
import AdapterTestSupport
import Testing

@testable import slurm_adapter

@Suite("Slurm beside its look-alikes of PBS commands")
struct WrapperTests {
  /// A machine with Slurm's Torque wrappers: the recorded answer of each to `--version`.
  private static func wrapper(_ argv: [String]) throws -> ScriptedHost.Answer? {
    switch argv.first {
    case "qstat": try .recorded("22.05.8/torque-wrappers/01-qstat-version")
    case "qsub": try .recorded("22.05.8/torque-wrappers/02-qsub-version")
    case "qdel": try .recorded("22.05.8/torque-wrappers/03-qdel-version")
    case "pbsnodes": try .recorded("22.05.8/torque-wrappers/04-pbsnodes-version")
    default: nil
    }
  }

  @Test func `the wrappers do not know --version, which PBS and Torque do`() throws {
    for name in ["qstat", "qsub", "qdel", "pbsnodes"] {
      let answer = try #require(try Self.wrapper([name]))
      #expect(answer.ending == .exited(2), "\(name)")
      #expect(answer.stdout.isEmpty)
      #expect(answer.stderr.hasPrefix("Unknown option: version"))
    }
  }

  @Test func `Slurm beside them is Slurm, and their commands are not run`() async throws {
    let host = ScriptedHost { command in
      if let answer = try Self.wrapper(command.argv) { return answer }
      switch command.argv {
      case ["sbatch", "--version"]: return try .recorded("22.05.8/detect/04-sbatch-version")
      case ["scontrol", "ping"]: return try .recorded("22.05.8/detect/10-ping")
      case ["scontrol", "show", "config"]: return try .recorded("22.05.8/detect/09-show-config")
      default: return .text("", exit: 1)
      }
    }
    let detection = try await SlurmAdapter().detect(on: host)
    #expect(detection.presence == .responding)
    #expect(await host.commands.allSatisfy { !["qstat", "qsub", "qdel", "pbsnodes"].contains($0.argv.first) })
  }

  @Test func `they alone are not Slurm`() async throws {
    let host = ScriptedHost { try Self.wrapper($0.argv) ?? ScriptedHost.Answer(ending: .notFound) }
    #expect(try await SlurmAdapter().detect(on: host).presence == .absent)
  }

  @Test(arguments: [("22.05.8", "slurm-wlm 22.05.8"), ("23.11.11", "slurm 23.11.11"), ("26.05.3", "slurm 26.05.3")])
  func `the version comes after ‘slurm’, or ‘slurm-wlm’ on Debian`(version: String, line: String) throws {
    let text = try Fixture.text("\(version)/detect/04-sbatch-version")
    #expect(text == line + "\n")
    #expect(SlurmDetection.version(in: text) == version)
    #expect(SlurmDetection.version(in: "Welcome!\n\(text)") == version)
    #expect(SlurmDetection.version(in: "slurmy 3\nslurm next\n") == nil)
  }
}
