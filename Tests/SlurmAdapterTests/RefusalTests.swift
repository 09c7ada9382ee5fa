import AdapterKit
import AdapterTestSupport
import Testing

@testable import slurm_adapter

@Suite("Yes, no, or not known: what sbatch answers")
struct RefusalTests {
  private func failed(_ reason: String, _ lines: String = "") -> String {
    lines + "sbatch: error: Batch job submission failed: \(reason)\n"
  }

  // MARK: Doubt

  @Test func `munge went away before the yes was read: the job may be there`() async throws {
    let case4 = "liveslurm/04-munge-restart-submits-twice"
    let host = ScriptedHost { _ in try .ofCase(case4, stderr: "stderr", exit: 1) }
    #expect(await refusal(on: host)?.code == .uncertainSubmission)
    let unsent = ScriptedHost { _ in try .ofCase(case4, stderr: "stderr-not-sent", exit: 1) }
    let error = await refusal(on: unsent)
    #expect(error?.code == .schedulerUnreachable)
    #expect(error?.message.hasSuffix("nothing was submitted") == true)
  }

  @Test func `an overloaded controller answers with no answer: the job may be there`() async throws {
    let error = await refusal(on: try StandIns("bugreports/03-unexpected-message-received"))
    #expect(error?.code == .uncertainSubmission)
  }

  @Test func `a command that named a job and failed after that may have submitted it`() async {
    let words = "logger: option requires an argument -- 't'\n"
    let error = await refusal(on: ScriptedHost { _ in .text("88\n", stderr: words, exit: 1) })
    #expect(error?.code == .uncertainSubmission)
    #expect(error?.message.contains("88") == true)
  }

  @Test(arguments: [
    "Unspecified error", "Unexpected message received", "Zero Bytes were transmitted or received",
    "Socket timed out on send/recv operation", "Message receive failure", "Message send failure",
    "Unable to contact slurm controller (send failure)", "Unable to contact slurm controller (receive failure)",
    "Protocol authentication error", "Connection reset by peer", "Connection timed out reading",
    "Incompatible versions of client and server code", "Insane message length", "Slurm internal error",
    "Success", "No error", "Unknown error 2777", "something that a later version says",
  ])
  func `after the request was sent, words that are not a known refusal are doubt`(reason: String) async {
    let error = await refusal(saying: failed(reason))
    #expect(error?.code == .uncertainSubmission)
    #expect(error?.message.contains(reason) == true)
    #expect(error?.message.contains("nothing was submitted") == false)
  }

  @Test func `a known refusal beside words of a broken connection is doubt`() async {
    let lines = "sbatch: error: slurm_receive_msg [10.0.0.1:6817]: Zero Bytes were transmitted or received\n"
    #expect(await refusal(saying: failed("Invalid qos specification", lines))?.code == .uncertainSubmission)
    let retried = "sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying\n"
    let hung = failed("Socket timed out on send/recv operation", retried)
    #expect(await refusal(saying: hung)?.code == .uncertainSubmission)
  }

  // MARK: Refusals of the controller

  @Test(arguments: [
    ("Requested partition configuration not available now", LauncherError.Code.limitExceeded),
    ("Invalid Trackable RESource (TRES) specification", .invalidValue),
    ("I/O error writing script/environment to file", .diskFull), ("System submissions disabled", .schedulerBusy),
    ("Rate limit exceeded, please retry momentarily", .schedulerBusy),
    ("Slurm backup controller in standby mode", .schedulerUnreachable),
    ("Controller is in standby mode, try a different controller", .schedulerUnreachable),
    ("Invalid account or account/partition combination specified", .accountDenied),
    ("Access/permission denied", .notPermitted), ("Requested nodes are busy", .schedulerBusy),
    ("Task count specification invalid", .limitExceeded), ("Circular job dependency", .invalidValue),
  ])
  func `what the controller is known to refuse with is a refusal at once`(reason: String, code: LauncherError.Code)
    async
  {
    let error = await refusal(saying: failed(reason))
    #expect(error?.code == code)
    #expect(error?.message.hasSuffix("\(reason); nothing was submitted") == true)
  }

