import Foundation
import Testing

@Suite("launcher run")
struct RunTests {
  @Test("It passes the job's output through and ends with the job's exit code")
  func exitCode() async throws {
    let outcome = try await Program().launcher("run", "--", "sh", "-c", "echo out; echo err >&2; exit 3")
    #expect(outcome.stdout == "out\n")
    #expect(outcome.stderr.contains("err\n"))
    #expect(outcome.exitCode == 3)
  }

  @Test("It ends with 128 plus the number of the signal that ended the job")
  func signal() async throws {
    let outcome = try await Program().launcher("run", "--", "sh", "-c", "kill -SEGV $$")
    #expect(outcome.exitCode == 139)
  }

  @Test("It shows the output while the job still runs")
  func outputAsItComes() async throws {
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

  @Test("It passes bytes through that are no text")
  func binaryOutput() async throws {
    let program = try Program()
    let command = "\(Program.buildFolder)/launcher run -- printf '\\000\\377\\351x' | od -An -tx1"
    let outcome = try await program.run("sh", ["-c", command])
    #expect(outcome.stdout.trimmingCharacters(in: .whitespacesAndNewlines) == "00 ff e9 78")
  }

  @Test("Words reach the command as they were typed, whatever they hold")
  func oddWords() async throws {
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

  @Test("A walltime ends every process of the job, and nothing is left")
  func walltime() async throws {
    let program = try Program()
    // Sleeps of a length of their own, so that what is left can be told from everything else.
    let outcome = try await program.launcher(
      "run",
      "--walltime",
      "1s",
      "--",
      "sh",
      "-c",
      "sleep 30071 & setsid sleep 30071 & sleep 30071"
    )
    #expect(outcome.stderr.contains("walltimeExceeded"))
    #expect(outcome.exitCode != 0)
    let left = try await program.run("pgrep", ["-fx", "sleep 30071"])
    #expect(left.stdout == "")
    let status = try await program.status("1")
    #expect(status["outcome"] as? String == "walltimeExceeded")
  }

  @Test("An interrupt cancels the job")
  func interrupt() async throws {
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

  @Test("A job that catches the end of its walltime and ends with 0 has not succeeded")
  func walltimeCaught() async throws {
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

  @Test("What an output file held before is not shown")
  func existingOutputFile() async throws {
    let program = try Program()
    let file = program.state + "/out"
    try String(repeating: "old\n", count: 1000).write(toFile: file, atomically: true, encoding: .utf8)
    let outcome = try await program.launcher("run", "--stdout", file, "--", "echo", "new")
    #expect(outcome.stdout == "new\n")
  }

  @Test("A result that cannot be written is said, and is no success")
  func fullOutput() async throws {
    let program = try Program()
    for words in ["submit -- true", "status", "version"] {
      let outcome = try await program.run("sh", ["-c", "\(Program.buildFolder)/launcher \(words) > /dev/full"])
      #expect(outcome.exitCode == 74, "\(words)")
      #expect(outcome.stderr.contains("could not be written"))
    }
  }

  @Test("Answers that are ready together come whole, each on its line")
  func concurrentAnswers() async throws {
    let program = try Program()
    let ids = (0..<2000).map { #"{"id":"\#($0)"}"# }.joined(separator: ",")
    let polls = (2...9).map { #"{"jsonrpc":"2.0","id":\#($0),"method":"poll","params":{"jobs":[\#(ids)]}}"# }
    let greeting =
      #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocol":{"least":1,"greatest":1},"host":{"name":"t","version":"1"}}}"#
    // The reader is slow on purpose, so that the pipe is full while the answers come.
    let script = "{ cat; sleep 3; } | \(Program.buildFolder)/local-adapter | { sleep 1; cat; }"
    let input = ([greeting] + polls).joined(separator: "\n") + "\n"
    let outcome = try await program.run("sh", ["-c", script], input: input)
    let lines = outcome.stdout.split(separator: "\n")
    #expect(lines.filter { $0.contains(#""result""#) }.count == 9)
    for line in lines {
      #expect((try? JSONSerialization.jsonObject(with: Data(line.utf8))) != nil, "\(line.prefix(100))")
    }
  }

  @Test("A program that is not there is told as such")
  func missingProgram() async throws {
    let program = try Program()
    let outcome = try await program.launcher("run", "--", "no-such-program-here")
    #expect(outcome.exitCode == 125)
    #expect(outcome.stderr.contains("launchFailed"))
    #expect(outcome.stderr.contains("no-such-program-here"))
  }

  @Test("A dry run shows the command and leaves nothing behind")
  func dryRun() async throws {
    let program = try Program()
    let outcome = try await program.launcher("run", "--dry-run", "--", "echo", "two words")
    #expect(outcome.exitCode == 0)
    #expect(outcome.stdout.contains("echo 'two words'"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: program.state).isEmpty)
  }
}
