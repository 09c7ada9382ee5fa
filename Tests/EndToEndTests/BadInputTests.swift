import Foundation
import Testing

@Suite("Bad input is told clearly, and changes nothing")
struct BadInputTests {
  /// What is typed, the exit code, and words that the message has to hold.
  static let cases: [(words: [String], exitCode: Int32, says: [String])] = [
    (["submit", "--adapter", "locl", "--", "true"], 64, ["locl", "Did you mean ‘local’"]),
    (["submit", "--adapter", "/no/such-adapter", "--", "true"], 64, ["no adapter at /no/such-adapter"]),
    (["submit"], 64, ["what to run is missing"]),
    (["submit", "--", ""], 65, ["command", "empty"]),
    (["submit", "true"], 64, ["put ‘--’ before the command"]),
    (["submit", "--walltime", "soon", "--", "true"], 64, ["soon", "1:30:00"]),
    (["submit", "--walltime", "0", "--", "true"], 64, ["above zero"]),
    (["submit", "--walltime", "99999d", "--", "true"], 64, ["ten years"]),
    (["submit", "--memory", "500", "--", "true"], 64, ["no unit", "500M"]),
    (["submit", "--array", "5-1", "--", "true"], 64, ["backwards"]),
    (["submit", "--dependency", "aftreok:1", "--", "true"], 64, ["did you mean afterok"]),
    (["submit", "--dependency", "afterok:4711", "--", "true"], 66, ["4711"]),
    (["submit", "--begin", "2026-11-22T08:00:00", "--", "true"], 64, ["no zone"]),
    (["submit", "--name", "two\nlines", "--", "true"], 65, ["name", "line break"]),
    (["submit", "--name", "#SBATCH\n--nodes 5", "--", "true"], 65, ["name", "line break"]),
    (["submit", "--directory", "/no/such/folder", "--", "true"], 66, ["/no/such/folder"]),
    (["submit", "--account", "me", "--", "true"], 65, ["‘account’"]),
    (["submit", "--queue", "defualt", "--", "true"], 65, ["defualt", "default"]),
    (["submit", "--cpus-per-task", "100000", "--", "true"], 65, ["100000"]),
    (["submit", "--nodes", "0", "--", "true"], 64, ["1 or more"]),
    (["submit", "--script", "/no/such/script"], 66, ["/no/such/script"]),
    (["submit", "--spec", "/no/such/spec.yaml"], 66, ["/no/such/spec.yaml"]),
    (["submit", "--env", "NOVALUE", "--", "true"], 64, ["NAME=VALUE"]),
    (["submit", "--walltme", "5", "--", "true"], 64, ["--walltime"]),
    (["status", "4711"], 66, ["4711", "not known"]),
    (["status", "$(rm x)"], 64, ["is not a job id"]),
    (["status", "--", "-1"], 64, ["is not a job id"]),
    (["status", String(repeating: "9", count: 10_000)], 64, ["is not a job id"]),
    (["cancel", "4711"], 66, ["4711"]),
    (["cancel", "$(rm x)"], 64, ["is not a job id"]),
    (["cancel", "--signal", "SIGFOO", "1"], 64, ["SIGFOO"]),
    (["hold", "4711"], 66, ["4711"]),
    (["logs", "4711"], 66, ["4711"]),
    (["wait", "4711"], 66, ["4711"]),
    (["statsu"], 64, ["Did you mean: launcher status"]),
    (["cancel"], 64, ["Missing expected argument"]),
  ]

  @Test("A wrong word, field, value, path or id", arguments: cases.indices)
  func isTold(index: Int) async throws {
    let (words, exitCode, says) = Self.cases[index]
    let program = try Program()
    let outcome = try await program.run("\(Program.buildFolder)/launcher", words)
    #expect(outcome.exitCode == exitCode, "\(words): \(outcome.stderr)")
    for part in says { #expect(outcome.stderr.contains(part), "\(words): \(outcome.stderr)") }
    #expect(outcome.stdout == "" || words[0] == "status" || words[0] == "wait", "\(outcome.stdout)")
    let left = try await program.statuses()
    #expect(left.isEmpty, "something was submitted")
  }

  @Test("A mistake in a file is told with its place and the right word")
  func specificationFile() async throws {
    let program = try Program()
    let file = program.state + "/job.yaml"
    try "command: [true]\nwalltme: 5m\n".write(toFile: file, atomically: true, encoding: .utf8)
    let outcome = try await program.launcher("submit", "--spec", file)
    #expect(outcome.exitCode == 65)
    #expect(
      outcome.stderr.contains("\(file):2:1: ‘walltme’ is not a field of a job specification: did you mean ‘walltime’?")
    )
  }

  @Test("What is done to a finished job is refused, and the other jobs of the command are served")
  func partlyPossible() async throws {
    let program = try Program()
    let finished = try await program.submit("--", "true")
    _ = try await program.status(finished)
    let held = try await program.submit("--hold", "--", "true")
    let outcome = try await program.launcher("cancel", finished, held)
    #expect(outcome.exitCode == 1)
    #expect(outcome.stderr.contains("\(finished)"))
    #expect(try await program.status(held)["outcome"] as? String == "cancelled")
  }
}
