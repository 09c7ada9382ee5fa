import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import lsf_adapter

@Suite("What bsub refuses, and what it leaves open")
struct RefusalTests {
  private func submit(
    _ answer: ScriptedHost.Answer,
    _ change: (inout JobSpec) -> Void = { _ in }
  ) async throws -> SubmitAnswer {
    var spec = JobSpec(command: ["true"])
    change(&spec)
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "bsub": answer
      case "lsid": .text(IBM.lsid)
      default: .text("")
      }
    }
    return try await LSFAdapter().submit(SubmitRequest(spec: spec, token: "t"), on: host)
  }

  private func error(
    _ answer: ScriptedHost.Answer,
    _ change: (inout JobSpec) -> Void = { _ in }
  ) async throws -> LauncherError {
    try #require(await #expect(throws: LauncherError.self) { _ = try await submit(answer, change) })
  }

  @Test func `a refusal on standard output with exit code 0 is one, at once and with its words`() async throws {
    let host = StandIns("bugreports/10-bsub-refuses-with-exit-0")
    let error = try #require(
      await #expect(throws: LauncherError.self) {
        _ = try await LSFAdapter().submit(SubmitRequest(spec: JobSpec(command: ["true"]), token: "t"), on: host)
      }
    )
    #expect(error.code == .invalidValue)
    #expect(error.message == "reservation: Reservation <r1> is not active or does not exist; nothing was submitted")
  }

  @Test(
    arguments: [Int32(0), 255],
    [true, false]
  )
  func `so is one on either stream, whatever the exit code, and with a site's text after it`(
    exit: Int32,
    isOnOutput: Bool
  ) async throws {
    let words = "The moon is full. Job not submitted.\nSee https://example.org/help\n"
    let error = try await error(.text(isOnOutput ? words : "", stderr: isOnOutput ? "" : words, exit: exit))
    #expect(error.code == .invalidValue)
    #expect(error.message == "The moon is full; nothing was submitted")
  }

  @Test func `the reason may stand in the line before the refusal`() async throws {
    let error = try await error(.text("Too early in the morning.\nJob not submitted.\n", exit: 255))
    #expect(error.message == "Too early in the morning; nothing was submitted")
  }

  @Test(
    arguments: [
      ("The destination queue has reached its job limit. Job not submitted.", LauncherError.Code.submitLimitReached),
      ("User or one of user's groups does not have enough job slots. Job not submitted.", .submitLimitReached),
      ("Queue only accepts interactive jobs. Job not submitted.", .unknownQueue),
      ("Root job submission is disabled. Job not submitted.", .notPermitted),
      ("Invoker is not in specified project group. Job not submitted.", .accountDenied),
      ("Bad user priority. Job not submitted.", .invalidValue),
      ("Start time is later than termination time. Job not submitted.", .invalidValue),
      ("Dependent arrays do not have the same size. Job not submitted.", .invalidValue),
    ]
  )
  func `known refusals are reported by kind`(words: String, code: LauncherError.Code) async throws {
    let error = try await error(.text("", stderr: words + "\n", exit: 255))
    #expect(error.code == code)
    #expect(error.message.hasSuffix("; nothing was submitted"))
  }

  @Test(
    arguments: [
      "Contacting batch daemon: Communication timeout. Job not submitted.",
      "Failed in an LSF library call: Communication time out. Job not submitted.",
      "Failed in an LSF library call: A system call failed: Connection reset by peer. Job not submitted.",
      "batch system daemon not responding ... still trying\nBatch library internal error. Job not submitted.",
    ]
  )
  func `a connection that broke after the request leaves doubt, though bsub says that nothing was submitted`(
    words: String
  ) async throws {
    let error = try await error(.text("", stderr: words + "\n", exit: 255))
    #expect(error.code == .uncertainSubmission)
    #expect(!error.message.contains("nothing was submitted") && !error.message.contains("Job not submitted"))
    #expect(error.message.contains("proves nothing"))
  }

  @Test func `what bsub printed is shown where it named no job`() async throws {
    let error = try await error(.text("Have a nice day\n"))
    #expect(error.code == .uncertainSubmission)
    #expect(error.message.contains("Have a nice day"))
  }

  @Test func `a refusal names the field that the specification has`() async throws {
    let syntax = ScriptedHost.Answer.text(
      "",
      stderr: "Bad resource requirement syntax. Job not submitted.\n",
      exit: 255
    )
    #expect(try await error(syntax) { $0.licences = ["matlab": 2] }.message.hasPrefix("licences: "))
    #expect(try await error(syntax) { $0.constraints = ["avx"] }.message.hasPrefix("constraints: "))
    #expect(try await error(syntax) { $0.native = ["lsf": ["-R", "x["]] }.message.hasPrefix("native.lsf: "))
    let both = try await error(syntax) {
      $0.constraints = ["avx"]
      $0.licences = ["matlab": 2]
    }
    #expect(both.message.hasPrefix("constraints, licences: "))
    let gpus = ScriptedHost.Answer.text("", stderr: "No such GPU model. Job not submitted.\n", exit: 255)
    #expect(try await error(gpus) { $0.gpus = GPURequest(.perNode(1)) }.message.hasPrefix("gpus: "))
    let slots = ScriptedHost.Answer.text("", stderr: "Too many processors requested. Job not submitted.\n", exit: 255)
    #expect(try await error(slots) { $0.nodes = 400 }.message.hasPrefix("nodes: "))
    let time = ScriptedHost.Answer.text("", stderr: "1: Bad time specification. Job not submitted.\n", exit: 255)
    #expect(try await error(time) { $0.deadline = Moment(Date(timeIntervalSinceNow: 7200)) }.code == .invalidValue)
  }

  // MARK: Environment

  @Test func `variables of the job that submits, and those that steer bsub, do not reach bsub; the latter are named`()
    async throws
  {
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "lsid": .text("volclava project 2.2, Nov 21 2026\n\nMy cluster name is lk\nMy master name is m\n")
      case "bsub": .text("Job <5> is submitted to default queue <normal>.\n")
      case "sh": .text("welcome\nBSUB_QUIET\nLSB_SUB_PARM_FILE\nHOME\n")
      default: .text("")
      }
    }
    let adapter = LSFAdapter()
    for _ in 0..<2 {
      let answer = try await adapter.submit(SubmitRequest(spec: JobSpec(command: ["true"]), token: "t"), on: host)
      #expect(
        answer.remarks == [
          "bsub was run without BSUB_QUIET, LSB_SUB_PARM_FILE, which would change what it does or prints"
        ]
      )
    }
    // The environment stays as it is.
    #expect(await host.commands.count { $0.argv.first == "sh" } == 1)
    let bsub = try #require(await host.commands.first { $0.argv.first == "bsub" })
    for name in ["LSB_JOBID", "LSB_JOBINDEX", "LSB_MCPU_HOSTS", "LSB_DJOB_HOSTFILE", "LS_SUBCWD", "LSB_SUB_HOST"] {
      #expect(bsub.environment.keys.contains(name) && bsub.environment[name] == .some(nil), "\(name)")
    }
    for name in ["LSF_ENVDIR", "LSF_SERVERDIR", "LSB_DEFAULTQUEUE", "LSB_DEFAULTPROJECT"] {
      #expect(!bsub.environment.keys.contains(name), "\(name)")
    }
  }

  @Test func `the shell that looks for variables names those that are set, the empty ones too`() async throws {
    let host = StandIns(
      "bugreports/10-bsub-refuses-with-exit-0",
      environment: ["BSUB_QUIET": "", "BSUB_STDERR": "y", "LSB_SUB_PARM_FILE": "$(false)"]
    )
    let names = ["BSUB_QUIET", "BSUB_STDERR", "LSB_SUB_PARM_FILE", "LSB_NEVER_SET"]
    let answer = try await host.answer(to: SetVariables.command(names))
    #expect(SetVariables.names(in: answer.output(), among: names) == Array(names.dropLast()))
  }

  // MARK: Requeues

  private func requeue(_ details: String, queue: String?) async throws -> SubmitAnswer {
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "lsid": .text("volclava project 2.2, Nov 21 2026\n\nMy cluster name is lk\nMy master name is m\n")
      case "bqueues": .text(details)
      case "bsub": .text("Job <5> is submitted to queue <normal>.\n")
      default: .text("")
      }
    }
    var spec = JobSpec(command: ["true"])
    spec.requeue = false
    spec.queue = queue
    return try await LSFAdapter().submit(SubmitRequest(spec: spec, token: "t"), on: host)
  }

  @Test func `where a queue starts jobs again and bsub has no option against it, requeue: false is refused`()
    async throws
  {
    let details = try Fixture.text("queues-and-nodes/03-bqueues-l")
    #expect(try await requeue(details, queue: "normal").remarks.isEmpty)
    let rerunning = "\nQUEUE: night\n  -- \n\nUSERS:  all\nHOSTS:  all\nRERUNNABLE :  yes\n"
    for queue in ["night", nil] {
      let error = await #expect(throws: LauncherError.self) { _ = try await requeue(rerunning, queue: queue) }
      #expect(error?.code == .unsupportedField && error?.message.hasPrefix("requeue: ") == true)
    }
    #expect(try await requeue("", queue: "night").remarks.count == 1)
  }

  // MARK: Dependencies

  private func dependent(_ condition: JobDependency.Condition, on host: some CommandHost) async throws -> SubmitAnswer {
    var spec = JobSpec(command: ["true"])
    spec.dependencies = [JobDependency(condition, "41")]
    return try await LSFAdapter().submit(SubmitRequest(spec: spec, token: "t"), on: host)
  }

  private func home(code: Int) throws -> String {
    let home = Scratch.path("home")
    let folder = home + "/.local/state/launcher/exit/lsf"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let record =
      "token=2c0389d70b2e4194c493f90d18d57ea3\ncode=\(code)\nsignal=0\nlaunched=yes\nrestarts=\nstarted=1795892010\n"
      + "ended=1795892300\nasked=no\nwalltime=\nhost=node01\nname=job\ndirectory=/home/ada\nwhole=yes\n"
    try Data(record.utf8).write(to: URL(filePath: folder + "/41"))
    return home
  }

  @Test func `a condition on a job that LSF has forgotten is met by its end, or refused by name`() async throws {
    let name = "bugreports/16-dependency-on-a-forgotten-job"
    let well = StandIns(name, environment: ["HOME": try home(code: 0)])
    let answer = try await dependent(.afterok, on: well)
    #expect(answer.job?.id == "42")
    #expect(answer.remarks == ["job 41, which LSF has forgotten, ended as succeeded: ‘afterok:41’ is met"])
    #expect(try await dependent(.afterany, on: well).job?.id == "42")
    let badly = StandIns(name, environment: ["HOME": try home(code: 3)])
    #expect(try await dependent(.afternotok, on: badly).job?.id == "42")
    let error = await #expect(throws: LauncherError.self) { _ = try await dependent(.afterok, on: badly) }
    #expect(error?.message.contains("‘afterok:41’ can never be met") == true)
    let unknown = StandIns(name, environment: ["HOME": Scratch.path("home")])
    let refusal = await #expect(throws: LauncherError.self) { _ = try await dependent(.afterok, on: unknown) }
    #expect(refusal?.code == .unknownJob)
  }

  @Test func `a job that LSF still knows is left to LSF`() async throws {
    let host = ScriptedHost { command in
      switch command.argv.first {
      case "lsid": .text(IBM.lsid)
      case "bjobs": .text(IBM.listing([IBM.record(41, "DONE")]))
      case "bsub": .text("Job <42> is submitted to default queue <normal>.\n")
      default: .text("")
      }
    }
    #expect(try await dependent(.afterok, on: host).remarks.isEmpty)
    let bsub = try #require(await host.commands.first { $0.argv.first == "bsub" })
    #expect(bsub.argv.contains("done(41)"))
  }

  // MARK: Options

  @Test(
    arguments: [["-HK"], ["-Ix"], ["-Kx"], ["-rIp"], ["-NK"], ["-pac", "f"], ["-isfile"], ["-hx"], ["-oout.txt"]]
  )
  func `options that would hide the job's id are refused in every spelling that may be read as one`(words: [String]) {
    #expect(throws: LauncherError.self) { try Directives.checked(words, field: "native.lsf") }
  }

  @Test(
    arguments: [
      ["-hl"], ["-hostfile", "f"], ["-rn"], ["-env", "all"], ["-outdir", "d"], ["-eo", "f"], ["-wt", "5"], ["-HB"],
      ["-app", "x"],
    ]
  )
  func `options of bsub that look alike are possible`(words: [String]) throws {
    #expect(try Directives.checked(words, field: "native.lsf") == words)
  }
}
