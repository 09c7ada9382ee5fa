import Foundation
import Testing

@Suite(
  "Slurm: over ssh",
  .onCluster,
  .alone,
  .serialized,
  .enabled(if: Cluster.login != nil, "no sshd is named; run: sudo make ssh-test")
)
struct LoginTests {
  /// Changes the machine in between: `change("cut")`.
  private func change(_ word: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let outcome = try await Outcome.of(Cluster.repository + "/Tests/Clusters/ssh/login", [word])
    try #require(outcome.exitCode == 0, "login \(word): \(outcome.stderr)", sourceLocation: sourceLocation)
  }

  @Test func `who asks has none of the scheduler's commands`() async throws {
    let user = try await ClusterUser()
    let outcome = try await user.run(["env", "PATH=\(Cluster.login ?? "")/bin", "sh", "-c", "command -v sbatch squeue"])
    #expect(outcome.exitCode != 0)
    #expect(outcome.stdout == "")
  }

  @Test func `Connections that are cut while a job's output is shown cost no line of it, and double none`() async throws
  {
    let user = try await ClusterUser()
    let script = "i=0; while [ $i -lt 60 ]; do i=$((i + 1)); echo line $i; sleep 0.2; done; touch done; exit 4"
    async let run = user.launcher("run", "--", "sh", "-c", script)
    let files = { (try? FileManager.default.contentsOfDirectory(atPath: user.folder)) ?? [] }
    let hasBegun = try await eventually { files().contains { $0.hasPrefix("slurm-") } }
    var cuts = 0
    while hasBegun, !files().contains("done"), cuts < 30 {
      try await change("cut")
      cuts += 1
      _ = try await eventually(within: .seconds(2)) { files().contains("done") }
    }
    let outcome = try await run
    #expect(outcome.exitCode == 4, "\(outcome.stderr)")
    #expect(outcome.stdout == (1...60).map { "line \($0)\n" }.joined(), "\(outcome.stderr)")
    #expect(cuts > 0)
  }

  @Test
  func `a submission whose connection is cut before its answer came is found by its token, and there is one job of it`()
    async throws
  {
    let user = try await ClusterUser()
    let profile = "\(Cluster.root)/home/\(user.name)/.profile"
    let before = try Data(contentsOf: URL(filePath: profile))
    defer { try? before.write(to: URL(filePath: profile)) }
    let wrapper = """
      #!/bin/sh
      case $1 in --version) exec /usr/bin/sbatch "$@" ;; esac
      id=$(/usr/bin/sbatch "$@") || exit
      echo "$id" >'\(user.folder)/id'
      exec sleep 30
      """
    let made = try await user.run(["sh", "-c", "mkdir bin && cat >bin/sbatch && chmod +x bin/sbatch"], input: wrapper)
    #expect(made.exitCode == 0)
    let file = try FileHandle(forWritingTo: URL(filePath: profile))
    try file.seekToEnd()
    try file.write(contentsOf: Data("export PATH=\(user.folder)/bin:$PATH\n".utf8))
    try file.close()
    let name = "cut-\(UUID().uuidString.prefix(8))"
    async let submission = user.launcher("submit", "--name", name, "--hold", "--", "true")
    #expect(try await eventually { user.text(of: "id").hasSuffix("\n") })
    try await change("cut")
    let outcome = try await submission
    #expect(outcome.exitCode == 0, "\(outcome.stderr)")
    #expect(outcome.stdout == user.text(of: "id"))
    let jobs = try await Cluster.asRoot("squeue", "--noheader", "--name=\(name)", "--format=%i")
    #expect(jobs == outcome.stdout)
    try await user.cancel(outcome.stdout.trimmingCharacters(in: .newlines))
  }

  @Test
  func `while the machine takes nobody in, nothing is submitted or called finished, and afterwards all ends right`()
    async throws
  {
    let user = try await ClusterUser()
    let running = try await user.submit("--", "sh", "-c", "while [ ! -e gate ]; do sleep 0.1; done; exit 5")
    _ = try await user.status(running) { $0.state == "running" }
    async let waited = user.shell("launcher wait -v --timeout 1800s --json \"$1\" 2>asked", running)
    // It is connected, and has seen the job.
    #expect(try await eventually { user.text(of: "asked").contains("ran command=squeue") })
    try await change("refuse")
    for words in [["status", running], ["submit", "--name", "never", "--", "true"], ["cancel", running], ["queues"]] {
      let outcome = try await user.launcher(words)
      #expect(outcome.exitCode == 69, "\(words): \(outcome.stderr)")
      #expect(outcome.stderr.contains("cannot be reached"), "\(outcome.stderr)")
      if words.first == "status" {
        // What was seen of it before is shown beside the error, and is called unreachable.
        let rows = outcome.stdout.split(separator: "\n").dropFirst()
        #expect(rows.count == 1 && rows.allSatisfy { $0.hasPrefix("\(running) ") }, "\(outcome.stdout)")
        #expect(rows.allSatisfy { $0.contains("unknown: unreachable") && $0.contains("it was running") })
      } else {
        #expect(outcome.stdout == "")
      }
    }
    // It has asked without success meanwhile.
    #expect(try await eventually { user.text(of: "asked").contains("cannot be reached") })
    _ = try await user.run(["touch", "gate"])
    try await change("welcome")
    let last = try await waited
    #expect(last.exitCode == 1, "\(user.text(of: "asked"))")
    #expect(try decoded([Seen].self, last.stdout).map(\.exitCode) == [5])
    let names = try await Cluster.asRoot("squeue", "--noheader", "--states=all", "--format=%j")
    #expect(!names.split(separator: "\n").contains("never"))
  }

  @Test func `what is recorded over ssh is replayed without it`() async throws {
    let user = try await ClusterUser()
    let launcher = try Programs.launcher.get()
    let run = [launcher, "run", "--", "sh", "-c", "echo hello; exit 3"]
    let recorded = try await user.launcher(["record", "recording", "--"] + run)
    #expect(recorded.exitCode == 3, "\(recorded.stderr)")
    let replayed = try await user.launcher(["replay", "recording", "--"] + run)
    #expect(replayed.exitCode == 3, "\(replayed.stderr)")
    #expect(replayed.stdout == "hello\n", "\(replayed.stderr)")
  }

  @Test func `an adapter that acts itself is neither found there nor used`() async throws {
    let user = try await ClusterUser()
    let outcome = try await user.launcher("submit", "--adapter", "local", "--", "true")
    #expect(outcome.exitCode == 64, "\(outcome.stderr)")
    #expect(outcome.stderr.contains("over ssh"))
    let found = try await user.launcher("detect", "--json")
    #expect(found.exitCode == 0, "\(found.stderr)")
    #expect(found.stdout.contains("\"slurm\""), "\(found.stdout)")
    #expect(!found.stdout.contains("\"local\""), "\(found.stdout)")
  }
}
