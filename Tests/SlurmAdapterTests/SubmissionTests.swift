import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import slurm_adapter

@Suite("A submission")
struct SubmissionTests {
  @Test func `every field becomes an argument of its own, the token last`() throws {
    let now = Date(timeIntervalSince1970: 1_795_220_000)
    var spec = JobSpec(command: ["python3", "a b.py"])
    spec.name = "#SBATCH --uid=0"
    spec.directory = "/home/ada"
    spec.nodes = 2
    spec.tasksPerNode = 4
    spec.gpus = GPURequest(.perNode(2), type: "a100")
    spec.memory = .perNode(.gibibytes(4))
    spec.walltime = Walltime(.seconds(90))
    spec.queue = "gpu"
    spec.constraints = ["avx2", "ib"]
    spec.hosts = ["node1", "node2"]
    spec.licences = ["matlab": 2]
    spec.dependencies = [JobDependency(.afterok, "41"), JobDependency(.afterany, "42_3")]
    spec.begin = Moment(now.addingTimeInterval(3600))
    spec.array = ArrayIndices(1...10, concurrencyLimit: 2)
    spec.standardOutput = "out 100%-{id}-{index}-{name}.txt"
    spec.environment.inherit = .some(["PATH", "HOME"])
    spec.priority = -5
    spec.native = ["slurm": ["--switches=1"]]
    let submission = try SbatchCommand(spec, token: "6f1c", now: now)
    #expect(
      submission.arguments == [
        "sbatch", "--parsable", "--job-name=#SBATCH --uid=0", "--chdir=/home/ada", "--partition=gpu",
        "--constraint=avx2&ib", "--nodelist=node1,node2", "--licenses=matlab:2",
        "--dependency=afterok:41,afterany:42_3",
        "--nodes=2", "--ntasks-per-node=4", "--gpus-per-node=a100:2", "--mem=4096M", "--time=2", "--begin=now+3600",
        "--nice=5", "--array=1-10%2", "--output=/home/ada/out 100%%-%A-%a-#SBATCH --uid=0.txt", "--export=PATH,HOME",
        "--switches=1", "--comment=launcher:6f1c",
      ]
    )
    #expect(submission.remarks.count == 1)
    #expect(!submission.script.contains("\n#SBATCH"))
    #expect(submission.script.contains("python3 'a b.py' 2>"))
  }

  @Test func `values of variables travel quoted in the script, commas and line breaks included`() throws {
    var spec = JobSpec(command: ["true"])
    spec.environment.set = ["A": "x,y=z\n'q' #SBATCH"]
    let submission = try SbatchCommand(spec, token: "t")
    #expect(submission.arguments.contains("--export=ALL"))
    #expect(submission.script.contains("export A='x,y=z\n'\\''q'\\'' #SBATCH'\n"))
  }

  @Test func `a user's script is data, run by its own interpreter; its directives become arguments before all others`()
    throws
  {
    let text =
      "#!/usr/bin/env python3 \n#SBATCH --partition=\"long one\" -t 5 # five\n\n# note\nprint(1)\n#SBATCH -N 9\n"
    var spec = JobSpec(script: text)
    spec.queue = "short"
    let submission = try SbatchCommand(spec, token: "tok")
    let directives = try #require(submission.arguments.firstIndex(of: "--partition=long one"))
    #expect(Array(submission.arguments[directives...(directives + 2)]) == ["--partition=long one", "-t", "5"])
    // The last one counts: the specification's fields come after the script's own, and only a default name comes
    // before.
    #expect(submission.arguments.prefix(directives).contains { $0.hasPrefix("--job-name=") })
    #expect(try #require(submission.arguments.firstIndex(of: "--partition=short")) > directives)
    #expect(!submission.arguments.contains("9"))
    let start = "<<'LAUNCHER_SCRIPT_tok' || launcher_fail \"its script cannot be stored\"\n"
    #expect(submission.script.contains("\(start)\(text)LAUNCHER_SCRIPT_tok\n"))
    #expect(submission.script.contains("/usr/bin/env python3 \"$launcher_script\""))
  }

  @Test func `what Slurm cannot honour as written is refused with the field's name before anything runs`() {
    func field(_ change: (inout JobSpec) -> Void) -> String? {
      var spec = JobSpec(command: ["true"])
      change(&spec)
      do {
        _ = try SbatchCommand(spec, token: "t")
        return nil
      } catch {
        return (error as? LauncherError)?.message.split(separator: ":").first.map(String.init)
      }
    }
    #expect(field { $0.memory = .total(.gibibytes(1)) } == "memory")
    #expect(field { $0.hosts = ["/etc/passwd"] } == "hosts")
    #expect(field { $0.constraints = ["a|b"] } == "constraints")
    #expect(field { $0.launcher = .jsrun } == "launcher")
    #expect(
      field {
        $0.array = ArrayIndices(1...2); $0.standardOutput = "same.txt"
      } == "stdout"
    )
    #expect(field { $0.standardOutput = "a\\b" } == "stdout")
    #expect(field { $0.environment.set = ["A-B": "x"] } == "environment.set.A-B")
    #expect(field { $0.native = ["slurm": ["--comment=mine"]] } == "native.slurm")
    #expect(field { $0.native = ["slurm": ["--wait"]] } == "native.slurm")
    #expect(field { $0.work = .script("#!/bin/sh\n#SBATCH --wait\ntrue\n") } == "script")
    #expect(field { $0.mail = MailRequest(to: ["a", "b"], on: [.end]) } == "mail.to")
    #expect(field { $0.dependencies = [JobDependency(.afterok, "41.server")] } == "dependencies")
    #expect(field { _ in } == nil)
  }

  @Test func `the answer's id is found among banners and warnings, with its cluster`() throws {
    #expect(
      SbatchAnswer(stdout: try Fixture.text("22.05.8/submit-inputs/16-parsable-cluster"), stderr: "").cluster == "lk"
    )
    #expect(SbatchAnswer(stdout: try Fixture.text("22.05.8/submit-inputs/17-default-cluster"), stderr: "").id == "147")
    let wrapped = SbatchAnswer(stdout: "Welcome!\n3\n88;lk\n", stderr: "sbatch: warning: low priority\n")
    #expect(wrapped.id == "88")
    #expect(wrapped.remarks.contains("warning: low priority"))
    #expect(SbatchAnswer(stdout: "no id here\n", stderr: "").id == nil)
  }

  @Test(
    arguments: [
      ("01-partition-unknown", LauncherError.Code.unknownQueue), ("03-account-invalid", .accountDenied),
      ("04-qos-invalid", .qosDenied), ("08-too-much-memory", .limitExceeded), ("11-constraint-unknown", .invalidValue),
      ("43-user-submit-limit-2", .submitLimitReached), ("25-reservation-unknown", .invalidValue),
      ("31-nice-negative-denied", .invalidValue), ("50-max-job-count-5", .schedulerBusy),
    ]
  )
  func `a refusal says what kind it is`(exchange: String, code: LauncherError.Code) async throws {
    let host = ScriptedHost { _ in try .recorded("22.05.8/submit-errors/\(exchange)") }
    let error = await #expect(throws: LauncherError.self) {
      _ = try await SlurmAdapter().submit(SubmitRequest(spec: JobSpec(command: ["true"]), token: "t"), on: host)
    }
    #expect(error?.code == code)
  }

  @Test func `a partition that is not there is refused by its name`() async throws {
    let host = ScriptedHost { _ in try .recorded("22.05.8/submit-errors/01-partition-unknown") }
    let error = await #expect(throws: LauncherError.self) {
      _ = try await SlurmAdapter().submit(SubmitRequest(spec: JobSpec(command: ["true"]), token: "t"), on: host)
    }
    #expect(error?.message == "queue: invalid partition specified: nosuch; nothing was submitted")
  }

  @Test func `an answer that leaves it open is uncertain, and nothing is submitted twice`() async throws {
    let answers: [ScriptedHost.Answer] = [
      .text(
        "",
        stderr: "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation\n",
        exit: 1
      ),
      .text("", stderr: "sbatch: error: something new\n", exit: 1), .text("no id\n"),
      ScriptedHost.Answer(ending: .timedOut), ScriptedHost.Answer(ending: .signalled(.kill)),
    ]
    for answer in answers {
      let host = ScriptedHost { _ in answer }
      let error = await #expect(throws: LauncherError.self) {
        _ = try await SlurmAdapter().submit(SubmitRequest(spec: JobSpec(command: ["true"]), token: "t"), on: host)
      }
      #expect(error?.code == .uncertainSubmission)
      #expect(error?.command?.argv.first == "sbatch")
      #expect(await host.commands.filter { $0.effect == .creates }.count == 1)
    }
    let down = ScriptedHost { _ in try .recorded("22.05.8/controller-down/11-sbatch") }
    let error = await #expect(throws: LauncherError.self) {
      _ = try await SlurmAdapter().submit(SubmitRequest(spec: JobSpec(command: ["true"]), token: "t"), on: down)
    }
    #expect(error?.code == .schedulerUnreachable)
  }

  @Test func `sbatch gets the user's environment without the variables that stand for options`() async throws {
    let host = ScriptedHost { _ in .text("7\n") }
    _ = try await SlurmAdapter().submit(SubmitRequest(spec: JobSpec(command: ["true"]), token: "t"), on: host)
    let command = try #require(await host.commands.first { $0.effect == .creates })
    #expect(command.argv.first == "sbatch")
    #expect(command.startingEnvironment == .user)
    #expect(command.environment["SBATCH_TIMELIMIT"] == .some(nil))
    for name in ["ACCOUNT", "PARTITION", "QOS", "RESERVATION"] {
      #expect(!command.environment.keys.contains("SBATCH_\(name)"), "\(name) says where jobs go unless asked otherwise")
    }
  }

  @Test func `a job is found by its token in the queue, in accounting, or by its exit record`() async throws {
    let row = "47_[1-3]\u{1F}47\u{1F}PENDING\u{1F}1795220000\u{1F}lk\u{1F}launcher:tok\u{1F}\n"
    let other = "48\u{1F}48\u{1F}PENDING\u{1F}1795220000\u{1F}lk\u{1F}launcher:token\u{1F}\n"
    let request = FindRequest(token: "tok", since: Date(timeIntervalSince1970: 1_795_219_999))
    let queue = Made.slurm(queue: .text(other + row))
    #expect(try await SlurmAdapter().find(request, on: queue).jobs.map(\.id) == ["47"])
    let accounting = Made.slurm(accounting: .text("9\u{1F}1795220000\u{1F}lk\u{1F}launcher:tok\n"))
    #expect(try await SlurmAdapter().find(request, on: accounting).jobs.map(\.id) == ["9"])
    let record = Made.slurm(records: .text(Made.record("12_4", code: 0, token: "tok")))
    #expect(try await SlurmAdapter().find(request, on: record).jobs.map(\.id) == ["12"])
    #expect(try await SlurmAdapter().find(request, on: Made.slurm(queue: .text(other))).jobs.isEmpty)
    let down = Made.slurm(queue: try .recorded("22.05.8/controller-down/03-squeue"))
    await #expect(throws: LauncherError.self) { _ = try await SlurmAdapter().find(request, on: down) }
  }

  @Test func `a job that Slurm does not know, or that ended the wrong way and left, is not waited for`() async throws {
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "squeue": .text(Made.queueRow("41", "RUNNING"))
      case "sacct": .text(Made.accountingRow("42", "FAILED", exit: "1:0") + Made.accountingRow("43", "COMPLETED"))
      case "sbatch": .text("50\n")
      default: .text("")
      }
    }
    func code(_ dependency: JobDependency) async -> LauncherError.Code? {
      var spec = JobSpec(command: ["true"])
      spec.dependencies = [dependency]
      do {
        _ = try await SlurmAdapter().submit(SubmitRequest(spec: spec, token: "t"), on: host)
        return nil
      } catch {
        return (error as? LauncherError)?.code
      }
    }
    #expect(await code(JobDependency(.afterok, "41")) == nil)
    #expect(await code(JobDependency(.afterok, "42")) == .invalidValue)
    #expect(await code(JobDependency(.afternotok, "42")) == nil)
    #expect(await code(JobDependency(.afterok, "43")) == nil)
    #expect(await code(JobDependency(.afterok, "999999")) == .unknownJob)
  }
}
