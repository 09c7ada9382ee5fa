import Foundation
import Testing

@Suite("A specification from a file, and from options")
struct SpecificationTests {
  @Test func `YAML and JSON say the same, and options override single fields`() async throws {
    let program = try Program()
    let yaml = program.state + "/job.yaml"
    let json = program.state + "/job.json"
    let script = program.state + "/job.sh"
    try "#!/bin/sh\necho \"$GREETING from $LAUNCHER_JOB_NAME\"\n".write(
      toFile: script,
      atomically: true,
      encoding: .utf8
    )
    try "name: one\nscriptFile: job.sh\nenvironment:\n  set: {GREETING: 42}\nwalltime: 1m\n"
      .write(toFile: yaml, atomically: true, encoding: .utf8)
    try
      #"{"name": "one", "command": ["sh", "-c", "echo \"$GREETING from $LAUNCHER_JOB_NAME\""], "environment": {"set": {"GREETING": 42}}, "walltime": "1m"}"#
      .write(toFile: json, atomically: true, encoding: .utf8)
    for file in [yaml, json] {
      let outcome = try await program.launcher("run", "--spec", file, "--name", "two")
      #expect(outcome.stdout == "42 from two\n", "\(outcome.stderr)")
    }
  }

  @Test func `a specification is read from standard input`() async throws {
    let outcome = try await Program().launcher("run", "--spec", "-", input: "command: [echo, hello]\n")
    #expect(outcome.stdout == "hello\n", "\(outcome.stderr)")
  }

  @Test func `the command runs in the directory and with the variables that were asked for`() async throws {
    let program = try Program(environment: ["KEPT": "kept", "LEFT": "left"])
    let folder = try Program.makeFolder("a folder")
    let outcome = try await program.launcher(
      "run",
      "--directory",
      folder,
      "--env",
      "SET=a 'b'\n#SBATCH c",
      "--inherit-env",
      "KEPT,PATH",
      "--",
      "sh",
      "-c",
      #"pwd; echo "$SET"; echo "$KEPT-$LEFT""#
    )
    #expect(outcome.stdout == "\(folder)\na 'b'\n#SBATCH c\nkept-\n", "\(outcome.stderr)")
  }

  @Test func `output goes to the files that were asked for, and logs shows it`() async throws {
    let program = try Program()
    let id = try await program.submit(
      "--name",
      "named",
      "--stdout",
      "{name}-{id}.out",
      "--",
      "sh",
      "-c",
      "echo out; echo err >&2"
    )
    _ = try await program.status(id)
    #expect(try String(contentsOfFile: "\(program.state)/named-\(id).out", encoding: .utf8) == "out\n")
    let logs = try await program.launcher("logs", id)
    #expect(logs.stdout == "out\n")
    #expect(logs.stderr == "err\n")
  }

  @Test func `logs --follow goes on until the job ended`() async throws {
    let program = try Program()
    let gate = program.state + "/gate"
    let id = try await program.submit(
      "--",
      "sh",
      "-c",
      "echo first; while [ ! -e '\(gate)' ]; do sleep 0.02; done; echo last"
    )
    let script =
      "\(Program.buildFolder)/launcher logs --follow \(id) | { read line; echo $line; touch '\(gate)'; cat; }"
    let outcome = try await program.run("sh", ["-c", script])
    #expect(outcome.stdout == "first\nlast\n")
  }
}
