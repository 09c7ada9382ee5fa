import Foundation
import Testing

@Suite("launcher run")
struct RunTests {
  @Test func `it passes the job's output through and ends with the job's exit code`() async throws {
    let outcome = try await Program().launcher("run", "--", "sh", "-c", "echo out; echo err >&2; exit 3")
    #expect(outcome.stdout == "out\n")
    #expect(outcome.stderr.contains("err\n"))
    #expect(outcome.exitCode == 3)
  }

  @Test func `it ends with 128 plus the number of the signal that ended the job`() async throws {
    let outcome = try await Program().launcher("run", "--", "sh", "-c", "kill -SEGV $$")
    #expect(outcome.exitCode == 139)
  }

  @Test func `it says where the output of an array is, which it does not show`() async throws {
    let outcome = try await Program().launcher("run", "--array", "1-2", "--", "echo", "out")
    #expect(outcome.exitCode == 0)
    #expect(outcome.stdout == "")
    #expect(outcome.stderr.contains(/launcher logs \d+_1/), "\(outcome.stderr)")
  }

  @Test func `it shows the output while the job still runs`() async throws {
    let program = try Program()
    let gate = program.state + "/gate"
    // The job waits for a file that appears only once its first line has come through.
    let script = """
      \(Program.buildFolder)/launcher run -- sh -c 'echo first; while [ ! -e "\(gate)" ]; do sleep 0.02; done; echo last' |
      { read line; echo "$line"; touch "\(gate)"; cat; }
      """
    let outcome = try await program.run("sh", ["-c", script])
    #expect(outcome.stdout == "first\nlast\n")
  }

  @Test func `it passes bytes through that are not text`() async throws {
    let program = try Program()
    let command = "\(Program.buildFolder)/launcher run -- printf '\\000\\377\\351x' | od -An -tx1"
    let outcome = try await program.run("sh", ["-c", command])
    #expect(outcome.stdout.trimmingCharacters(in: .whitespacesAndNewlines) == "00 ff e9 78")
  }

  @Test func `words reach the command as they were typed, whatever they hold`() async throws {
    let words = [
      "two words", "a'b\"c", "new\nline", "#SBATCH -N 5", "$(touch pwned) `id`", "-n", "*", "", "ü€😀", "\\n",
    ]
    let program = try Program()
    let python = "import sys; sys.stdout.write('|'.join(sys.argv[1:]))"
    let outcome = try await program.run(
      "\(Program.buildFolder)/launcher",
      ["run", "--", "python3", "-c", python] + words
    )
    #expect(outcome.stdout == words.joined(separator: "|"))
  }

  @Test func `a walltime ends every process of the job, and nothing is left`() async throws {
    let program = try Program()
    // Sleeps of a unique length, so that leftovers can be distinguished from everything else.
    let sleep = "sleep 30071.\(UInt32.random(in: 1000...9_999_999))"
    let outcome = try await program.launcher(
      "run",
      "--walltime",
      "1s",
      "--",
      "sh",
      "-c",
      "\(sleep) & setsid \(sleep) & \(sleep)"
    )
    #expect(outcome.stderr.contains("walltimeExceeded"))
    #expect(outcome.exitCode != 0)
    let left = try await program.run("pgrep", ["-fx", sleep])
    #expect(left.stdout == "")
    let status = try await program.status("1")
    #expect(status["outcome"] as? String == "walltimeExceeded")
  }

  @Test func `an interrupt cancels the job`() async throws {
    let program = try Program()
    let script = """
      \(Program.buildFolder)/launcher run -- sh -c 'echo ready; sleep 30072' > out 2> err &
      pid=$!
      while ! grep -q ready out; do sleep 0.02; done
      kill -INT $pid
      wait $pid
      """
    // A shell without job control starts background programs with SIGINT ignored; bash -m does not.
    let outcome = try await program.run("bash", ["-m", "-c", script])
    #expect(outcome.exitCode == 143)
    let status = try await program.status("1")
    #expect(status["outcome"] as? String == "cancelled")
    #expect(status["cancelledBy"] as? String == "user")
  }

  @Test func `a job that catches the end of its walltime and ends with 0 has not succeeded`() async throws {
    let outcome = try await Program().launcher(
      "run",
      "--walltime",
      "1s",
      "--",
      "sh",
      "-c",
      "trap 'exit 0' TERM; sleep 30073 & wait"
    )
    #expect(outcome.exitCode == 124)
    #expect(outcome.stderr.contains("walltimeExceeded"))
  }

  @Test func `what an output file held before is not shown`() async throws {
    let program = try Program()
    let file = program.state + "/out"
    try String(repeating: "old\n", count: 1000).write(toFile: file, atomically: true, encoding: .utf8)
    let outcome = try await program.launcher("run", "--stdout", file, "--", "echo", "new")
    #expect(outcome.stdout == "new\n")
  }

