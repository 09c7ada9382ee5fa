import Foundation
import Testing

@Suite("Labels of jobs")
struct LabelTests {
  private let program: Program

  init() throws { program = try Program() }

  private func listed(_ words: String...) async throws -> [String?] {
    let outcome = try await program.run(Program.buildFolder + "/launcher", ["status", "--json"] + words)
    #expect(outcome.exitCode == 0, "\(outcome.stderr)")
    return try JSON.array(outcome.stdout).map { $0["id"] as? String }
  }

  @Test func `jobs are found by the labels that they were submitted with, each and together`() async throws {
    let first = try await program.submit("--label", "experiment=sweep", "--label", "member=1", "--hold", "--", "true")
    let second = try await program.submit("--label", "experiment=sweep", "--label", "member=2", "--", "true")
    _ = try await program.submit("--hold", "--", "true")
    _ = try await program.status(second)
    #expect(try await listed("--label", "experiment=sweep") == [second, first])
    #expect(try await listed("--label", "experiment=sweep", "--label", "member=2") == [second])
    #expect(try await listed("--label", "experiment=other") == [])
    #expect(try await listed("--label", "experiment=sweep", "--state", "held") == [first])
    let status = try #require(try await program.statuses(second).first)
    #expect(status["labels"] as? [String: String] == ["experiment": "sweep", "member": "2"])
    let token = try #require(status["token"] as? String)
    // The status leads back to the submission.
    let history = try await program.launcher("history", token).stdout
    #expect(history.contains("submitted as job \(second), with the token \(token), labelled experiment=sweep, "))
  }

  @Test func `a file gives labels to its jobs, numbers and flags as they are written; the scheduler never sees them`()
    async throws
  {
    let jobs = program.state + "/../jobs.yaml"
    try """
    - {command: ["true"], name: one, hold: true, labels: {experiment: sweep, member: 1, last: true}}
    - {command: ["true"], name: two, hold: true}
    """.write(toFile: jobs, atomically: true, encoding: .utf8)
    let submitted = try await program.launcher("submit", "--bulk", jobs, "--label", "owner=ada")
    #expect(submitted.exitCode == 0, "\(submitted.stderr)")
    let ids = submitted.stdout.split(separator: "\n").map(String.init)
    #expect(Set(try await listed("--label", "owner=ada")) == Set(ids))
    let labels = try await program.statuses(ids[0]).first?["labels"] as? [String: String]
    #expect(labels == ["experiment": "sweep", "member": "1", "last": "true", "owner": "ada"])
    let preview = try await program.launcher("submit", "--dry-run", "--json", "--bulk", jobs)
    #expect(preview.exitCode == 0 && !preview.stdout.contains("sweep"), "\(preview.stderr)")
  }

  @Test(arguments: ["sweep", "=x", "a b=c", "ümlaut=1"])
  func `what is not a label is refused before anything is submitted`(text: String) async throws {
    let outcome = try await program.launcher("submit", "--label", text, "--", "true")
    #expect(outcome.exitCode == 64)
    #expect(outcome.stderr.contains("is not a label"), "\(outcome.stderr)")
    let status = try await program.launcher("status", "--label", text)
    #expect(status.exitCode == 64)
    let long = try await program.launcher("submit", "--label", "a=" + String(repeating: "x", count: 256), "--", "true")
    #expect(long.exitCode == 64)
    #expect(try await program.statuses().isEmpty)
  }

  @Test func `labels are pruned with their jobs`() async throws {
    let id = try await program.submit("--label", "experiment=sweep", "--", "true")
    _ = try await program.status(id)
    _ = try await program.launcher("prune", "--before", "0s")
    let script =
      "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM label').fetchone()[0])"
    let left = try await program.run("/usr/bin/env", ["python3", "-c", script, program.state + "/jobs.sqlite"])
    #expect(left.stdout == "0\n", "\(left.stderr)")
  }
}
