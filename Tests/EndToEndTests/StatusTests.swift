import Foundation
import Testing

@Suite("launcher status --json")
struct StatusTests {
  @Test func `a finished job has all that is documented`() async throws {
    let program = try Program()
    let id = try await program.submit("--name", "a job", "--", "sh", "-c", "exit 7")
    let status = try await program.status(id)
    #expect(status["id"] as? String == id)
    #expect(status["adapter"] as? String == "local")
    #expect(status["name"] as? String == "a job")
    #expect(status["state"] as? String == "finished")
    #expect(status["outcome"] as? String == "failed")
    #expect(status["exitCode"] as? Int == 7)
    #expect(status["signal"] == nil)
    #expect(status["attempt"] as? Int == 1)
    #expect(status["server"] as? String != nil)
    #expect((status["nodes"] as? [String])?.count == 1)
    #expect(status["source"] as? String != nil)
    #expect((status["native"] as? [String: Any])?["state"] as? String != nil)
    let times = ["submittedAt", "startedAt", "endedAt", "observedAt"].compactMap { status[$0] as? String }
    #expect(times.count == 4)
    #expect(times.allSatisfy { $0.hasSuffix("Z") })
    #expect(times == times.sorted())
  }

  @Test func `a job that a signal ended has the signal's name and no exit code`() async throws {
    let program = try Program()
    let status = try await program.status(program.submit("--", "sh", "-c", "kill -KILL $$"))
    #expect(status["signal"] as? String == "SIGKILL")
    #expect(status["exitCode"] == nil)
    #expect(status["outcome"] as? String == "failed")
  }

  @Test func `jobs cancelled while queued, while running and while held are distinguished by their reasons`()
    async throws
  {
    let program = try Program(environment: ["LAUNCHER_LOCAL_CORES": "1"])
    let running = try await program.submit("--", "sleep", "600")
    _ = try await program.status(running) { $0["state"] as? String == "running" }
    let queued = try await program.submit("--", "true")
    let held = try await program.submit("--hold", "--", "true")
    let waiting = try await program.statuses(queued, held)
    #expect(waiting[0]["state"] as? String == "queued")
    #expect(waiting[0]["reasonCode"] as? String == "resources")
    #expect(waiting[1]["state"] as? String == "held")
    #expect(waiting[1]["reasonCode"] as? String == "heldByUser")

    #expect(try await program.launcher("cancel", queued, held, running).exitCode == 0)
    var reasons = Set<String>()
    for id in [queued, held, running] {
      let status = try await program.status(id)
      #expect(status["outcome"] as? String == "cancelled")
      #expect(status["cancelledBy"] as? String == "user")
      #expect((status["startedAt"] != nil) == (id == running))
      reasons.insert(try #require(status["reason"] as? String))
    }
    #expect(reasons.count == 2)
  }

  @Test func `a job whose dependency fails ends with that reason`() async throws {
    let program = try Program()
    let first = try await program.submit("--", "false")
    let second = try await program.submit("--dependency", "afterok:\(first)", "--", "true")
    let status = try await program.status(second)
    #expect(status["outcome"] as? String == "dependencyFailed")
    #expect((status["reason"] as? String)?.contains(first) == true)
    #expect(status["startedAt"] == nil)
  }

  @Test func `an array shows its tasks, each with its index and its own end`() async throws {
    let program = try Program()
    let id = try await program.submit(
      "--array",
      "1-10%2",
      "--",
      "sh",
      "-c",
      "exit $((LAUNCHER_ARRAY_INDEX % 2))"
    )
    let waited = try await program.launcher("wait", id)
    #expect(waited.exitCode == 1)
    let status = try await program.status(id)
    #expect(status["outcome"] as? String == "failed")
    let tasks = try #require(status["tasks"] as? [[String: Any]])
    #expect(tasks.map { $0["index"] as? Int } == Array(1...10))
    #expect(tasks.map { $0["exitCode"] as? Int } == [1, 0, 1, 0, 1, 0, 1, 0, 1, 0])
    #expect(tasks.filter { $0["outcome"] as? String == "failed" }.count == 5)
  }

  @Test
  func `a list has one line for an array, with its tasks counted; its name shows them, and a filter holds for each`()
    async throws
  {
    let program = try Program()
    let id = try await program.submit("--array", "1-3", "--", "sh", "-c", "exit $((LAUNCHER_ARRAY_INDEX % 2))")
    _ = try await program.launcher("wait", id)
    let list = try await program.launcher("status").stdout.split(separator: "\n")
    #expect(list.count == 2, "\(list)")
    #expect(list.last?.contains("3 tasks: 1 succeeded, 2 failed") == true, "\(list)")
    let named = try await program.launcher("status", id).stdout.split(separator: "\n")
    #expect(named.count == 5, "\(named)")
    let failed = try await program.launcher("status", "--state", "failed").stdout
    #expect(failed.split(separator: "\n").count == 2, "\(failed)")
    #expect(failed.contains("3 tasks: 1 succeeded, 2 failed"), "\(failed)")
    let jobs = try JSON.array(try await program.launcher("status", "--state", "failed", "--json").stdout)
    let tasks = try #require(jobs.first?["tasks"] as? [[String: Any]])
    #expect(tasks.map { $0["index"] as? Int } == [1, 3])
    #expect(jobs.first?["taskCounts"] as? [String: Int] == ["finished": 3])
  }

  @Test func `a job without a name has that of its program`() async throws {
    let program = try Program()
    let id = try await program.submit("--", "/bin/true", "--name")
    #expect(try await program.status(id)["name"] as? String == "true")
  }

  @Test func `hold and release, suspend and resume, each show`() async throws {
    let program = try Program()
    let held = try await program.submit("--hold", "--", "true")
    #expect(try await program.launcher("release", held).exitCode == 0)
    #expect(try await program.status(held)["outcome"] as? String == "succeeded")

    let running = try await program.submit("--", "sleep", "600")
    _ = try await program.status(running) { $0["state"] as? String == "running" }
    #expect(try await program.launcher("suspend", running).exitCode == 0)
    _ = try await program.status(running) { $0["state"] as? String == "suspended" }
    #expect(try await program.launcher("resume", running).exitCode == 0)
    _ = try await program.status(running) { $0["state"] as? String == "running" }
    #expect(try await program.launcher("cancel", running).exitCode == 0)
    _ = try await program.status(running)
  }
}
