import Testing

@Suite("Slurm: launcher detect", .onCluster, .sharing)
struct DetectionTests {
  /// A finding as `launcher detect --json` shows it.
  private struct Finding: Decodable {
    let adapter: String
    var presence, version, server, insideJob: String?
    var chosen: Bool?
    var evidence: [Evidence]?
    struct Evidence: Decodable { let direction, fact: String }
  }

  private static let detecting: [String: String?] = ["LAUNCHER_ADAPTER": ""]

  /// What `launcher detect` found once Slurm responded: it gives Slurm little time, which may not suffice on a busy
  /// machine.
  private static func responses(_ detect: () async throws -> Outcome) async throws -> [Finding] {
    var findings: [Finding] = []
    _ = try await eventually {
      findings = try decoded([Finding].self, try await detect().stdout)
      return findings.contains { $0.adapter == "slurm" && $0.presence == "responding" }
    }
    return findings
  }

  @Test func `Slurm responds, says its version and cluster with the evidence, and is chosen`() async throws {
    let user = try await ClusterUser(environment: Self.detecting)
    let findings = try await Self.responses {
      let outcome = try await user.launcher("detect", "--json")
      #expect(outcome.exitCode == 0, "\(outcome.stderr)")
      return outcome
    }
    let slurm = try #require(findings.first { $0.adapter == "slurm" })
    #expect(slurm.presence == "responding", "\(slurm)")
    #expect(slurm.server == "lk")
    #expect(slurm.version?.contains(/^[0-9]+\.[0-9]+/) == true)
    #expect(slurm.insideJob == nil)
    let facts = (slurm.evidence ?? []).filter { $0.direction == "for" }.map(\.fact)
    #expect(facts.contains { $0.contains("is UP") })
    #expect(facts.contains { $0.contains("accounting is \(Cluster.hasAccounting ? "on" : "off")") })
    #expect(findings.filter { $0.chosen == true }.map(\.adapter) == ["slurm"])
  }

  @Test(.onTheSpot, arguments: ["sbatch", "srun"])
  func `inside an allocation the job's id is reported, whoever made the job`(way: String) async throws {
    let user = try await ClusterUser(environment: Self.detecting)
    let script =
      way == "srun"
      ? "srun --quiet \"$1\" detect --json" : "launcher run --adapter slurm -- \"$1\" detect --json"
    let launcher = try Programs.launcher.get()
    let findings = try await Self.responses { try await user.shell(script, launcher) }
    let slurm = try #require(findings.first { $0.adapter == "slurm" })
    #expect(slurm.presence == "responding", "\(slurm)")
    #expect(slurm.insideJob.flatMap { Int($0) } != nil)
    #expect(slurm.chosen == true)
  }

  @Test(
    .onTheSpot
  )
  func `Slurm's commands without a cluster are never chosen, and nothing runs on this machine in their place`()
    async throws
  {
    let user = try await ClusterUser(environment: Self.detecting)
    let outcome = try await user.shell("unset SLURM_CONF; launcher detect --json")
    let findings = try decoded([Finding].self, outcome.stdout)
    let slurm = try #require(findings.first { $0.adapter == "slurm" })
    #expect(slurm.presence == "installed")
    #expect(slurm.evidence?.isEmpty == false)
    #expect(findings.filter { $0.chosen == true }.isEmpty)
    #expect(outcome.exitCode == 69)
    #expect(outcome.stderr.contains("--adapter local"), "\(outcome.stderr)")
  }
}
