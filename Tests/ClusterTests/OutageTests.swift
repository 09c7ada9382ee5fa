import Foundation
import Testing

@Suite("Slurm: daemons that stop and hang, nodes that die", .onCluster, .alone, .serialized)
struct OutageTests {
  @Test func `without its controller nothing is called finished that is not, and afterwards all end right`()
    async throws
  {
    let user = try await ClusterUser()
    let running = try await user.submit("--", "sh", "-c", "while [ ! -e gate ]; do sleep 0.1; done; exit 5")
    let ended = try await user.submit("--", "sh", "-c", "exit 6")
    let held = try await user.submit("--hold", "--", "true")
    _ = try await user.status(running) { $0.state == "running" }
    _ = try await user.status(ended)
    let ids = [running, ended, held]
    // `wait` is asking when the controller stops, and keeps asking.
    async let waited = user.launcher("wait", "--timeout", "500s", "--json", running)

    try await Cluster.change("stop-controller")
    // Slurm's own commands try for ten to twenty seconds; all of them side by side.
    let commands = [
      ["status", "--json"] + ids, ["status"], ["submit", "--", "true"], ["cancel", running], ["hold", held], ["queues"],
      ["nodes"],
    ]
    try await withThrowingTaskGroup(of: ([String], Outcome).self) { group in
      for words in commands { group.addTask { (words, try await user.launcher(words)) } }
      for try await (words, outcome) in group {
        #expect(outcome.exitCode == 69, "\(words): \(outcome.stderr)")
        if words == ["status"] {
          // What was known before is shown beside the error, and is called unreachable.
          let lines = outcome.stdout.split(separator: "\n")
          for id in [running, held] {
            let line = lines.first { $0.hasPrefix("\(id) ") }
            #expect(line?.contains("unknown: unreachable") == true, "\(outcome.stdout)")
          }
          continue
        }
        guard words.contains("--json"), !outcome.stdout.isEmpty else {
          #expect(outcome.stdout == "", "\(words)")
          continue
        }
        for seen in try decoded([Seen].self, outcome.stdout) {
          // Accounting may report the one that has ended, and no other.
          #expect(seen.state == "unknown" || seen.id == ended && seen.exitCode == 6, "\(seen)")
        }
      }
    }
    // The job ends meanwhile, unobserved.
    _ = try await user.run(["touch", "gate"])

    try await Cluster.change("start-controller")
    let last = try await waited
    #expect(last.exitCode == 1, "\(last.stderr)")
    #expect(try decoded([Seen].self, last.stdout).map(\.exitCode) == [5])
    #expect(try await user.status(ended).exitCode == 6)
    #expect(try await user.status(held, until: { $0.state == "held" }).reasonCode == "heldByUser")
    try await user.cancel(held)
  }

  @Test func `a submission whose answer is lost is found again, and there is one job of it`() async throws {
    let user = try await ClusterUser()
    let running = try await user.submit("--", "sleep", "600")
    _ = try await user.status(running) { $0.state == "running" }
    try await Cluster.change("pause-controller")
    let name = "lost-\(UUID().uuidString.prefix(8))"
    async let submission = user.launcher("submit", "--name", name, "--hold", "--", "true")
    async let status = user.launcher("status", "--json", running)
    // sbatch gives up after ten seconds, and the controller has the request nevertheless.
    func isSubmitting() async throws -> Bool {
      try await Outcome.of("/usr/bin/pgrep", ["-u", user.name, "-f", "^([^ ]*/)?sbatch .*\(name)"]).exitCode == 0
    }
    #expect(try await eventually { try await isSubmitting() })
    #expect(try await eventually { try await !isSubmitting() })
    try await Cluster.change("resume-controller")
    let submitted = try await submission
    let jobs = try await Cluster.asRoot("squeue", "--noheader", "--name=\(name)", "--format=%i")
      .split(separator: "\n").map(String.init)
    #expect(jobs.count == 1, "\(jobs)")
    // It was found, or is reported as not known.
    #expect(submitted.exitCode == 0 || submitted.exitCode == 75, "\(submitted.stderr)")
    #expect(submitted.stdout == (submitted.exitCode == 0 ? "\(jobs.first ?? "")\n" : ""))

    let asked = try await status
    let seen = asked.stdout.isEmpty ? [] : try decoded([Seen].self, asked.stdout)
    #expect(seen.allSatisfy { !$0.isFinished })
    #expect(asked.exitCode == 0 || asked.exitCode == 69 || asked.exitCode == 75, "\(asked.stderr)")
    #expect(try await user.status(running, until: { _ in true }).state == "running")
    try await user.cancel(running)
    for job in jobs { try await user.cancel(job) }
  }