  @Test func `a site's own check refuses in its own words, and they are shown`() async throws {
    let error = await refusal(on: try StandIns("bugreports/11-clear-refusals-called-uncertain"))
    #expect(error?.code == .invalidValue)
    #expect(
      error?.message == "You must always specify a type when requesting gpu GRES; nothing was submitted"
    )
  }

  @Test(arguments: [
    "AssocGrpSubmitJobsLimit", "AssocMaxSubmitJobLimit", "QOSGrpSubmitJobsLimit", "QOSMaxSubmitJobPerUserLimit",
    "MaxSubmitJobsPerAccount", "QOSMaxSubmitJobPerAccountLimit", "AssocGrpJobsLimit", "AssocMaxJobsLimit",
    "QOSGrpJobsLimit", "QOSMaxJobsPerUserLimit",
  ])
  func `a limit on how many jobs there are goes away by itself, and is named`(limit: String) async {
    let policy = "Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)"
    let error = await refusal(saying: failed(policy, "sbatch: error: \(limit)\n"))
    #expect(error?.code == .submitLimitReached)
    #expect(error?.category == .transient)
    #expect(error?.message == "\(limit): \(policy); nothing was submitted")
  }

  @Test func `the limit of a group is not a limit of the job`() async throws {
    let error = await refusal(on: try StandIns("bugreports/04-group-submit-limit"))
    #expect(error?.code == .submitLimitReached)
    #expect(error?.message.contains("AssocGrpSubmitJobsLimit") == true)
  }

  @Test(arguments: ["QOSMaxWallDurationPerJobLimit", "QOSGrpGRES", "AssocMaxCpuPerJobLimit", "QOSMaxNodePerJobLimit"])
  func `a limit on a job's size stays, and is named`(limit: String) async {
    let error = await refusal(saying: failed("Job violates accounting/QOS policy", "sbatch: error: \(limit)\n"))
    #expect(error?.code == .limitExceeded)
    #expect(error?.message.hasPrefix("\(limit): ") == true)
  }

  // MARK: Refusals of sbatch itself

  @Test func `what sbatch calls fatal was never sent`() async {
    let words = "sbatch: fatal: --mem, --mem-per-cpu, and --mem-per-gpu are mutually exclusive.\n"
    let error = await refusal(saying: words)
    #expect(error?.code == .invalidValue)
    #expect(error?.message.hasSuffix("mutually exclusive.; nothing was submitted") == true)
    let unknown = await refusal(saying: "sbatch: fatal: Something that nobody has seen yet\n")
    #expect(unknown?.message == "Something that nobody has seen yet; nothing was submitted")
    for words in ["Unable to process configuration file", "Could not establish a configuration source"] {
      #expect(await refusal(saying: "sbatch: fatal: \(words)\n")?.code == .schedulerUnreachable, "\(words)")
    }
  }

  @Test func `a site that explains on standard output is shown`() async throws {
    let error = await refusal(on: try StandIns("bugreports/05-site-filter-explains-on-stdout"))
    #expect(error?.code == .uncertainSubmission)
    #expect(error?.message.contains("Too many simultaneous jobs in queue") == true)
    #expect(error?.command?.stderrTail?.contains("Max job limits for user ada") == true)
    let silent = await refusal(on: ScriptedHost { _ in .text("", exit: 1) })
    #expect(silent?.message.contains("it failed without a word") == true)
  }

  // MARK: The field that was written

  @Test func `a refusal names the fields that were written`() async {
    let words = failed("Requested node configuration is not available")
    var spec = JobSpec(command: ["true"])
    #expect(await refusal(of: spec, saying: words)?.message.hasPrefix("Requested") == true)
    spec.gpus = GPURequest(.perNode(8))
    #expect(await refusal(of: spec, saying: words)?.message.hasPrefix("gpus: Requested") == true)
    spec.memory = .perNode(.gibibytes(900))
    #expect(await refusal(of: spec, saying: words)?.message.hasPrefix("gpus, memory: Requested") == true)
    var late = JobSpec(command: ["true"])
    late.deadline = Moment(.distantFuture)
    let time = failed("Requested time limit is invalid (missing or exceeds some limit)")
    #expect(await refusal(of: late, saying: time)?.message.hasPrefix("deadline: ") == true)
    let option = "sbatch: unrecognized option '--no-such'\nTry \"sbatch --help\" for more information\n"
    #expect(await refusal(saying: option)?.message.hasPrefix("unrecognized") == true)
    var native = JobSpec(command: ["true"])
    native.native = ["slurm": ["--no-such"]]
    #expect(await refusal(of: native, saying: option)?.message.hasPrefix("native.slurm: unrecognized") == true)
    let script = JobSpec(script: "#!/bin/sh\n#SBATCH --no-such\n")
    #expect(await refusal(of: script, saying: option)?.message.hasPrefix("script: unrecognized") == true)
  }

  @Test func `a name that is too long is named`() async {
    var spec = JobSpec(command: ["true"])
    spec.name = String(repeating: "n", count: 1500)
    spec.directory = "/home/ada"
    let error = await refusal(of: spec, saying: failed("Pathname of a file, directory or other parameter too long"))
    #expect(error?.code == .invalidValue)
    #expect(error?.message.hasPrefix("name: Pathname") == true)
  }
}
