import Foundation
import Testing

@Suite("What launcher writes down of jobs")
struct TrackingTests {
  private let program: Program

  init() throws { program = try Program() }

  @Test func `status lists one's jobs, the latest first, and chooses by state, name and time`() async throws {
    let good = try await program.submit("--name", "train-1", "--", "true")
    let bad = try await program.submit("--name", "train-2", "--", "false")
    let held = try await program.submit("--name", "other", "--hold", "--", "true")
    _ = try await program.status(good)
    _ = try await program.status(bad)
    func listed(_ words: String...) async throws -> [String?] {
      let outcome = try await program.run(Program.buildFolder + "/launcher", ["status", "--json"] + words)
      #expect(outcome.exitCode == 0, "\(outcome.stderr)")
      return try JSON.array(outcome.stdout).map { $0["id"] as? String }
    }
    #expect(try await listed() == [held, bad, good])
    #expect(try await listed("--state", "failed") == [bad])
    #expect(try await listed("--state", "held", "--state", "succeeded") == [held, good])
    #expect(try await listed("--name", "train-*") == [bad, good])
    #expect(try await listed("--since", "0s", "--name", "*") == [held])
    let mistyped = try await program.launcher("status", "--state", "runing")
    #expect(mistyped.exitCode == 64)
    #expect(mistyped.stderr.contains("did you mean ‘running’?"))
  }

  @Test func `history shows each change that was seen, with its source`() async throws {
    let token = "token-\(UUID().uuidString.prefix(8))"
    let id = try await program.submit("--token", token, "--hold", "--", "false")
    _ = try await program.statuses(id)
    _ = try await program.launcher("release", id)
    _ = try await program.status(id)
    let told = try await program.launcher("history", "--json", id)
    let states = try JSON.array(told.stdout).map { ($0["status"] as? [String: Any])?["state"] as? String }
    #expect(states.first == "held")
    #expect(states.last == "finished")
    let forPeople = try await program.launcher("history", token)
    #expect(forPeople.stdout.contains("submitted as job \(id), with the token \(token)"))
    #expect(forPeople.stdout.contains("finished: failed"))
    let unknown = try await program.launcher("history", "4711")
    #expect(unknown.exitCode == 66)
  }

  @Test func `the same token is the same job, and bad tokens are refused`() async throws {
    let first = try await program.submit("--token", "my-experiment-17", "--", "true")
    let again = try await program.launcher("submit", "--token", "my-experiment-17", "--", "true")
    #expect(again.stdout == first + "\n")
    #expect(again.stderr.contains("submitted before"))
    #expect(try await program.statuses().count == 1)
    for token in ["short", "with space in it", "ümlaute-sind-schön", String(repeating: "x", count: 49)] {
      #expect(try await program.launcher("submit", "--token", token, "--", "true").exitCode == 64)
    }
  }

  @Test(
    arguments: [
      "- command: [sh, -c, exit 1]\n- command: [sh, -c, exit 2]\n- command: [sh, -c, exit 3]\n",
      "command: [sh, -c, exit 1]\n---\ncommand: [sh, -c, exit 2]\n---\ncommand: [sh, -c, exit 3]\n---\n",
      #"{"command":["sh","-c","exit 1"]}"# + "\n" + #"{"command":["sh","-c","exit 2"]}"# + "\n"
        + #"{"command":["sh","-c","exit 3"]}"# + "\n",
    ]
  )
  func `a file of many jobs is submitted in its order, and options override each`(text: String) async throws {
    let file = program.state + "-bulk"
    try text.write(toFile: file, atomically: true, encoding: .utf8)
    let outcome = try await program.launcher("submit", "--bulk", file, "--name", "many", "--parallel", "2")
    #expect(outcome.exitCode == 0, "\(outcome.stderr)")
    let ids = outcome.stdout.split(separator: "\n").map(String.init)
    #expect(ids.count == 3)
    for (index, id) in ids.enumerated() {
      let status = try await program.status(id)
      #expect(status["exitCode"] as? Int == index + 1)
      #expect(status["name"] as? String == "many")
    }
  }

  @Test func `one bad job among many is reported by its place, and a repetition submits only what is missing`()
    async throws
  {
    let file = program.state + "-bulk"
    let lines = ["{command: [\"true\"]}", "{command: [\"true\"], queue: nowhere}", "{command: [\"true\"]}"]
    try lines.map { "- " + $0 }.joined(separator: "\n").write(toFile: file, atomically: true, encoding: .utf8)
    let outcome = try await program.launcher("submit", "--bulk", file, "--token", "bulk-of-three")
    #expect(outcome.exitCode == 1)
    // The advice is on a separate line.
    #expect(outcome.stderr.contains("launcher: submission 2 of 3: "))
    #expect(!outcome.stderr.contains("?  "), "\(outcome.stderr)")
    #expect(outcome.stderr.contains("‘--token bulk-of-three’"))
    let mended = lines.map { "- " + $0.replacing(", queue: nowhere", with: "") }.joined(separator: "\n")
    try mended.write(toFile: file, atomically: true, encoding: .utf8)
    let again = try await program.launcher("submit", "--bulk", file, "--token", "bulk-of-three")
    #expect(again.exitCode == 0, "\(again.stderr)")
    #expect(try await program.statuses().count == 3)
  }

  @Test func `Equal jobs are pointed to arrays`() async throws {
    let file = program.state + "-bulk"
    try "- {command: [\"true\"]}\n- {command: [\"true\"]}\n".write(toFile: file, atomically: true, encoding: .utf8)
    let outcome = try await program.launcher("submit", "--bulk", file)
    #expect(outcome.stderr.contains("--array 1-2"))
  }

  @Test func `prune forgets what ended before, and says how much`() async throws {
    let id = try await program.submit("--", "true")
    _ = try await program.status(id)
    let none = try await program.launcher("prune")
    #expect(none.stdout.contains("of 0 jobs that ended before"))
    let tried = try await program.launcher("prune", "--before", "0s", "--dry-run")
    #expect(tried.stdout.contains("1 job that ended before") && tried.stdout.contains("would be"))
    let done = try await program.launcher("prune", "--before", "0s")
    #expect(done.stdout.contains("was removed"))
    #expect(try await program.launcher("history", id).exitCode == 66)
  }

  @Test func `a store of a later version is left as it is, and launcher works without`() async throws {
    _ = try await program.submit("--", "true")
    let file = program.state + "/jobs.sqlite"
    var bytes = try Data(contentsOf: URL(filePath: file))
    // user_version, big-endian, at 60 of an SQLite header.
    bytes.replaceSubrange(60..<64, with: [0, 0, 0, 99])
    try bytes.write(to: URL(filePath: file))
    for side in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: file + side) }
    let outcome = try await program.launcher("submit", "--", "true")
    #expect(outcome.exitCode == 0)
    #expect(outcome.stderr.contains("has version 99"))
    #expect(outcome.stderr.contains("it goes on without"), "\(outcome.stderr)")
    let first = try await program.submit("--token", "same-token", "--", "true")
    #expect(try await program.submit("--token", "same-token", "--", "true") == first)
    #expect(try Data(contentsOf: URL(filePath: file)) == bytes)
  }

  @Test func `reconcile has nothing to say when nothing is uncertain`() async throws {
    _ = try await program.submit("--", "true")
    let outcome = try await program.launcher("reconcile")
    #expect(outcome.exitCode == 0)
    #expect(outcome.stdout == "No submission is uncertain.\n")
  }
}
