import Foundation
import Testing

/// Recording a scheduler's answers once, and working from them without it.
@Suite struct RecordTests {
  private let recording: String
  private let queue: String

  init() throws {
    recording = try Program.makeFolder("recording") + "/it"
    queue = try Program.makeFolder("tiny")
  }

  private static let adapters = Program.repository + "/Tests/Adapters"
  private static let path = ProcessInfo.processInfo.environment["PATH"] ?? ""

  /// The program where the tiny scheduler is installed, or where it is not.
  private func program(withScheduler: Bool) throws -> Program {
    try Program(environment: [
      "LAUNCHER_ADAPTER": "tiny-python", "LAUNCHER_ADAPTER_PATH": Self.adapters, "TINY_QUEUE": queue,
      "PATH": withScheduler ? "\(Self.adapters)/bin:\(Self.path)" : Self.path,
    ])
  }

  private var launcher: String { Program.buildFolder + "/launcher" }

  @Test func `a recorded run replays without its scheduler, exit code included`() async throws {
    let words = ["--", launcher, "run", "--", "sh", "-c", "exit 3"]
    let recorder = try program(withScheduler: true)
    let recorded = try await recorder.run(launcher, ["record", recording] + words)
    #expect(recorded.exitCode == 3, "\(recorded.stderr)")
    let elsewhere = try program(withScheduler: false)
    let bare = try await elsewhere.run(launcher, Array(words.dropFirst(2)))
    #expect(bare.exitCode != 3, "the scheduler is still there")
    let replayed = try await elsewhere.run(launcher, ["replay", recording] + words)
    #expect(replayed.exitCode == 3, "\(replayed.stderr)")
  }

  @Test func `a workflow of several programs replays in the order in which it was recorded`() async throws {
    let workflow = """
      id=$('\(launcher)' submit -- sh -c 'exit 4') || exit
      '\(launcher)' wait "$id" >/dev/null
      '\(launcher)' status --json "$id" | tr -d ' \\n' | grep -o '"exit[A-Za-z]*":[^,}]*'
      """
    let words = ["--", "sh", "-c", workflow]
    let recorded = try await program(withScheduler: true).run(launcher, ["record", recording] + words)
    #expect(recorded.stdout.contains("4"), "\(recorded.stderr)")
    let replayed = try await program(withScheduler: false).run(launcher, ["replay", recording] + words)
    #expect(replayed.stdout == recorded.stdout)
    #expect(replayed.exitCode == recorded.exitCode)
  }

  @Test func `a job that calls launcher does not go on with the recording of what submitted it`() async throws {
    let words = ["--", launcher, "run", "--", "sh", "-c", "exit ${LAUNCHER_RECORD:+9}"]
    let recorded = try await program(withScheduler: true).run(launcher, ["record", recording] + words)
    #expect(recorded.exitCode == 0, "\(recorded.stderr)")
  }

  @Test func `what was not recorded is named beside what was`() async throws {
    let words = ["--", launcher, "run", "--", "true"]
    let recorded = try await program(withScheduler: true).run(launcher, ["record", recording] + words)
    #expect(recorded.exitCode == 0, "\(recorded.stderr)")
    let replayed = try await program(withScheduler: false)
      .run(launcher, ["replay", recording, "--", launcher, "status", "nobody"])
    #expect(replayed.exitCode == 66)
    #expect(replayed.stderr.contains("not recorded: tiny-stat"), "\(replayed.stderr)")
    #expect(replayed.stderr.contains("Nearest recorded"), "\(replayed.stderr)")
  }

  @Test func `a program that runs native commands itself is recorded and replayed by stand-ins`() async throws {
    let workflow = "id=$(echo 'exit 5' | tiny-submit) && echo \"got $id\"; tiny-stat nobody; echo $?"
    let words = ["--", "sh", "-c", workflow]
    let recorded = try await program(withScheduler: true)
      .run(launcher, ["record", "--commands", "tiny-submit,tiny-stat", recording] + words)
    #expect(try !FileManager.default.contentsOfDirectory(atPath: recording).isEmpty)
    let replayed = try await program(withScheduler: false).run(launcher, ["replay", "--commands", recording] + words)
    #expect(replayed.stdout == recorded.stdout, "\(replayed.stderr)")
    #expect(replayed.stderr == recorded.stderr)
    let other = try await program(withScheduler: false)
      .run(launcher, ["replay", "--commands", recording, "--", "tiny-stat", "somebody", "new"])
    #expect(other.exitCode == 66)
    #expect(other.stderr.contains("tiny-stat somebody new"), "\(other.stderr)")
  }

  @Test func `what is concluded from a recording can be written down beside it`() async throws {
    let words = ["--", launcher, "run", "--", "sh", "-c", "exit 3"]
    _ = try await program(withScheduler: true).run(launcher, ["record", recording] + words)
    let expected = recording + "/expected.json"
    let recorded = try JSON.object(String(contentsOfFile: expected, encoding: .utf8))
    try FileManager.default.removeItem(atPath: expected)
    let replayed = try await program(withScheduler: false).run(launcher, ["replay", "--expect", recording] + words)
    #expect(replayed.exitCode == 3, "\(replayed.stderr)")
    let concluded = try JSON.object(String(contentsOfFile: expected, encoding: .utf8))
    let operations = (concluded["questions"] as? [[String: Any]])?.compactMap { $0["operation"] as? String }
    #expect(operations?.first == "submit")
    #expect(operations?.last == "poll")
    #expect((recorded["questions"] as? [Any])?.isEmpty == false)
  }

