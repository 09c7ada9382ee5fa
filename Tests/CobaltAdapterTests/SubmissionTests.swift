import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import cobalt_adapter

@Suite("A submission")
struct SubmissionTests {
  static let token = "0123456789abcdef0123456789abcdef"

  private func arguments(_ spec: JobSpec, dependencies: [String] = []) throws -> [String] {
    try QsubCommand(spec, token: Self.token, dependencies: dependencies).options
  }

  private func refusal(_ change: (inout JobSpec) -> Void) -> LauncherError? {
    var spec = JobSpec(command: ["true"])
    change(&spec)
    do {
      _ = try arguments(spec)
      return nil
    } catch {
      return error as? LauncherError
    }
  }

  /// A Cobalt that accepts a submission, with this answer to `qsub`.
  private func cobalt(_ qsub: ScriptedHost.Answer, queue: ScriptedHost.Answer = .noneKnown) -> ScriptedHost {
    ScriptedHost { command in
      switch command.argv.first {
      case "qstat": queue
      case "sh": command.effect == .creates ? qsub : .text(CobaltLog.readMark + "\n")
      default: .text("")
      }
    }
  }

  private func submit(_ spec: JobSpec, on host: ScriptedHost, dryRun: Bool = false) async throws -> SubmitAnswer {
    try await CobaltAdapter().submit(SubmitRequest(spec: spec, token: Self.token, dryRun: dryRun), on: host)
  }

