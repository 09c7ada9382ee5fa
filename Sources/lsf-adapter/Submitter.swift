import AdapterKit
import FoundationEssentials

/// Submits a job once.
struct Submitter<Host: CommandHost> {
  let host: Host
  let memory: ServerMemory

  func run(_ request: SubmitRequest) async throws -> SubmitAnswer {
    let server = await memory.server(on: host)
    var site = LSFSite(isIBM: server.flavour == .ibm, cluster: server.cluster)
    let hasJobStepManager = await memory.hasJobStepManager(on: host)
    if hasJobStepManager == nil, request.spec.launcher == .jsrun {
      throw LauncherError(
        .unreadableOutput,
        "launcher: neither lsid nor the shell says whether jsrun is here; nothing was submitted",
        advice: "Try again, or look at what lsid says."
      )
    }
    site.hasJobStepManager = hasJobStepManager ?? false
    site.clockTimes = try await clockTimes(request.spec)
    var spec = request.spec
    var remarks = try await requeueRemarks(spec, site)
    if !request.dryRun {
      let plan = try await Dependencies(lsf: LSF(host: host), memory: memory).plan(spec.dependencies)
      spec.dependencies = plan.open
      remarks += plan.remarks
    }
    let submission = try BsubCommand(spec, token: request.token, site: site)
    let removed = await memory.steeringVariables(on: host)
    let command = NativeCommand(
      submission.command(token: request.token),
      stdin: submission.script,
      startingEnvironment: .user,
      environment: LSFEnvironment.forSubmission,
      timeLimit: LSFPatience.submission,
      effect: .creates
    )
    let answer = try await host.answer(to: command)
    let told = BsubAnswer(stdout: answer.output(), stderr: answer.complaint)
    // The id counts, whatever the exit code is.
    guard let id = told.id else { throw Failures.ofSubmission(answer, of: request.spec) }
    let moment = request.dryRun ? nil : await host.time(of: answer)
    remarks += submission.remarks + told.remarks
    if let remark = SetVariables.remark(removed, hiddenFrom: "bsub") { remarks.append(remark) }
    return SubmitAnswer(
      job: JobReference(id: id.text, server: server.cluster, submittedAt: moment, array: submission.array),
      remarks: remarks
    )
  }

  /// Whether `requeue: false` takes effect: IBM's `bsub` has an option for it; with its relatives, only the queue
  /// decides (bsub(1) and lsb.queues(5), `RERUNNABLE`).
  private func requeueRemarks(_ spec: JobSpec, _ site: LSFSite) async throws -> [String] {
    guard spec.requeue == false, !site.isIBM else { return [] }
    var queue = spec.queue
    if queue == nil, case .script(let text) = spec.work {
      queue = Directives.value(of: "-q", in: try Directives.options(in: text))
    }
    queue = Directives.value(of: "-q", in: spec.native["lsf"] ?? []) ?? queue
    let answer = await LSF(host: host).answerIfAny(to: ["bqueues", "-l"] + (queue.map { [$0] } ?? []))
    let details = QueueDetails(answer?.output(limit: 1 << 24) ?? "")
    let rerunning = details.rerunning.sorted()
    guard rerunning.isEmpty else {
      throw LauncherError.unsupported(
        "requeue",
        queue == nil
          ? "bsub has no option against it here, and a queue decides: name one other than \(rerunning.joined(separator: ", "))"
          : "queue \(rerunning.joined(separator: ", ")) starts its jobs again, and bsub has no option against it here"
      )
    }
    return details.names.isEmpty ? ["whether the queue starts jobs again is not known: bqueues -l did not say it"] : []
  }

  /// `-b` and `-t` take `month:day:hour:minute` in the time zone of the user of bsub, and take a past one to be the
  /// next year's (recorded: begin-time). So the host's own `date` writes them; empty if it does not.
  private func clockTimes(_ spec: JobSpec) async throws -> [Date: String] {
    var times: [Date: String] = [:]
    for (field, moment) in [("begin", spec.begin), ("deadline", spec.deadline)] {
      guard let moment else { continue }
      // To the next whole minute.
      let seconds = Int64((moment.date.timeIntervalSince1970 / 60).rounded(.up)) * 60
      let command = NativeCommand(
        ["date", "-d", "@\(seconds)", "+%m:%d:%H:%M"],
        startingEnvironment: .user,
        timeLimit: LSFPatience.detail
      )
      let answer = try? await host.answer(to: command)
      let now = answer?.begunAt ?? Date()
      guard moment.date > now else {
        if field == "deadline" { throw LauncherError.invalid(field, "it is over") }
        continue
      }
      guard moment.date < now.addingTimeInterval(360 * 86_400) else {
        throw LauncherError.invalid(field, "LSF takes times within a year")
      }
      times[moment.date] =
        answer.flatMap { $0.succeeded ? $0.output(limit: 64).split(whereSeparator: \.isWhitespace).first : nil }
        .map(String.init) ?? ""
    }
    return times
  }
}