  @Test func `waiting for a job that a recording leaves running is an error, not a wait forever`() async throws {
    let workflow = """
      id=$('\(launcher)' submit -- sleep 600) || exit
      '\(launcher)' status --json "$id" >/dev/null
      '\(launcher)' cancel "$id" >/dev/null
      echo "$id"
      """
    let recorded = try await program(withScheduler: true)
      .run(launcher, ["record", recording, "--", "sh", "-c", workflow])
    let id = recorded.stdout.trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(!id.isEmpty, "\(recorded.stderr)")
    let waited = try await program(withScheduler: false)
      .run(launcher, ["replay", recording, "--", launcher, "wait", id])
    #expect(waited.exitCode == 66)
    #expect(waited.stderr.contains("the recording ends with job \(id)"), "\(waited.stderr)")
  }

  @Test func `a right adapter holds on its own fresh recording, lost answers and refusals included`() async throws {
    // A submit command that submits and is killed before it reports that.
    let lost = try Program.makeFolder("lost")
    let standIn = "#!/bin/sh\n'\(Self.adapters)/bin/tiny-submit' \"$@\" >/dev/null\nkill -KILL $$\n"
    try standIn.write(toFile: lost + "/tiny-submit", atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: lost + "/tiny-submit")
    let workflow = """
      '\(launcher)' detect >/dev/null
      '\(launcher)' run -- sh -c 'exit 3'
      '\(launcher)' cancel 555 1
      '\(launcher)' queues >/dev/null; '\(launcher)' nodes >/dev/null
      PATH="\(lost):$PATH" '\(launcher)' submit -- true
      """
    let recorded = try await program(withScheduler: true)
      .run(launcher, ["record", recording, "--", "sh", "-c", workflow])
    #expect(recorded.stdout.contains("2\n"), "\(recorded.stdout)\(recorded.stderr)")
    let expected = recording + "/expected.json"
    let text = try String(contentsOfFile: expected, encoding: .utf8)
    #expect(text.contains(#""operation" : "find""#))
    #expect(text.contains(#""name" : "unknownJob""#), "what the host fills in is recorded")
    try text.replacingOccurrences(of: #""reviewed" : false"#, with: #""reviewed" : true"#)
      .write(toFile: expected, atomically: true, encoding: .utf8)
    let adapter = Self.adapters + "/tiny-python-adapter"
    let held = try await program(withScheduler: false)
      .run(launcher, ["conformance", "--mutants", "0", adapter, recording])
    #expect(held.exitCode == 0, "\(held.stdout)\(held.stderr)")
    #expect(!held.stdout.contains("reviewed"), "\(held.stdout)")
  }

  @Test func `the local adapter is neither recorded nor run in a replay`() async throws {
    let program = try Program()
    let recorded = try await program.run(launcher, ["record", recording, "--", launcher, "submit", "--", "true"])
    #expect(recorded.exitCode == 66)
    #expect(recorded.stderr.contains("nothing to record"), "\(recorded.stderr)")
    #expect(recorded.stderr.contains("nothing was recorded"), "\(recorded.stderr)")
  }

  @Test func `the program's own exit code, streams and death are passed on`() async throws {
    let program = try Program()
    let outcome = try await program.run(
      launcher,
      ["record", recording, "--", "sh", "-c", "cat; echo e >&2; exit 9"],
      input: "in"
    )
    #expect(outcome.exitCode == 9)
    #expect(outcome.stdout == "in")
    #expect(outcome.stderr.hasPrefix("e\n"))
    #expect(try await program.run(launcher, ["record", recording, "--", "sh", "-c", "kill -9 $$"]).exitCode == 137)
    #expect(try await program.run(launcher, ["record", recording, "--", "no-such-program"]).exitCode == 66)
    #expect(try await program.run(launcher, ["replay", "/nowhere", "--", "true"]).exitCode == 66)
    #expect(try await program.run(launcher, ["replay", "--", "true"]).exitCode == 64)
    #expect(try await program.run(launcher, ["record", recording]).exitCode == 64)
  }

  @Test func `redacted, a recording does not hold the values of the job's variables, and replays all the same`()
    async throws
  {
    let words = [
      "--", launcher, "run", "--env", "API_TOKEN=s3cr3t-value", "--env", "QUOTED=it's s3cr3t", "--", "sh", "-c",
      "exit 3",
    ]
    let recorded = try await program(withScheduler: true).run(launcher, ["record", "--redact", recording] + words)
    #expect(recorded.exitCode == 3, "\(recorded.stderr)")
    let found = try await Program().run("grep", ["-r", "s3cr3t", recording])
    #expect(found.stdout == "")
    #expect(try await Program().run("grep", ["-rl", "redacted-API_TOKEN", recording]).exitCode == 0)
    let replayed = try await program(withScheduler: false).run(launcher, ["replay", recording] + words)
    #expect(replayed.exitCode == 3, "\(replayed.stderr)")
  }

  @Test func `how long a job has run in a recording is counted in the recording's time`() async throws {
    let fixture = Program.repository + "/Tests/Fixtures/slurm-22.05.8/story-exit-code"
    let program = try Program(environment: ["LAUNCHER_ADAPTER": "slurm"])
    let words = ["replay", fixture, "--", launcher, "status", "15"]
    let outcome = try await program.run(launcher, words)
    #expect(outcome.stdout.contains("ELAPSED"), "\(outcome.stdout)\(outcome.stderr)")
    // A job that takes seconds, whenever it is looked at.
    #expect(outcome.stdout.firstRange(of: #/[0-9]+:[0-9]{2}:[0-9]{2}[ \n]/#) == nil, "\(outcome.stdout)")
  }
}