  @Test func `when nobody reads the output any more the job is cancelled, and does not go on forever`() async throws {
    let program = try Program()
    let command = "{ \(Program.buildFolder)/launcher run -- yes; echo $? >&2; } | head -2"
    let outcome = try await program.run("sh", ["-c", command])
    #expect(outcome.stdout == "y\ny\n")
    #expect(outcome.stderr.hasSuffix("141\n"), "\(outcome.stderr)")
    #expect(try await program.status("1")["outcome"] as? String == "cancelled")
  }

  @Test func `a current directory that is gone is an error, not the root directory`() async throws {
    let program = try Program()
    let command = "mkdir gone; cd gone; rmdir ../gone; \(Program.buildFolder)/launcher run -- pwd"
    let outcome = try await program.run("sh", ["-c", command])
    #expect(outcome.exitCode == 66)
    #expect(outcome.stdout == "")
  }

  @Test func `words that are not UTF-8 text are refused rather than changed`() async throws {
    let program = try Program()
    let command = "\(Program.buildFolder)/launcher run -- printf %s \"$(printf 'bad\\377')\""
    let outcome = try await program.run("sh", ["-c", command])
    #expect(outcome.exitCode == 64)
    #expect(outcome.stderr.contains("UTF-8"))
  }

  @Test func `a result that cannot be written is said, and is not a success`() async throws {
    let program = try Program()
    for words in ["submit -- true", "status", "version"] {
      let outcome = try await program.run("sh", ["-c", "\(Program.buildFolder)/launcher \(words) > /dev/full"])
      #expect(outcome.exitCode == 74, "\(words)")
      #expect(outcome.stderr.contains("could not be written"))
    }
    let other = try await program.run("sh", ["-c", "\(Program.buildFolder)/launcher status >&-"])
    #expect(other.exitCode == 74)
    #expect(other.stderr.contains("standard output is not open"), "\(other.stderr)")
  }

  @Test(arguments: ["", "--json", "--bulk"])
  func `the id of a job that was submitted is not lost with its output`(form: String) async throws {
    let program = try Program()
    let launcher = "\(Program.buildFolder)/launcher"
    let bulk = "printf 'command: [\"true\"]\\n' | \(launcher) submit --bulk -"
    let command = form == "--bulk" ? bulk : "\(launcher) submit \(form) -- true"
    let outcome = try await program.run("sh", ["-c", command + " > /dev/full"])
    #expect(outcome.exitCode == 74)
    let says = form == "--bulk" ? "Submission 1 of 1 is job 1." : "Job 1 was submitted all the same; do not submit"
    #expect(outcome.stderr.contains(says), "\(outcome.stderr)")
    #expect(try await program.status("1")["outcome"] as? String == "succeeded")
  }

  @Test func `answers that are ready together come whole, each on its line`() async throws {
    let program = try Program()
    // A host that asks eight times at once and begins to read late, so that the pipe is full meanwhile.
    let host = """
      import json, subprocess, sys, time
      adapter = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
      jobs = [{"id": str(number)} for number in range(2000)]
      ask = [(1, "initialize", {"protocol": {"least": 1, "greatest": 1}, "host": {"name": "t", "version": "1"}})]
      ask += [(number, "poll", {"jobs": jobs}) for number in range(2, 10)]
      for number, method, params in ask:
          line = json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
          adapter.stdin.write(line.encode() + b"\\n")
      adapter.stdin.flush()
      time.sleep(1)
      answered = set()
      while len(answered) < 9:
          message = json.loads(adapter.stdout.readline())
          if "result" in message: answered.add(message["id"])
      adapter.stdin.close()
      print("whole")
      """
    let outcome = try await program.run("python3", ["-c", host, Program.buildFolder + "/local-adapter"])
    #expect(outcome.stdout == "whole\n", "\(outcome.stderr.suffix(500))")
  }

  @Test func `a program that does not exist is reported as such`() async throws {
    let program = try Program()
    let outcome = try await program.launcher("run", "--", "no-such-program-here")
    #expect(outcome.exitCode == 125)
    #expect(outcome.stderr.contains("launchFailed"))
    #expect(outcome.stderr.contains("no-such-program-here"))
  }

  @Test func `a dry run shows the command and leaves nothing behind`() async throws {
    let program = try Program()
    let outcome = try await program.launcher("run", "--dry-run", "--", "echo", "two words")
    #expect(outcome.exitCode == 0)
    #expect(outcome.stdout.contains("echo 'two words'"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: program.state).isEmpty)
  }
}
