import AdapterKit
import AdapterTestSupport
import Testing

@testable import slurm_adapter

@Suite("Actions, detection, queues and nodes")
struct ControlTests {
  @Test func `silence of scancel is verified, and what it says with -v is reported by job`() async throws {
    let complaint =
      try Fixture.text("22.05.8/unknown-job/28-scancel-unknown-verbose", "stderr")
      + (try Fixture.text("22.05.8/job-cancelled/44-scancel-again-verbose", "stderr"))
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "scancel": .text("", stderr: complaint)
      case "squeue": .text(Made.queueRow("13", "CANCELLED") + Made.queueRow("14", "COMPLETING", nodes: "node1"))
      default: .text("")
      }
    }
    let jobs = ["13", "14", "11", "999999", "15"].map { JobReference(id: $0) }
    let answer = try await SlurmAdapter().cancel(ActionRequest(jobs: jobs), on: host)
    let codes = Dictionary(uniqueKeysWithValues: answer.results.map { ($0.id, $0.error?.code) })
    #expect(codes == ["13": nil, "14": nil, "11": .alreadyFinished, "999999": .unknownJob, "15": .unknownJob])
    #expect(await host.commands.filter { $0.argv.first == "scancel" }.count == 1)
  }

  @Test func `somebody else's job is not permitted`() async throws {
    let host = ScriptedHost { command in
      command.argv.first == "scancel"
        ? try .recorded("22.05.8/unknown-job/32-other-users-job-scancel")
        : try .recorded("22.05.8/unknown-job/33-other-users-job-hold")
    }
    let jobs = [JobReference(id: "120")]
    #expect(
      try await SlurmAdapter().cancel(ActionRequest(jobs: jobs), on: host).results[0].error?.code == .notPermitted
    )
    #expect(try await SlurmAdapter().hold(ActionRequest(jobs: jobs), on: host).results[0].error?.code == .notPermitted)
  }

  @Test func `a controller that is down fails the action as a whole`() async throws {
    let host = ScriptedHost { _ in try .recorded("22.05.8/controller-down/10-scancel") }
    let answer = try? await SlurmAdapter().cancel(ActionRequest(jobs: [JobReference(id: "161")]), on: host)
    let code = answer?.results.first?.error?.code
    #expect(answer == nil || code == .schedulerUnreachable)
  }

  @Test func `scontrol's complaints belong to the jobs they name`() {
    let stderr =
      "Invalid user id for job 10\nInvalid job id specified for job 99999\nslurm_suspend error: Invalid job id\n"
    #expect(
      SlurmControl<ScriptedHost>.complaints(in: stderr) == [
        "10": "Invalid user id", "99999": "Invalid job id specified",
      ]
    )
  }

  @Test(arguments: ["22.05.8", "23.11.11", "26.05.3"])
  func `a responding Slurm says its version, cluster and accounting`(version: String) async throws {
    let ping = version == "22.05.8" ? "10-ping" : "11-ping"
    let host = ScriptedHost { command in
      switch command.argv {
      case ["sbatch", "--version"]: try .recorded("\(version)/detect/04-sbatch-version")
      case ["scontrol", "ping"]: try .recorded("\(version)/detect/\(ping)")
      case ["scontrol", "show", "config"]: try .recorded("\(version)/detect/09-show-config")
      default: .text("", exit: 1)
      }
    }
    let detection = try await SlurmAdapter().detect(on: host)
    #expect(detection.presence == .responding)
    #expect(detection.version == version)
    #expect(detection.server?.hasPrefix("lk") == true)
    #expect(detection.insideJob == nil)
    #expect(detection.evidence.contains { $0.fact == "accounting is on" })
  }

  @Test func `installed is not responding, other programs of the same name are not Slurm, and nothing is absent`()
    async throws
  {
    let down = ScriptedHost { command in
      switch command.argv {
      case ["sbatch", "--version"]: try .recorded("22.05.8/controller-down/14-version-still-works")
      case ["scontrol", "ping"]: try .recorded("22.05.8/controller-down/02-ping")
      case ["printenv", "SLURM_JOB_ID"]: .text("77\n")
      default: ScriptedHost.Answer(ending: .timedOut)
      }
    }
    let detection = try await SlurmAdapter().detect(on: down)
    #expect(detection.presence == .installed)
    #expect(detection.insideJob == "77")
    let other = ScriptedHost { _ in .text("sbatch, a tool for batches of sherbet\n") }
    #expect(try await SlurmAdapter().detect(on: other).presence == .absent)
    let nothing = ScriptedHost { _ in ScriptedHost.Answer(ending: .notFound) }
    #expect(try await SlurmAdapter().detect(on: nothing).presence == .absent)
  }

  @Test func `queues and nodes as sinfo was seen to print them`() throws {
    let queues =
      "main\u{1F}main*\u{1F}up\u{1F}1:00:00\u{1F}3/1/0/4\u{1F}6/10/0/16\nlong\u{1F}long\u{1F}drain\u{1F}infinite\u{1F}0/4/0/4\u{1F}0/16/0/16\n"
    let read = try Inventory.queues(path: try temporaryFile(Array(queues.utf8)))
    #expect(read.map(\.name) == ["main", "long"])
    #expect(read[0].isDefault == true && read[0].cpusUsed == 6 && read[0].walltimeLimit?.seconds == 3600)
    #expect(read[1].accepts == false && read[1].starts == true && read[1].walltimeLimit == nil)
    let nodes =
      "node3\u{1F}main\u{1F}drained\u{1F}0/0/4/4\u{1F}4000\u{1F}gpu:a100:2(S:0-1),fpga:1\u{1F}disk: replace \"sdb\", ask | später\nnode3\u{1F}long\u{1F}drained\u{1F}0/0/4/4\u{1F}4000\u{1F}gpu:2\u{1F}x\nnode4\u{1F}main\u{1F}mixed*\u{1F}1/3/0/4\u{1F}4000\u{1F}(null)\u{1F}none\n"
    let found = try Inventory.nodes(path: try temporaryFile(Array(nodes.utf8)))
    #expect(found.map(\.state) == [.drained, .down])
    #expect(found[0].gpus == 2 && found[0].queues == ["main", "long"] && found[0].reason?.hasSuffix("später") == true)
    #expect(Inventory.state("idle~") == .idle)
    #expect(Inventory.state("quantum") == .unknown)
  }
}
