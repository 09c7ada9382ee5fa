import Foundation
import Testing

@Suite("Slurm: how jobs end", .onCluster, .sharing)
struct EndingTests {
  @Test func `each task of an array ends with its own exit code`() async throws {
    let user = try await ClusterUser()
    let id = try await user.submit("--array", "1-10%2", "--", "sh", "-c", "exit $((SLURM_ARRAY_TASK_ID % 2))")
    let waited = try await user.launcher("wait", "--json", id)
    #expect(waited.exitCode == 1, "\(waited.stderr)")
    let status = try #require(try decoded([Seen].self, waited.stdout).first)
    #expect(status.id == id)
    #expect(status.outcome == "failed")
    #expect(status.taskCounts == ["finished": 10])
    #expect(status.tasks?.map(\.index) == Array(1...10))
    #expect(status.tasks?.map(\.exitCode) == [1, 0, 1, 0, 1, 0, 1, 0, 1, 0])
    #expect(status.tasks?.count { $0.outcome == "failed" } == 5)
    let mine = try await user.launcher(
      "run",
      "--array",
      "4",
      "--",
      "sh",
      "-c",
      "[ \"$LAUNCHER_ARRAY_INDEX $LAUNCHER_JOB_ID\" = \"4 ${SLURM_ARRAY_JOB_ID}_4\" ]"
    )
    #expect(mine.exitCode == 0, "\(mine.stderr)")
    let task = try await user.status("\(id)_3")
    #expect(task.index == 3)
    #expect(task.exitCode == 1)
  }

  @Test func `tasks of one array that wait for different things are reported each with its own reason`() async throws {
    let user = try await ClusterUser()
    let id = try await user.submit("--array", "1-4", "--hold", "--", "true")
    #expect(try await user.launcher("release", "\(id)_2").exitCode == 0)
    let update = try await user.run(["scontrol", "update", "JobId=\(id)_3", "StartTime=now+1hour"])
    #expect(update.exitCode == 0, "\(update.stderr)")
    #expect(try await user.launcher("release", "\(id)_3").exitCode == 0)
    _ = try await user.status("\(id)_2")
    _ = try await user.status("\(id)_3") { $0.reasonCode == "beginTime" }
    let whole = try await user.status(id) { $0.tasks?.count == 4 }
    #expect(whole.tasks?.map(\.reasonCode) == ["heldByUser", nil, "beginTime", "heldByUser"], "\(whole)")
    #expect(try await user.launcher("cancel", id).exitCode == 0)
    let ended = try await user.status(id)
    let outcomes = ended.tasks?.filter { $0.state == "finished" }.map(\.outcome)
    #expect(outcomes?.allSatisfy { $0 == "cancelled" || $0 == "succeeded" } == true, "\(ended)")
  }

  @Test func `a task that is cancelled before it starts costs the others nothing`() async throws {
    let user = try await ClusterUser()
    let id = try await user.submit("--array", "1-3%1", "--hold", "--", "true")
    #expect(try await user.launcher("cancel", "\(id)_2").exitCode == 0)
    #expect(try await user.launcher("release", id).exitCode == 0)
    let whole = try await user.status(id) { status in
      (status.tasks ?? []).filter { $0.index != 2 }.allSatisfy(\.isFinished) && status.tasks?.isEmpty == false
    }
    let tasks = whole.tasks ?? []
    #expect(tasks.filter { $0.index != 2 }.map(\.outcome) == ["succeeded", "succeeded"])
    // Slurm forgets such a task altogether; it is never reported as a success.
    #expect(tasks.filter { $0.index == 2 }.allSatisfy { $0.outcome == "cancelled" || $0.state == "unknown" })
  }

