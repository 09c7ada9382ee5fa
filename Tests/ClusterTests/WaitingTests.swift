import Foundation
import Testing

@Suite("Slurm: why jobs wait, and what may be done to them", .onCluster, .sharing)
struct WaitingTests {
  @Test func `held by the user, held by the administrator, and who may release what`() async throws {
    let user = try await ClusterUser()
    let id = try await user.submit("--hold", "--", "true")
    let status = try await user.status(id) { $0.state == "held" }
    #expect(status.reasonCode == "heldByUser")
    #expect(status.native?.reason == "JobHeldUser")
    try await Cluster.asRoot("scontrol", "hold", id)
    _ = try await user.status(id) { $0.reasonCode == "heldByAdministrator" }
    let refused = try await user.launcher("release", id)
    #expect(refused.exitCode == 77, "\(refused.stderr)")
    try await Cluster.asRoot("scontrol", "release", id)
    #expect(try await user.status(id).outcome == "succeeded")
  }

  @Test func `hold and release of a waiting job`() async throws {
    let user = try await ClusterUser()
    let id = try await user.submit("--begin", "+1h", "--", "true")
    let held = try await user.launcher("hold", id)
    #expect(held.exitCode == 0, "\(held.stderr)")
    _ = try await user.status(id) { $0.reasonCode == "heldByUser" }
    #expect(try await user.launcher("release", id).exitCode == 0)
    _ = try await user.status(id) { $0.reasonCode == "beginTime" }
    try await user.cancel(id)
  }

