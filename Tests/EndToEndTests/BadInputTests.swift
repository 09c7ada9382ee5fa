import Foundation
import Testing

@Suite("Bad input is told clearly, and changes nothing")
struct BadInputTests {
  /// The command line, the exit code, and words that the message has to contain.
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
    (["help", "statsu"], 64, ["Did you mean: launcher help status"]),
    (["cancel"], 64, ["Missing expected argument"]),
    (["submit"], 64, ["For instance: launcher submit -- hostname"]),
    (["run"], 64, ["For instance: launcher run -- hostname"]),
    (["submit", "--hold", "sleep", "10"], 64, ["For instance: launcher submit --hold -- sleep 10"]),
    (["submit", "--wall", "1h", "--", "true"], 64, ["has no option ‘--wall’", "Did you mean ‘--walltime’?"]),
    (["run", "--json", "--", "true"], 64, ["has no option ‘--json’", "launcher help run"]),
    (["-v", "status"], 64, ["launcher status -v"]),
    (["--adapter", "local", "status"], 64, ["launcher status --adapter"]),
    (["submit", "—walltime", "5m", "--", "true"], 64, ["long dash", "--walltime"]),
    (["submit", "--walltime", "-5", "--", "true"], 64, ["‘-5’ reads as an option", "--walltime=-5"]),
    (["submit", "--walltime=-5", "--", "true"], 64, ["‘-5’ is not a time"]),
    (["submit", "--nodes", "-1", "--", "true"], 64, ["--nodes=-1"]),
    (["submit", "--nodes=-1", "--", "true"], 64, ["1 or more"]),
    (["submit", "--name", "-dash", "--", "true"], 64, ["--name=-dash"]),
    (["submit", "--name", "--queue", "long", "--", "true"], 64, ["‘--name’ lacks its value"]),
    (["submit", "--priority", "high", "--", "true"], 64, ["‘high’ is not a weight", "-50"]),
    (["submit", "--walltime", "99999999999999d", "--", "true"], 64, ["too long", "3650d"]),
    (["submit", "--cpus-per-task", "99999999999999999999", "--", "true"], 64, ["at most 10000000"]),
    (["submit", "--deadline", "2020-01-01T00:00:00Z", "--", "true"], 65, ["has passed", "nothing was submitted"]),
    (["submit", "--launcher", "srun", "--", "true"], 65, ["the launcher ‘srun’ belongs to another"]),
    (["status", "1,2"], 64, ["‘1,2’", "launcher status 41 42"]),
    (["status", "1-3"], 66, ["named one by one"]),
    (["status", "--since", "2026-11-21"], 64, ["neither a time span", "2026-11-21T08:00:00Z"]),
  ]

  @Test func `a value that begins with a hyphen is taken where it is meant`() async throws {
    let program = try Program()
    let id = try await program.submit("--priority", "-50", "--name=-dash", "--hold", "--", "true")
    #expect(try await program.statuses(id).first?["name"] as? String == "-dash")
  }

  @Test func `ids that are none have no line in the table`() async throws {
    let program = try Program()
    let id = try await program.submit("--hold", "--", "true")
    #expect(try await program.launcher("status", "1,2").stdout == "")
    let mixed = try await program.launcher("status", id, "1,2")
    #expect(mixed.exitCode == 64)
    #expect(mixed.stdout.split(separator: "\n").count == 2, "\(mixed.stdout)")
  }

  @Test func `what an adapter cannot do is not worth another try`() async throws {
    let program = try Program(environment: ["LAUNCHER_ADAPTER_PATH": Program.repository + "/Tests/Adapters"])
    let outcome = try await program.launcher("hold", "--adapter", "tiny-python", "5")
    #expect(outcome.exitCode == 65)
    #expect(outcome.stderr.contains("cannot hold"), "\(outcome.stderr)")
  }

  @Test func `a file that is for --bulk is named as such`() async throws {
    let program = try Program()
    let list = try await program.launcher("submit", "--spec", "-", input: "- command: [echo, hello]\n")
    #expect(list.exitCode == 65)
    #expect(list.stderr.contains("submit a list with --bulk"), "\(list.stderr)")
    let named = try await program.launcher("submit", "--bulk", "-", input: "jobs:\n  - command: [echo, hello]\n")
    #expect(named.exitCode == 65)
    #expect(named.stderr.contains("1:1: ‘jobs’ is not a field"), "\(named.stderr)")
    #expect(named.stderr.contains("‘- command: [echo, hello]’"), "\(named.stderr)")
  }

  @Test(arguments: cases.indices)
  func `a wrong word, field, value, path or id`(index: Int) async throws {
    let (words, exitCode, says) = Self.cases[index]
    let program = try Program()
    let outcome = try await program.run("\(Program.buildFolder)/launcher", words)
    #expect(outcome.exitCode == exitCode, "\(words): \(outcome.stderr)")
    for part in says { #expect(outcome.stderr.contains(part), "\(words): \(outcome.stderr)") }
    #expect(outcome.stdout == "" || words[0] == "status" || words[0] == "wait", "\(outcome.stdout)")
    let left = try await program.statuses()
    #expect(left.isEmpty, "something was submitted")
  }

  @Test func `a mistake in a file is reported with its place and the right word`() async throws {
    let program = try Program()
    let file = program.state + "/job.yaml"
    try "command: [true]\nwalltme: 5m\n".write(toFile: file, atomically: true, encoding: .utf8)
    let outcome = try await program.launcher("submit", "--spec", file)
    #expect(outcome.exitCode == 65)
    #expect(
      outcome.stderr.contains("\(file):2:1: ‘walltme’ is not a field of a job specification: did you mean ‘walltime’?")
    )
  }

  @Test func `what is done to a finished job is refused, and the other jobs of the command are served`() async throws {
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