  @Test func `jobs cancelled while queued, held and running`() async throws {
    let user = try await ClusterUser()
    let running = try await user.submit("--", "sleep", "600")
    let queued = try await user.submit("--begin", "+1h", "--", "true")
    let held = try await user.submit("--hold", "--", "true")
    let waiting = try await user.statuses([queued, held])
    #expect(waiting.map(\.state) == ["held", "held"])
    #expect(waiting.map(\.reasonCode) == ["beginTime", "heldByUser"])
    _ = try await user.status(running) { $0.state == "running" }

    let outcome = try await user.launcher("cancel", queued, held, running)
    #expect(outcome.exitCode == 0, "\(outcome.stderr)")
    for id in [queued, held, running] {
      // Accounting needs a few seconds to know by whom; without it, Slurm does not report that.
      let told = try await user.withoutMemory.status(id) {
        $0.isFinished && ($0.cancelledBy != "unknown" || !Cluster.hasAccounting)
      }
      #expect(told.cancelledBy == (Cluster.hasAccounting ? "user" : "unknown"), "\(told)")
      // The store of the user who cancelled it remembers that.
      let status = try await user.status(id)
      #expect(status.outcome == "cancelled", "\(status)")
      #expect((status.startedAt != nil) == (id == running), "\(status)")
      #expect(status.cancelledBy == "user", "\(status)")
    }
    let again = try await user.launcher("cancel", running)
    #expect(again.exitCode == 1, "\(again.stderr)")
  }

  @Test(.withAccounting)
  func `a cancellation by an administrator is reported as one`() async throws {
    let user = try await ClusterUser()
    let id = try await user.submit("--hold", "--", "true")
    try await Cluster.asRoot("scancel", id)
    let status = try await user.status(id) { $0.isFinished && $0.cancelledBy != "unknown" }
    #expect(status.outcome == "cancelled")
    #expect(status.cancelledBy == "administrator")
  }

  @Test(arguments: ["SEGV", "USR1"])
  func `a signal to a job reaches its command`(name: String) async throws {
    let user = try await ClusterUser()
    let id = try await user.submit("--", "sleep", "600")
    _ = try await user.status(id) { $0.state == "running" }
    // A running job may not have its processes yet.
    let isSignalled = try await eventually {
      if try await user.launcher("cancel", "--signal", name, id).exitCode == 1 { return true }
      return try await user.statuses([id]).first?.isFinished == true
    }
    #expect(isSignalled)
    let status = try await user.status(id)
    #expect(status.outcome == "failed", "\(status)")
    #expect(status.signal == "SIG\(name)", "\(status)")
    #expect(status.exitCode == nil)
  }

  @Test func `a job that takes more memory than it asked for is ended for it`() async throws {
    let user = try await ClusterUser()
    let script = "import time; x = bytearray(400 << 20); time.sleep(600)"
    let id = try await user.submit("--memory", "50M", "--stdout", "out", "--", "python3", "-c", script)
    let status = try await user.status(id)
    // Without cgroups, Slurm 22.05 reports it as FAILED with signal 9.
    #expect(status.outcome == "memoryExceeded" || status.outcome == "failed" && status.signal == "SIGKILL", "\(status)")
  }

  @Test func `a dependency that can never be satisfied is reported, and a chain runs in its order`() async throws {
    let user = try await ClusterUser()
    let first = try await user.submit("--", "sh", "-c", "echo first >> chain")
    let second = try await user.submit(
      "--dependency",
      "afterok:\(first)",
      "--",
      "sh",
      "-c",
      "echo second >> chain; false"
    )
    let third = try await user.submit("--dependency", "afterok:\(second)", "--", "true")
    let fourth = try await user.submit("--dependency", "afternotok:\(second)", "--", "sh", "-c", "echo fourth >> chain")
    #expect(try await user.status(fourth).outcome == "succeeded")
    #expect(user.text(of: "chain") == "first\nsecond\nfourth\n")
    let never = try await user.status(third) { $0.reasonCode == "dependencyNeverSatisfied" }
    #expect(never.state == "held")
    #expect(never.canEverRun == false)
    try await user.cancel(third)
    let ended = try await user.status(third)
    #expect(ended.outcome == "cancelled" || ended.outcome == "dependencyFailed")
  }

