import AdapterKit
import AdapterTestSupport
import Testing

@testable import slurm_adapter

@Suite("Whether Slurm is here")
struct DetectionTests {
  private func detect(
    sbatch: ScriptedHost.Answer,
    ping: ScriptedHost.Answer = .text("Slurmctld(primary) at ctl is UP\n")
  ) async throws -> Detection {
    let host = ScriptedHost { command in
      switch command.argv {
      case ["sbatch", "--version"]: sbatch
      case ["scontrol", "ping"]: ping
      default: .text("", exit: 1)
      }
    }
    return try await SlurmAdapter().detect(on: host)
  }

  private static let broken = """
    sbatch: error: resolve_ctls_from_dns_srv: res_nsearch error: Unknown host
    sbatch: error: fetch_config: DNS SRV lookup failed
    sbatch: error: _establish_config_source: failed to fetch config
    sbatch: fatal: Could not establish a configuration source

    """

  @Test(arguments: [
    ScriptedHost.Answer(ending: .timedOut), ScriptedHost.Answer(ending: .signalled(.kill)),
    .text("", stderr: broken, exit: 1),
    .text("", stderr: "sbatch: fatal: Unable to process configuration file\n", exit: 1),
    .text("", stderr: "sbatch: error: Invalid user for SlurmUser slurm, ignored\n", exit: 1), .text("", exit: 1),
    .text("", exit: 127), .text(""),
  ])
  func `a command sbatch that is there and says no version is installed, and not absent`(
    sbatch: ScriptedHost.Answer
  ) async throws {
    for ping in [
      ScriptedHost.Answer.notFound, ScriptedHost.Answer(ending: .timedOut), .text("", exit: 1),
      .text("Slurmctld(primary) at ctl is UP\n"),
    ] {
      let detection = try await detect(sbatch: sbatch, ping: ping)
      #expect(detection.presence == .installed)
      #expect(detection.evidence.contains { $0.direction == .against })
    }
  }

  @Test func `another program of the name is not Slurm, and neither is a missing one`() async throws {
    for ping in [ScriptedHost.Answer.notFound, .text("usage: scontrol FILE\n", exit: 2)] {
      #expect(try await detect(sbatch: .text("sbatch, a tool for sherbet, 3.1\n"), ping: ping).presence == .absent)
    }
    let usage = ScriptedHost.Answer.text("", stderr: "usage: sbatch FLAVOUR\n", exit: 2)
    #expect(try await detect(sbatch: usage, ping: .notFound).presence == .absent)
    #expect(try await detect(sbatch: .notFound, ping: .notFound).presence == .absent)
    #expect(try await detect(sbatch: .notFound).presence == .installed)
  }

  @Test func `why the commands do not work is reported`() async throws {
    let detection = try await detect(sbatch: .text("", stderr: Self.broken, exit: 1), ping: .text("", exit: 1))
    #expect(detection.evidence.contains { $0.fact.hasSuffix("Could not establish a configuration source") })
  }
}
