import Foundation
import Testing

@Suite("Slurm: launcher run", .onCluster, .sharing)
struct RunTests {
  @Test func `it shows the job's output and ends with the job's exit code`() async throws {
    let outcome = try await ClusterUser().launcher("run", "--", "sh", "-c", "echo out; echo err >&2; exit 3")
    #expect(outcome.exitCode == 3, "\(outcome.stderr)")
    #expect((outcome.stdout + outcome.stderr).contains("out\n"))
    #expect((outcome.stdout + outcome.stderr).contains("err\n"))
  }

  @Test(arguments: ["KILL", "SEGV"])
  func `it ends with 128 plus the number of the signal that ended the job`(name: String) async throws {
    let outcome = try await ClusterUser().launcher("run", "--", "sh", "-c", "kill -\(name) $$")
    #expect(outcome.exitCode == 128 + (name == "KILL" ? 9 : 11), "\(outcome.stderr)")
  }

  @Test func `a job above its walltime ends as such`() async throws {
    let user = try await ClusterUser()
    let name = "limited-\(Int.random(in: 0..<1_000_000))"
    async let run = user.launcher("run", "--name", name, "--walltime", "1m", "--", "sleep", "600")
    var id = ""
    let isRunning = try await eventually {
      let listing = try await Cluster.asRoot(
        "squeue",
        "--noheader",
        "--states=running",
        "--name=\(name)",
        "--format=%i"
      )
      id = listing.trimmingCharacters(in: .newlines)
      return !id.isEmpty
    }
    try #require(isRunning)
    // Slurm counts walltimes in minutes: this one ends early. A time that has passed is refused.
    try await Cluster.asRoot("scontrol", "update", "JobId=\(id)", "EndTime=now+10")
    let outcome = try await run
    #expect([124, 143].contains(outcome.exitCode), "\(outcome.stderr)")
    #expect(outcome.stderr.contains("walltimeExceeded"), "\(outcome.stderr)")
    let status = try await user.status(id)
    #expect(status.outcome == "walltimeExceeded")
    #expect(status.blame == "job")
    #expect(status.endedAt != nil)
  }

  @Test func `an interrupt cancels the job`() async throws {
    let user = try await ClusterUser()
    let outcome = try await user.shell(
      """
      set -m
      launcher run -- sh -c 'echo "ready $SLURM_JOB_ID"; sleep 600' > out 2> err &
      pid=$!
      for i in $(seq 2400); do grep -q ready out && break; sleep 0.1; done
      kill -INT -$pid
      wait $pid
      echo "ended $?"
      """
    )
    let id = try #require(user.text(of: "out").firstMatch(of: /ready ([0-9]+)/)).1
    let status = try await user.status(String(id))
    #expect(status.outcome == "cancelled")
    #expect(outcome.stdout.contains(/ended (125|143)/), "\(outcome.stdout) \(user.text(of: "err"))")
  }

  @Test func `bytes that are not text pass through`() async throws {
    let outcome = try await ClusterUser().shell("launcher run -- printf '\\000\\377\\351x' | od -An -tx1")
    #expect(outcome.stdout.split(separator: " ").joined(separator: " ").hasPrefix("00 ff e9 78"))
  }

  @Test func `a dry run shows sbatch and its script, and submits nothing`() async throws {
    let outcome = try await ClusterUser().launcher("submit", "--dry-run", "--name", "never", "--", "echo", "two words")
    #expect(outcome.exitCode == 0, "\(outcome.stderr)")
    #expect(outcome.stdout.contains("sbatch"))
    #expect(outcome.stdout.contains("echo 'two words'"))
    let listing = try await Cluster.asRoot("squeue", "--noheader", "--states=all", "--format=%j")
    #expect(!listing.split(separator: "\n").contains("never"))
  }
}