  @Test func `a requeued job begins its second attempt`() async throws {
    let user = try await ClusterUser()
    let id = try await user.submit("--requeue", "--", "sh", "-c", "echo x >> starts; sleep 600")
    let first = try await user.status(id) { $0.state == "running" && user.text(of: "starts") == "x\n" }
    try await Cluster.asRoot("scontrol", "requeue", id)
    // Slurm lets a requeued job wait two minutes.
    let waiting = try await user.status(id) { $0.attempt == 2 && $0.state != "finishing" }
    #expect(waiting.state == "held" || waiting.state == "queued", "\(waiting)")
    // On another node: on the same one, the end of the first attempt may remove the second one's files.
    let node = try #require(first.nodes?.first)
    try await Cluster.asRoot("scontrol", "update", "JobId=\(id)", "ExcNodeList=\(node)", "StartTime=now")
    let running = try await user.status(id) { $0.state == "running" && user.text(of: "starts") == "x\nx\n" }
    #expect(running.attempt == 2)
    try await user.cancel(id)
    #expect(try await user.status(id).attempt == 2)
  }

  @Test func `a folder that is not there, and an output file that cannot be written, are reported as failed launches`()
    async throws
  {
    let user = try await ClusterUser()
    let id = try await user.submit("--stdout", "/proc/no/such/file", "--", "true")
    let status = try await user.status(id)
    #expect(status.outcome == "launchFailed", "\(status)")
  }

  @Test func `what Slurm has forgotten is still known: how jobs ended, from accounting or from their exit records`()
    async throws
  {
    let user = try await ClusterUser()
    let failed = try await user.submit("--", "sh", "-c", "exit 7")
    let killed = try await user.submit("--", "sh", "-c", "kill -KILL $$")
    let succeeded = try await user.submit("--", "true")
    let array = try await user.submit("--array", "1-2", "--", "sh", "-c", "exit $SLURM_ARRAY_TASK_ID")
    let ids = [failed, killed, succeeded, array]
    for id in ids { _ = try await user.status(id) }
    let stranger = user.withoutMemory
    for id in ids {
      let isForgotten = try await eventually { try await !Cluster.queueHas(id) }
      #expect(isForgotten)
    }
    var statuses: [Seen] = []
    _ = try await eventually {
      statuses = try await stranger.statuses(ids)
      return statuses.allSatisfy(\.isFinished)
    }
    #expect(try await user.statuses(ids).map(\.outcome) == ["failed", "failed", "succeeded", "failed"])
    #expect(statuses.map(\.outcome) == ["failed", "failed", "succeeded", "failed"], "\(statuses)")
    #expect(statuses.map(\.exitCode) == [7, nil, 0, nil], "\(statuses)")
    #expect(statuses[1].signal == "SIGKILL")
    #expect(statuses[3].tasks?.map(\.exitCode) == [1, 2])
    let source = Cluster.hasAccounting ? "sacct" : "exit record"
    #expect(statuses.prefix(3).allSatisfy { $0.source == source }, "\(statuses.map(\.source))")
    #expect(try await user.launcher("wait", succeeded).exitCode == 0)
  }

  @Test func `a finished job has all that is documented`() async throws {
    let user = try await ClusterUser()
    let id = try await user.submit("--name", "a job", "--walltime", "5m", "--", "sh", "-c", "echo here; exit 7")
    let status = try await user.status(id)
    #expect(status.id == id)
    #expect(status.adapter == "slurm")
    #expect(status.server == "lk")
    #expect(status.name == "a job")
    #expect(status.user == user.name)
    #expect(status.queue == "main")
    #expect(status.outcome == "failed")
    #expect(status.exitCode == 7)
    #expect(status.signal == nil)
    #expect(status.attempt == 1)
    #expect(status.nodes?.count == 1)
    #expect(status.directory == user.folder)
    // Accounting keeps no paths.
    if status.source == "squeue" { #expect(status.stdout == "\(user.folder)/slurm-\(id).out") }
    #expect(status.native?.state == "FAILED")
    let times = [status.submittedAt, status.startedAt, status.endedAt].compactMap(\.self)
    #expect(times.count == 3)
    #expect(times.allSatisfy { $0.hasSuffix("Z") })
    #expect(times == times.sorted())
    let logs = try await user.launcher("logs", id)
    #expect(logs.stdout == "here\n", "\(logs.stderr)")
  }
}
