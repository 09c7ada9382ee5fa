import Foundation
import Testing

@Suite("Slurm: what the job's script and its submission tell", .onCluster, .sharing)
struct ScriptTests {
  /// The status while the queue has the job, and after it has forgotten it.
  private func statuses(_ user: ClusterUser, _ id: String) async throws -> [Seen] {
    let early = try await user.status(id)
    return [early, try await user.withoutMemory.status(id) { $0.isFinished && $0.source != "squeue" }]
  }

  @Test(arguments: [137, 139, 143])
  func `a command that exits with a code above 128 was ended by no signal`(code: Int) async throws {
    let user = try await ClusterUser()
    for status in try await statuses(user, try await user.submit("--", "sh", "-c", "exit \(code)")) {
      #expect(status.outcome == "failed", "\(status)")
      #expect(status.signal == nil, "\(status)")
      #expect(status.exitCode == code, "\(status)")
    }
  }

  @Test func `a command that SIGKILL ended was ended by it`() async throws {
    let user = try await ClusterUser()
    for status in try await statuses(user, try await user.submit("--", "sh", "-c", "kill -KILL $$")) {
      #expect(status.signal == "SIGKILL", "\(status)")
    }
  }

  @Test(arguments: ["no-such-program", "./no-such-program", "/etc/passwd"])
  func `a program that cannot be started is a failed launch, and standard error says why`(program: String) async throws
  {
    let user = try await ClusterUser()
    let id = try await user.submit("--stderr", "why-\(program.split(separator: "/").last ?? "")", "--", program)
    for status in try await statuses(user, id) {
      #expect(status.outcome == "launchFailed", "\(status)")
      #expect(status.exitCode == nil, "\(status)")
      #expect(status.reasonCode == "launch", "\(status)")
    }
    #expect(
      user.text(of: "why-\(program.split(separator: "/").last ?? "")").contains("program") || program.first == "/"
    )
  }

  @Test func `the name of a script's directive stands in the paths of its output`() async throws {
    let user = try await ClusterUser()
    let script = "#!/bin/sh\n#SBATCH --job-name=from/directive\necho here\n"
    let made = try await user.run(["tee", "job.sh"], input: script)
    #expect(made.exitCode == 0)
    let id = try await user.submit("--stdout", "{name}-{id}.txt", "--script", "job.sh")
    let status = try await user.status(id)
    #expect(status.name == "from/directive")
    #expect(user.text(of: "from_directive-\(id).txt") == "here\n")
    #expect(status.stdout.map { $0.hasSuffix("/from_directive-\(id).txt") } == true, "\(status)")
  }

  @Test(.onTheSpot) func `SBATCH_PARTITION says where jobs go that ask for no queue, SBATCH_TIMELIMIT nothing`()
    async throws
  {
    let user = try await ClusterUser()
    func submit(_ words: String) async throws -> Seen {
      let variables = "export SBATCH_PARTITION=long SBATCH_TIMELIMIT=3"
      let outcome = try await user.shell("\(variables); launcher submit --hold \(words) -- true")
      #expect(outcome.exitCode == 0, "\(outcome.stderr)")
      return try await user.status(outcome.stdout.trimmingCharacters(in: .newlines)) { $0.state == "held" }
    }
    let (open, asked) = (try await submit(""), try await submit("--queue short"))
    #expect(open.queue == "long")
    #expect(asked.queue == "short")
    let limit = try await Cluster.asRoot("squeue", "--noheader", "--jobs=\(open.id)", "--format=%l")
    #expect(limit != "3:00\n")
    try await user.cancel(open.id, asked.id)
  }

  @Test(.withAccounting, .onTheSpot, arguments: ["America/New_York", "Asia/Kolkata"])
  func `a submission whose answer was lost is found in accounting, in every time zone`(zone: String) async throws {
    let user = try await ClusterUser()
    // An sbatch that withholds the answer until the queue has forgotten the job, whose record is also gone.
    let wrapper = """
      #!/bin/sh
      case $1 in --version) exec /usr/bin/sbatch "$@" ;; esac
      id=$(/usr/bin/sbatch "$@") || exit
      while squeue --noheader --states=all --jobs="$id" --format=%i 2>/dev/null | grep -q .; do sleep 1; done
      rm -f ~/.local/state/launcher/exit/*/"$id"
      echo "$id" >'\(user.folder)/id'
      echo "sbatch: error: the line was cut" >&2
      exit 1
      """
    #expect(
      try await user.run(["sh", "-c", "mkdir bin && cat >bin/sbatch && chmod +x bin/sbatch"], input: wrapper).exitCode
        == 0
    )
    let outcome = try await user.shell("export PATH=\"$PWD/bin:$PATH\" TZ=\(zone); launcher submit -- true")
    #expect(outcome.exitCode == 0, "\(outcome.stderr)")
    #expect(outcome.stdout == user.text(of: "id"))
    #expect(!outcome.stdout.isEmpty)
  }
}