  @Test func `a node that dies ends its job, or lets it begin again`() async throws {
    let user = try await ClusterUser()
    let lost = try await user.submit("--no-requeue", "--nodelist", "node4", "--", "sleep", "600")
    let again = try await user.submit("--requeue", "--nodelist", "node4", "--", "sleep", "600")
    for id in [lost, again] { _ = try await user.status(id) { $0.state == "running" } }
    try await Cluster.change("stop-node", "4", "--at-once")
    let failed = try await user.status(lost)
    #expect(failed.outcome == "nodeFailure", "\(failed)")
    #expect(failed.blame == "infrastructure")
    #expect(failed.retry == true)
    #expect(failed.nodes == ["node4"])
    let waiting = try await user.status(again) { $0.attempt == 2 && $0.state != "finishing" }
    #expect(waiting.state == "held" || waiting.state == "queued", "\(waiting)")
    // A late answer of the dead node may bring it back until Slurm misses it.
    let isDown = try await eventually { try await nodes(user).first { $0.name == "node4" }?.state == "down" }
    #expect(isDown)
    let unavailable = try await user.submit("--nodelist", "node4", "--", "true")
    _ = try await user.status(unavailable) { $0.reasonCode == "nodesUnavailable" }
    try await Cluster.change("start-node", "4")
    try await user.cancel(again)
    #expect(try await user.status(unavailable).outcome == "succeeded")
    // Both attempts are over, and the end is the second one's.
    let ended = try await user.status(again)
    #expect(ended.outcome == "cancelled", "\(ended)")
  }

  private struct Node: Decodable { let name, state: String }
  private func nodes(_ user: ClusterUser) async throws -> [Node] {
    try decoded([Node].self, try await user.launcher("nodes", "--json").stdout)
  }

  @Test func `a preempted job ends as such, or waits for its next attempt`() async throws {
    let user = try await ClusterUser()
    let spot = try await user.submit("--queue", "spot", "--nodelist", "node3", "-c", "4", "--", "sleep", "600")
    let spare = try await user.submit(
      "--queue",
      "spare",
      "--requeue",
      "--nodelist",
      "node4",
      "-c",
      "4",
      "--",
      "sleep",
      "600"
    )
    for id in [spot, spare] { _ = try await user.status(id) { $0.state == "running" } }
    let first = try await user.submit("--nodelist", "node3", "-c", "4", "--", "true")
    let second = try await user.submit("--nodelist", "node4", "-c", "4", "--", "true")
    let ended = try await user.status(spot)
    #expect(ended.outcome == "preempted", "\(ended)")
    #expect(ended.blame == "policy")
    #expect(ended.retry == true)
    let waiting = try await user.status(spare) { $0.attempt == 2 && $0.state != "finishing" }
    #expect(waiting.state == "held" || waiting.state == "queued", "\(waiting)")
    for id in [first, second] { #expect(try await user.status(id).outcome == "succeeded") }
    try await user.cancel(spare)
  }

  @Test(.withAccounting)
  func `accounting that does not answer ends no job`() async throws {
    let user = try await ClusterUser()
    // The queue has to keep them until they are checked.
    try await Cluster.configure("MinJobAge=600") {
      try await Cluster.change("stop-accounting")
      let failed = try await user.submit("--", "sh", "-c", "exit 5")
      let cancelled = try await user.submit("--hold", "--", "true")
      #expect(try await user.launcher("cancel", cancelled).exitCode == 0)
      // The queue reports them as long as it has them; the rest is missing.
      let status = try await user.status(failed)
      #expect(status.exitCode == 5)
      #expect(try await user.status(cancelled).outcome == "cancelled")
      let unknown = try await user.launcher("status", "--json", "99999991", failed)
      #expect(unknown.exitCode == 69, "\(unknown.stderr)")
      #expect(try decoded([Seen].self, unknown.stdout).last?.exitCode == 5)
      try await Cluster.change("start-accounting")
      let known = try await user.launcher("status", "--json", "99999991")
      #expect(known.exitCode == 66, "\(known.stderr)")
    }
  }

  @Test(.withAccounting)
  func `where associations are enforced, an account or quality of service that is not there is named`() async throws {
    let user = try await ClusterUser()
    try await Cluster.configure("AccountingStorageEnforce=associations,qos") {
      for field in ["account", "qos"] {
        let outcome = try await user.launcher("submit", "--\(field)", "golden", "--", "true")
        #expect(outcome.exitCode == 77, "\(outcome.stderr)")
        #expect(outcome.stderr.contains("\(field):"), "\(outcome.stderr)")
        #expect(outcome.stdout == "")
      }
      let allowed = try await user.submit("--account", "teaching", "--", "true")
      #expect(try await user.status(allowed).outcome == "succeeded")
    }
  }
}
