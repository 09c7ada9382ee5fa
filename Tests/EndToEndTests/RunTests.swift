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
