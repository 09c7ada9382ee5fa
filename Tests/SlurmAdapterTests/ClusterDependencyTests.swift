import AdapterKit
import AdapterTestSupport
import Testing

@testable import slurm_adapter

@Suite("Dependencies of a job that goes to another cluster")
struct ClusterDependencyTests {
  private func spec(native: [String] = [], directive: String = "--time=5") -> JobSpec {
    var spec = JobSpec(script: "#!/bin/sh\n#SBATCH \(directive)\ntrue\n")
    spec.native = ["slurm": native]
    spec.dependencies = [JobDependency(.afterok, "7")]
    return spec
  }

  /// A site whose cluster `far` knows job 7, and whose local cluster does not.
  private var site: ScriptedHost {
    ScriptedHost { command in
      switch command.argv.first {
      case "squeue":
        command.argv.contains("--clusters=far")
          ? .text(Made.queueRow("7", "RUNNING"))
          : .text("", stderr: "slurm_load_jobs error: Invalid job id specified\n", exit: 1)
      case "sbatch": .text("900;far\n")
      default: .text("")
      }
    }
  }

  @Test(arguments: [["--clusters=far"], ["-M", "far"], ["-Mfar"]])
  func `are looked for on that cluster`(words: [String]) async throws {
    for spec in [spec(native: words), spec(directive: words.joined(separator: " "))] {
      let answer = try await SlurmAdapter().submit(SubmitRequest(spec: spec, token: "t"), on: site)
      #expect(answer.job?.server == "far")
    }
    #expect(await refusal(of: spec(), on: site)?.code == .unknownJob)
  }

  @Test(arguments: ["near,far", "all", ""])
  func `are refused where the cluster is left open`(clusters: String) async throws {
    let host = site
    let error = await refusal(of: spec(native: ["--clusters=\(clusters)"]), on: host)
    #expect(error?.code == .invalidValue)
    #expect(error?.message.contains("name one cluster") == true)
    #expect(await host.commands.isEmpty)
  }
}