  @Test func `suspended by its user, or by the administrator where Slurm does not let users do it`() async throws {
    let user = try await ClusterUser()
    let id = try await user.submit("--", "sleep", "600")
    _ = try await user.status(id) { $0.state == "running" }
    // Slurm refuses this in the first moments of a job, whatever program asks.
    var refused = try await user.launcher("suspend", id)
    _ = try await eventually {
      if [0, 77].contains(refused.exitCode) { return true }
      refused = try await user.launcher("suspend", id)
      return false
    }
    if refused.exitCode == 0 {
      _ = try await user.status(id) { $0.state == "suspended" }
      #expect(try await user.launcher("resume", id).exitCode == 0)
    } else {
      #expect(refused.exitCode == 77, "\(refused.stderr)")
      #expect(
        try await eventually {
          try await Cluster.asRoot("sh", "-c", "scontrol suspend \(id) || true")
          return try await user.status(id, until: { _ in true }).state == "suspended"
        }
      )
      #expect(try await user.launcher("resume", id).exitCode == 77)
      try await Cluster.asRoot("scontrol", "resume", id)
    }
    _ = try await user.status(id) { $0.state == "running" }
    try await user.cancel(id)
  }

  @Test func `waiting for a licence`() async throws {
    let user = try await ClusterUser()
    let first = try await user.submit("--licence", "solver:2", "--", "sleep", "600")
    _ = try await user.status(first) { $0.state == "running" }
    let second = try await user.submit("--licence", "solver:1", "--", "true")
    let status = try await user.status(second) { $0.reasonCode == "licences" }
    #expect(status.state == "queued")
    #expect(try await user.launcher("cancel", first).exitCode == 0)
    #expect(try await user.status(second).outcome == "succeeded")
  }

  @Test func `a partition that is down, and a walltime above the partition's limit`() async throws {
    let user = try await ClusterUser()
    let down = try await user.submit("--queue", "down", "--", "true")
    let long = try await user.submit("--queue", "short", "--walltime", "10m", "--", "true")
    let waiting = try await user.status(down) { $0.reasonCode == "queueUnavailable" }
    #expect(waiting.state == "queued")
    let impossible = try await user.status(long) { $0.reasonCode == "impossibleRequest" || $0.reasonCode == "limit" }
    #expect(impossible.state == "queued")
    // Slurm reports one reason before it has looked closely, and the other afterwards.
    #expect(["PartitionConfig", "PartitionTimeLimit"].contains(impossible.native?.reason), "\(impossible)")
    try await user.cancel(down, long)
  }

  @Test(
    arguments: [
      (["--queue", "nowhere"], 65, "queue"),
      (["--constraint", "vector"], 65, "constraints"), (["--licence", "nothing:1"], 65, "licences"),
      (["--memory", "900G"], 65, "memory"), (["--gpus", "1"], 65, "gpus"),
      (["--native", "slurm=--no-such-option"], 65, "native"),
    ] as [([String], Int32, String)]
  )
  func `what Slurm refuses is reported with the field it is about`(words: [String], exitCode: Int32, field: String)
    async throws
  {
    let user = try await ClusterUser()
    let outcome = try await user.launcher(["submit"] + words + ["--", "true"])
    #expect(outcome.exitCode == exitCode, "\(outcome.stderr)")
    #expect(outcome.stderr.contains(field), "\(outcome.stderr)")
    #expect(outcome.stdout == "")
  }

  @Test func `a partition that is closed to the user's group: refused, or waited for with its reason`() async throws {
    let user = try await ClusterUser()
    let outcome = try await user.launcher("submit", "--queue", "staff", "--", "true")
    if outcome.exitCode == 0 {
      // Slurm 22.05 refuses such a job, and later versions let it wait.
      let id = outcome.stdout.trimmingCharacters(in: .newlines)
      let status = try await user.status(id) { $0.reasonCode == "queueUnavailable" }
      #expect(status.state == "queued")
      #expect(status.queue == "staff")
      #expect(try await user.launcher("cancel", id).exitCode == 0)
      #expect(try await user.status(id).outcome == "cancelled")
    } else {
      #expect(outcome.exitCode == 65, "\(outcome.stderr)")
      #expect(outcome.stderr.contains("queue"), "\(outcome.stderr)")
      #expect(outcome.stdout == "")
    }
  }

  @Test func `somebody else's job can be seen and not cancelled`() async throws {
    let owner = try await ClusterUser(Cluster.otherUser)
    let id = try await owner.submit("--hold", "--name", "theirs", "--", "true")
    let user = try await ClusterUser()
    let status = try #require(try await user.statuses([id]).first)
    #expect(status.state == "held")
    #expect(status.user == Cluster.otherUser)
    for verb in ["cancel", "hold", "release"] {
      let outcome = try await user.launcher(verb, id)
      #expect(outcome.exitCode == 77, "\(verb): \(outcome.stderr)")
    }
    let all = try await user.statuses()
    #expect(!all.contains { $0.id == id })
    #expect(try await owner.statuses([id]).first?.state == "held")
    #expect(try await owner.launcher("cancel", id).exitCode == 0)
  }

  @Test func `ids that do not exist, and those that are none`() async throws {
    let user = try await ClusterUser()
    let known = try await user.submit("--hold", "--", "true")
    let outcome = try await user.launcher("status", "--json", "99999991", known, "99999992")
    #expect(outcome.exitCode == 66, "\(outcome.stderr)")
    let statuses = try decoded([Seen].self, outcome.stdout)
    #expect(statuses.map(\.state) == ["unknown", "held", "unknown"])
    #expect(statuses.map(\.cause) == ["gone", nil, "gone"])
    for verb in ["cancel", "hold", "release"] {
      let outcome = try await user.launcher(verb, "99999991")
      #expect(outcome.exitCode == 66, "\(verb): \(outcome.stderr)")
    }
    let mixed = try await user.launcher("cancel", "99999991", known)
    #expect(mixed.exitCode == 66, "\(mixed.stderr)")
    #expect(mixed.stdout == "\(known) cancelled\n")
    #expect(try await user.launcher("status", "no id").exitCode == 64)
    #expect(try await user.launcher("cancel", "abc").exitCode == 64)
  }
}
