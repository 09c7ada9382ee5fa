import Foundation
import Testing

@Suite("On a real Slurm", .enabled(if: Cluster.root != nil), .serialized)
struct SlurmStories {
  @Test("run passes the output through and ends as the job did")
  func run() async throws {
    let outcome = try await Cluster.launcher("run", "--", "sh", "-c", "echo hello; exit 3")
    #expect(outcome.exitCode == 3, "\(outcome.stderr)")
    #expect(outcome.stdout == "hello\n")
  }

  @Test("Ten tasks of an array, two at a time, five of which fail")
  func array() async throws {
    let id = try await Cluster.submit("--array", "1-10%2", "--", "sh", "-c", "exit $((SLURM_ARRAY_TASK_ID % 2))")
    #expect(try await Cluster.launcher("wait", id).exitCode == 1)
    let status = try await Cluster.status(id)
    #expect(status["outcome"] as? String == "failed")
    let tasks = try #require(status["tasks"] as? [[String: Any]])
    #expect(tasks.map { $0["index"] as? Int } == Array(1...10))
    #expect(tasks.map { $0["exitCode"] as? Int } == [1, 0, 1, 0, 1, 0, 1, 0, 1, 0])
  }

  @Test("An array's task knows itself by LAUNCHER_ARRAY_INDEX and LAUNCHER_JOB_ID")
  func variables() async throws {
    let words =
      "[ $LAUNCHER_ARRAY_INDEX = 4 ] && [ $LAUNCHER_JOB_ID = ${SLURM_ARRAY_JOB_ID}_4 ] && [ \"$A\" = \"x,y\nz\" ]"
    let id = try await Cluster.submit("--array", "4", "--env", "A=x,y\nz", "--", "sh", "-c", words)
    #expect(try await Cluster.status(id)["outcome"] as? String == "succeeded")
  }

  @Test("Cancelled while waiting and while running, and by whom")
  func cancelled() async throws {
    let waiting = try await Cluster.submit("--begin", "+1h", "--", "true")
    let running = try await Cluster.submit("--", "sleep", "600")
    _ = try await Cluster.status(running, until: Cluster.isIn("running"))
    #expect(try await Cluster.launcher("cancel", waiting, running).exitCode == 0)
    for id in [waiting, running] {
      let status = try await Cluster.status(id)
      #expect(status["outcome"] as? String == "cancelled")
      if Cluster.hasAccounting { #expect(status["cancelledBy"] as? String == "user") }
      #expect((status["startedAt"] != nil) == (id == running))
    }
    #expect(try await Cluster.launcher("cancel", "99999999").exitCode != 0)
  }

  @Test("Held, released; waiting for what never comes")
  func held() async throws {
    let held = try await Cluster.submit("--hold", "--", "true")
    #expect(try await Cluster.look(held)["reasonCode"] as? String == "heldByUser")
    #expect(try await Cluster.launcher("release", held).exitCode == 0)
    #expect(try await Cluster.status(held)["outcome"] as? String == "succeeded")

    let failing = try await Cluster.submit("--", "sh", "-c", "sleep 2; exit 1")
    let never = try await Cluster.submit("--dependency", "afterok:\(failing)", "--", "true")
    let status = try await Cluster.status(never) { $0["canEverRun"] as? Bool == false }
    #expect(status["reasonCode"] as? String == "dependencyNeverSatisfied")
    #expect(status["state"] as? String == "held")
    #expect(try await Cluster.launcher("cancel", never).exitCode == 0)
  }

  @Test("Ended by a signal of its own")
  func signalled() async throws {
    let status = try await Cluster.status(Cluster.submit("--", "sh", "-c", "kill -KILL $$"))
    #expect(status["outcome"] as? String == "failed")
    #expect(status["signal"] as? String == "SIGKILL")
  }

  @Test("Requeued: the same job, its next attempt, not finished")
  func requeued() async throws {
    let id = try await Cluster.submit("--requeue", "--", "sleep", "600")
    _ = try await Cluster.status(id, until: Cluster.isIn("running"))
    try await Cluster.run(["scontrol", "requeue", id])
    let status = try await Cluster.status(id) { $0["attempt"] as? Int == 2 && $0["state"] as? String != "finishing" }
    #expect(["held", "queued"].contains(status["state"] as? String))
    #expect(try await Cluster.launcher("cancel", id).exitCode == 0)
  }

  @Test("Walltime exceeded")
  func walltime() async throws {
    let id = try await Cluster.submit("--walltime", "1m", "--", "sleep", "600")
    let status = try await Cluster.status(id, within: .seconds(180))
    #expect(status["outcome"] as? String == "walltimeExceeded")
  }

  @Test("Odd names survive or are refused, and cost no other job anything")
  func names() async throws {
    let neighbour = try await Cluster.submit("--hold", "--name", "plain", "--", "true")
    let name = "q'u\"o | % %j = Größe -- #SBATCH k=v JobState=FAILED"
    let odd = try await Cluster.submit("--hold", "--name", name, "--", "true")
    #expect(try await Cluster.launcher("submit", "--name", "two\nlines", "--", "true").exitCode != 0)
    let line = try await Cluster.run(["sbatch", "--parsable", "--hold", "-J", "line1\nline2|FAILED", "--wrap", "true"])
    let latin = try await Cluster.run([
      "sh", "-c", "sbatch --parsable --hold -J \"$(printf 'lat\\351in')\" --wrap true",
    ])
    let ids = [odd, neighbour] + [line, latin].map { $0.stdout.trimmingCharacters(in: .newlines) }
    #expect(try await Cluster.look(odd)["name"] as? String == name)
    #expect(try await Cluster.look(neighbour)["name"] as? String == "plain")
    for id in ids { #expect(try await Cluster.look(id)["state"] as? String == "held") }
    for id in ids { try await Cluster.launcher("cancel", id) }
  }

  @Test("A controller that stops ends nothing")
  func controller() async throws {
    let id = try await Cluster.submit("--", "sleep", "40")
    _ = try await Cluster.status(id, until: Cluster.isIn("running"))
    try await Cluster.change("stop-controller")
    let outcome = try await Cluster.launcher("status", "--json", id)
    try await Cluster.change("start-controller")
    #expect(outcome.exitCode != 0)
    #expect(!outcome.stdout.contains("finished"))
    #expect(try await Cluster.status(id)["outcome"] as? String == "succeeded")
  }

  @Test("A node that dies")
  func node() async throws {
    let id = try await Cluster.submit("--no-requeue", "--nodelist", "node4", "--", "sleep", "600")
    _ = try await Cluster.status(id, until: Cluster.isIn("running"))
    try await Cluster.change("stop-node", "4", "--at-once")
    let status = try await Cluster.status(id)
    try await Cluster.change("start-node", "4")
    #expect(status["outcome"] as? String == "nodeFailure")
    #expect(status["retry"] as? Bool == true)
  }
}
