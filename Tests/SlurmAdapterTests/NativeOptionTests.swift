import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import slurm_adapter

@Suite("Options of sbatch, in a script's directives and in native.slurm")
struct NativeOptionTests {
  private func submission(native: [String], script: String? = nil) throws -> SbatchCommand {
    var spec = script.map { JobSpec(script: $0) } ?? JobSpec(command: ["true"])
    spec.native = ["slurm": native]
    return try SbatchCommand(spec, token: "t")
  }

  @Test(arguments: [
    "--wra=x", "--wai", "--test-onl", "--ui=0", "-Wx", "--qu", "--wrap=x", "-HW", "-Q", "--comm=mine", "--pars",
    "--vers",
    "-V", "--us", "--gid=0", "-u", "--",
  ])
  func `what takes away the job's id or token is refused, abbreviated too`(word: String) throws {
    #expect(throws: LauncherError.self) { try submission(native: [word]) }
    let error = #expect(throws: LauncherError.self) {
      try submission(native: [], script: "#!/bin/sh\n#SBATCH --time=5\n#SBATCH \(word)\ntrue\n")
    }
    #expect(error?.message.hasPrefix("script: #SBATCH: ") == true)
  }

  @Test(arguments: [
    "--wait-all-nodes=1", "--wckey=w", "--umask=022", "--use-min-nodes", "--qos=high", "--verbose", "--gpus=1", "-H",
    "--comment-of-a-later-version",
  ])
  func `what only begins like them is not`(word: String) throws {
    #expect(try submission(native: [word]).arguments.contains(word))
  }

  @Test(arguments: [["hetjob"], ["--time=5", "hetjob"], ["-N", "1", ":", "-N", "2"], ["packjob"]])
  func `the parts of a heterogeneous job are refused by name`(words: [String]) throws {
    let error = #expect(throws: LauncherError.self) { try submission(native: words) }
    #expect(error?.message.contains("heterogeneous") == true)
    let script = "#!/bin/sh\n" + words.map { "#SBATCH \($0)\n" }.joined() + "true\n"
    let inScript = #expect(throws: LauncherError.self) { try submission(native: [], script: script) }
    #expect(inScript?.message.hasPrefix("script: #SBATCH: ") == true)
  }

  @Test func `a word that is not an option would be taken for a script, and is refused`() throws {
    #expect(throws: LauncherError.self) { try submission(native: ["--requeue", "job.sh"]) }
    #expect(throws: LauncherError.self) { try submission(native: ["-t", "5", "job.sh"]) }
    // The word after an unknown option may be its value.
    #expect(try submission(native: ["--of-a-later-version", "5"]).arguments.contains("5"))
    #expect(try submission(native: ["--partition", "long", "-J", "name"]).arguments.contains("long"))
  }

  @Test func `memory of the specification takes the place of another kind in the script`() async throws {
    let name = "bugreports/15-memory-option-against-directive"
    var spec = JobSpec(script: try String(contentsOfFile: "\(Fixture.folder)/cases/\(name)/s.sh", encoding: .utf8))
    spec.memory = .perNode(.mebibytes(100))
    let answer = try await SlurmAdapter().submit(SubmitRequest(spec: spec, token: "t"), on: try StandIns(name))
    #expect(answer.job?.id == "900")
    #expect(answer.remarks.contains { $0.contains("--mem-per-cpu=50M") && $0.contains("left out") })
  }

  @Test(arguments: [
    ("--mem=50M", ["--mem-per-cpu=60M"]), ("--mem-per-gpu=50M", ["--mem-per-cpu=60M"]),
    ("--mem-per-c 50M", ["--mem-per-cpu=60M"]),
  ])
  func `one kind of memory is left, that of the specification`(directive: String, left: [String]) throws {
    var spec = JobSpec(script: "#!/bin/sh\n#SBATCH \(directive)\n#SBATCH --time=5\ntrue\n")
    spec.memory = .perCPU(.mebibytes(60))
    let submission = try SbatchCommand(spec, token: "t")
    let memory = submission.arguments.filter { $0.hasPrefix("--mem") }
    #expect(memory.last == left[0])
    #expect(Set(memory.map { String($0.prefix { $0 != "=" }) }).isSubset(of: ["--mem-per-cpu", "--mem-per-c"]))
    #expect(submission.arguments.contains("--time=5"))
  }

  @Test func `a native option takes the place of a field beside which sbatch refuses it, and says so`() throws {
    var spec = JobSpec(command: ["true"])
    spec.memory = .perNode(.mebibytes(100))
    spec.cpusPerTask = 2
    spec.native = ["slurm": ["--mem-per-cpu=60M", "--cpus-per-gpu=2"]]
    let submission = try SbatchCommand(spec, token: "t")
    #expect(!submission.arguments.contains { $0.hasPrefix("--mem=") || $0.hasPrefix("--cpus-per-task") })
    #expect(submission.remarks.count == 2)
    #expect(submission.remarks.allSatisfy { $0.hasPrefix("native.slurm: ") })
  }

  @Test func `options of one kind stay as they are, and the last counts`() throws {
    var spec = JobSpec(script: "#!/bin/sh\n#SBATCH --mem=50M\n#SBATCH --gres=gpu:1\ntrue\n")
    spec.memory = .perNode(.mebibytes(100))
    let submission = try SbatchCommand(spec, token: "t")
    #expect(submission.arguments.filter { $0.hasPrefix("--mem") } == ["--mem=50M", "--mem=100M"])
    #expect(submission.arguments.contains("--gres=gpu:1"))
    #expect(submission.remarks.isEmpty)
  }

  @Test func `a dry run remarks what the submission does`() async throws {
    var spec = JobSpec(command: ["true"])
    spec.walltime = Walltime(.seconds(90))
    let host = ScriptedHost { command in
      if command.effect == .creates { throw LauncherError(.dryRun, "a dry run does not run ‘sbatch’") }
      return .text("")
    }
    let answer = try await SlurmAdapter().submit(SubmitRequest(spec: spec, token: "t", dryRun: true), on: host)
    #expect(answer.job == nil)
    #expect(answer.remarks.count == 1)
    await #expect(throws: LauncherError.self) {
      _ = try await SlurmAdapter().submit(SubmitRequest(spec: spec, token: "t"), on: host)
    }
  }
}