  @Test func `every field becomes an argument of its own, the script last`() throws {
    var spec = JobSpec(command: ["python3", "a b.py"])
    spec.name = "first run"
    spec.directory = "/home/ada/my runs"
    spec.nodes = 2
    spec.walltime = Walltime(.seconds(600))
    spec.queue = "short"
    spec.account = "Catalysis"
    spec.hosts = ["node01", "node02"]
    spec.hold = true
    spec.standardOutput = "out/{name}-{id}.txt"
    spec.standardInput = "in.txt"
    spec.mail = MailRequest(to: ["ada@example.org"], on: [.begin, .end])
    spec.native = ["cobalt": ["--preemptable"]]
    #expect(
      try arguments(spec, dependencies: ["41", "42"]) == [
        "--mode", "script", "-n", "2", "-t", "10", "--jobname=first run", "--cwd=/home/ada/my runs", "-q",
        "short", "-A", "Catalysis", "--attrs=location=node01,node02", "-o",
        "/home/ada/my runs/out/first run-$jobid.txt", "-i", "/home/ada/my runs/in.txt", "--dependencies=41:42", "-h",
        "-M", "ada@example.org", "--preemptable",
      ]
    )
  }

  @Test func `walltimes are minutes, rounded up, and that is said`() throws {
    var spec = JobSpec(command: ["true"])
    spec.walltime = Walltime(.seconds(330))
    let submission = try QsubCommand(spec, token: Self.token)
    let words = submission.options
    #expect(words[(try #require(words.firstIndex(of: "-t"))) + 1] == "6")
    #expect(submission.remarks == ["Cobalt counts walltimes in minutes: 00:05:30 became 00:06:00"])
    // Cobalt drops seconds itself: half a minute would become the queue's maximum time.
    #expect(try Fixture.text("submission-errors/32-times-qstat").contains("501051  hpcuser  00:00:00"))
    spec.walltime = nil
    #expect(
      try QsubCommand(spec, token: Self.token).remarks == ["Cobalt wants a walltime and none was asked for: 01:00:00"]
    )
  }

  @Test func `names that are not ASCII are refused with the reason`() throws {
    let error = try #require(refusal { $0.name = "Größe" })
    #expect(error.code == .invalidValue && error.message.hasPrefix("name: "))
    #expect(error.message.contains("not ASCII") && error.message.contains("every user"))
    #expect(refusal { $0.standardOutput = "größe.txt" }?.message.hasPrefix("stdout: ") == true)
    #expect(refusal { $0.directory = "/home/ada/größe" }?.message.hasPrefix("directory: ") == true)
    // Text that is only in the job's own script may be anything.
    #expect(refusal { $0.work = .command(["größe", "→"]) } == nil)
    #expect(refusal { $0.environment.set = ["A": "größe"] } == nil)
  }

  @Test func `a name with a dollar sign would be filled in, as recorded, and is refused`() throws {
    #expect(try Fixture.text("awkward-names/22-all-qstat-l-header").contains("JobName        : job501064\n"))
    for name in ["job$jobid", "a`b", "say \"hi\"", "a\\b"] {
      #expect(refusal { $0.name = name }?.message.hasPrefix("name: ") == true, "\(name)")
    }
    for name in ["my first job", "it's", "a:b", "a/b", "-x", "JobID: 7"] {
      #expect(refusal { $0.name = name } == nil, "\(name)")
    }
  }

  @Test func `what Cobalt cannot honour is refused by name`() {
    let fields = CobaltAdapter().profile.fields
    for field in [
      JobSpec.Field.array, .gpus, .memory, .begin, .deadline, .priority, .requeue, .qos, .reservation, .constraints,
      .excludedHosts, .licences,
    ] {
      #expect(!fields.contains(field), "\(field)")
    }
    var spec = JobSpec(command: ["true"])
    spec.array = ArrayIndices(1...3)
    let error = #expect(throws: LauncherError.self) { try spec.check(against: CobaltAdapter().profile) }
    #expect(error?.code == .unsupportedField && error?.message.contains("‘array’") == true)
    func field(_ change: (inout JobSpec) -> Void) -> String? {
      refusal(change)?.message.split(separator: ":").first.map(String.init)
    }
    #expect(field { $0.tasks = 4 } == "tasks")
    #expect(field { $0.cpusPerTask = 4 } == "cpusPerTask")
    #expect(field { $0.launcher = .srun } == "launcher")
    #expect(field { $0.mail = MailRequest(to: ["ada"], on: [.end]) } == "mail.on")
    #expect(field { $0.mail = MailRequest(on: [.begin, .end]) } == "mail.to")
    #expect(field { $0.native = ["cobalt": ["-I"]] } == "native.cobalt")
    #expect(field { $0.native = ["cobalt": ["--debuglog=x"]] } == "native.cobalt")
    #expect(field { $0.native = ["cobalt": ["./mine.sh"]] } == "native.cobalt")
    #expect(field { $0.native = ["cobalt": ["--mode", "c16"]] } == "native.cobalt")
    #expect(field { $0.native = ["cobalt": ["-Z", "1"]] } == "native.cobalt")
    #expect(field { $0.environment.set = ["A-B": "x"] } == "environment.set.A-B")
  }

  @Test func `tasks count nodes, and are started by the launcher`() throws {
    var spec = JobSpec(command: ["./solve"])
    (spec.tasks, spec.tasksPerNode, spec.cpusPerTask, spec.launcher) = (130, 64, 2, .aprun)
    let submission = try QsubCommand(spec, token: Self.token)
    let words = submission.options
    #expect(words[(try #require(words.firstIndex(of: "-n"))) + 1] == "3")
    #expect(submission.script.contains("aprun -n 130 -N 64 -d 2 ./solve 2>&8"))
    (spec.tasks, spec.tasksPerNode, spec.cpusPerTask, spec.nodes, spec.launcher) = (nil, nil, nil, 2, .mpirun)
    let script = try QsubCommand(spec, token: Self.token).script
    #expect(
      script.contains("mpirun -n \"${COBALT_JOBSIZE:-1}\" ${COBALT_NODEFILE:+-hostfile \"$COBALT_NODEFILE\"} ./solve")
    )
  }

  @Test func `directives of a user's script become arguments, as Cobalt reads them`() throws {
    let text = "#!/bin/sh\n#COBALT -n 4 --time=30\n#COBALT --jobname mine\necho\n#COBALT -q late\n"
    let words = try arguments(JobSpec(script: text))
    #expect(words.prefix(7) == ["-n", "4", "--time=30", "--jobname", "mine", "--mode", "script"])
    #expect(!words.contains("late") && !words.contains("-t") && words.filter { $0 == "-n" }.count == 1)
    var spec = JobSpec(script: text)
    spec.nodes = 2
    let place = try #require(try arguments(spec).lastIndex(of: "-n"))
    #expect(try arguments(spec)[place + 1] == "2")
    // Nothing is read if the first line names no interpreter, nor after an empty line (recorded: directives).
    #expect(try !arguments(JobSpec(script: "#COBALT -n 4\n")).contains("4"))
    #expect(try !arguments(JobSpec(script: "#!/bin/sh\n\n#COBALT -n 4\n")).contains("4"))
    #expect(throws: LauncherError.self) {
      try arguments(JobSpec(script: "#!/bin/sh\n#COBALT --jobname \"two words\"\n"))
    }
    #expect(throws: LauncherError.self) { try arguments(JobSpec(script: "#!/bin/sh\n#COBALT -I\n")) }
  }

  @Test func `no line of the stored script is a directive`() throws {
    var spec = JobSpec(command: ["echo", "#COBALT -q other"])
    spec.environment.set = ["A": "\n#COBALT -q other"]
    let lines = try QsubCommand(spec, token: Self.token).script.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(!lines[1].hasPrefix("#COBALT "))
  }

  @Test func `the id is the last line that is a number`() throws {
    let plain = QsubAnswer(stdout: try Fixture.text("done/01-qsub"), stderr: "")
    #expect(plain.id == "501001" && plain.remarks.isEmpty)
    // Constructed: the lines of ALCF's user guide of Theta.
    let theta = """
      Job routed to queue "debug-cache-quad".
      Memory mode set to cache quad for queue debug-cache-quad
      WARNING: Filesystem attribute not set for this job submission.
      This job will be set to request all filesystems, in 2022
      2022
      Setting attrs to:  {'numa': 'quad', 'mcdram': 'cache'}
      603441
      """
    let answer = QsubAnswer(stdout: theta + "\n", stderr: "")
    #expect(answer.id == "603441")
    #expect(answer.remarks.count == 6 && answer.remarks.contains("2022"))
    #expect(QsubAnswer(stdout: "failed to create the job\n", stderr: "").id == nil)
    #expect(QsubAnswer(stdout: "7\n", stderr: "").id == "7")
  }

  @Test func `a job is stored and submitted by one command, and known by its id and the host's time`() async throws {
    let host = cobalt(.text("launcher_time=1795222396\n" + (try Fixture.text("done/01-qsub"))))
    let answer = try await submit(JobSpec(command: ["true"]), on: host)
    #expect(answer.job == JobReference(id: "501001", submittedAt: Date(timeIntervalSince1970: 1_795_222_396)))
    #expect(answer.remarks.count == 1)
    let commands = await host.commands
    #expect(commands.map(\.effect) == [.creates])
    #expect(commands[0].timeLimit != nil && commands[0].stdin?.contains("launcher_record") == true)
    #expect(commands[0].argv[4] == Self.token)
  }

  @Test func `qsub reads nothing from standard input, so that it is given a file`() throws {
    #expect(try Fixture.exchange("submission-errors/20-stdin-script").exit == 1)
    let command = ScriptStore.submission(token: "t", script: "", environment: EnvironmentSpec(), options: ["-n", "1"])
    #expect(command.argv[2].contains("\nexec qsub \"$@\" "))
    #expect(command.argv.suffix(3) == ["t", "-n", "1"])
  }

  @Test func `a dry run asks for what would be done, and for nothing else`() async throws {
    var spec = JobSpec(command: ["true"])
    spec.dependencies = [JobDependency(.afterok, "41")]
    let host = ScriptedHost { command in
      guard command.effect == .reads else { throw LauncherError(.dryRun, "a dry run") }
      return .text("")
    }
    let error = await #expect(throws: LauncherError.self) { _ = try await submit(spec, on: host, dryRun: true) }
    #expect(error?.code == .dryRun)
    #expect(await host.commands.map(\.effect) == [.creates])
    #expect(await host.commands.first?.argv.contains("--dependencies=41") == true)
  }

  @Test(arguments: [
    ("01-unknown-queue", LauncherError.Code.unknownQueue, "queue: trying to add job to non-existent queue 'nosuch'"),
    ("02-draining-queue", .unknownQueue, "queue: The 'draining' queue is draining"),
    ("03-dead-queue", .unknownQueue, "queue: The 'dead' queue is dead"),
    ("04-private-queue", .unknownQueue, "queue: You are not allowed to submit to the 'private' queue"),
    (
      "05-over-queue-time", .limitExceeded,
      "walltime: Walltime greater than the 'short' queue max walltime of 00:30:00"
    ),
    ("07-too-many-nodes", .limitExceeded, "nodes: node count out of realistic range"),
    ("11-bad-time", .invalidValue, "walltime: invalid time specification: illegal value 'abc' for minutes"),
    (
      "18-missing-script", .scriptUnreadable, "command /home/hpcuser/run/cobalt/./nosuch.sh not found, or is not a file"
    ),
    ("21-unknown-option", .invalidValue, "native.cobalt: no such option: -Z"),
    ("23-bad-output-directory", .directoryUnusable, "directory /no/such/out does not exist"),
    ("33-below-minimum-time", .limitExceeded, "walltime: Walltime less than minimum"),
  ])
  func `a refusal says which field and why, and leaves no script behind`(
    exchange: String,
    code: LauncherError.Code,
    message: String
  ) async throws {
    let host = cobalt(try .recorded("submission-errors/\(exchange)"))
    let error = await #expect(throws: LauncherError.self) { _ = try await submit(JobSpec(command: ["true"]), on: host) }
    #expect(error?.code == code)
    #expect(error?.message == message + "; nothing was submitted")
    #expect(error?.category != .uncertain)
    #expect(await host.commands.contains { $0.argv.contains { $0.contains("rm -f \"$1.sh\"") } })
  }

  @Test(arguments: ["03-cqm-down-qsub", "07-all-down-qsub"])
  func `a server that cannot be reached has taken nothing`(exchange: String) async throws {
    let host = cobalt(try .recorded("components-down/\(exchange)"))
    let error = await #expect(throws: LauncherError.self) { _ = try await submit(JobSpec(command: ["true"]), on: host) }
    #expect(error?.code == .schedulerUnreachable && error?.category == .transient)
  }

  @Test func `an answer that is lost leaves doubt, and the script where it is`() async throws {
    let broken =
      "component error: Following exception occurred while trying to execute queue-manager.add_jobs: timed out\n"
    for answer in [
      ScriptedHost.Answer(ending: .timedOut), .text("", stderr: broken, exit: 1), .text("", exit: 1), .text("hello\n"),
      ScriptedHost.Answer(ending: .signalled(.kill)), .text("", stderr: "an unheard-of complaint\n", exit: 1),
    ] {
      let host = cobalt(answer)
      let error = await #expect(throws: LauncherError.self) {
        _ = try await submit(JobSpec(command: ["true"]), on: host)
      }
      #expect(error?.code == .uncertainSubmission)
      #expect(await host.commands.allSatisfy { !$0.argv.contains { $0.contains("rm -f \"$1.sh\"") } })
    }
  }

  @Test(arguments: [
    ("qsub cannot be given a script in ‘/home/a b’\n", Int32(90), LauncherError.Code.scriptUnreadable),
    ("sed: couldn't flush stdout: No space left on device\n", 90, .diskFull),
    ("sh: 17: qsub: not found\n", 127, .commandMissing),
  ])
  func `a script that cannot be stored, or without a qsub, is not submitted`(
    words: String,
    exit: Int32,
    code: LauncherError.Code
  ) async throws {
    let host = cobalt(.text("", stderr: words, exit: exit))
    let error = await #expect(throws: LauncherError.self) { _ = try await submit(JobSpec(command: ["true"]), on: host) }
    #expect(error?.code == code && error?.message.hasSuffix("nothing was submitted") == true)
  }
}
