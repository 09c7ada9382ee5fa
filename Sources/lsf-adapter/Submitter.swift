import AdapterKit
import FoundationEssentials

/// Submits a job once.
struct Submitter<Host: CommandHost> {
  let host: Host
  let memory: ServerMemory

  func run(_ request: SubmitRequest) async throws -> SubmitAnswer {
    let server = await memory.server(on: host)
    var site = LSFSite(isIBM: server.flavour == .ibm)
    let hasJobStepManager = await memory.hasJobStepManager(on: host)
    if hasJobStepManager == nil, request.spec.launcher == .jsrun {
      throw AdapterError(
        .unreadableOutput,
        "launcher: neither lsid nor the shell says whether jsrun is here; nothing was submitted",
        advice: "Try again, or look at what lsid says."
      )
    }
    site.hasJobStepManager = hasJobStepManager ?? false
    site.clockTimes = try await clockTimes(request.spec)
    let submission = try Submission(request.spec, token: request.token, site: site)
    let command = NativeCommand(
      submission.command(token: request.token),
      stdin: submission.script,
      startingEnvironment: .user,
      environment: LSFEnvironment.forSubmission,
      timeLimit: .seconds(150),
      effect: .creates
    )
    let answer = try await host.answer(to: command)
    let told = BsubAnswer(stdout: answer.output(), stderr: answer.complaint)
    // The id counts, whatever the exit code is.
    guard let id = told.id else { throw Failures.ofSubmission(answer) }
    let moment = request.dryRun ? nil : await host.time(of: answer)
    return SubmitAnswer(
      job: JobReference(id: id.text, server: server.cluster, submittedAt: moment),
      remarks: submission.remarks + told.remarks
    )
  }

  /// `-b` and `-t` take `month:day:hour:minute` in the zone of whoever runs bsub, a past one for the next year's
  /// (recorded: begin-time). So the host's own `date` writes them; empty where it does not.
  private func clockTimes(_ spec: JobSpec) async throws -> [Date: String] {
    var times: [Date: String] = [:]
    for (field, moment) in [("begin", spec.begin), ("deadline", spec.deadline)] {
      guard let moment else { continue }
      // To the next whole minute.
      let seconds = Int64((moment.date.timeIntervalSince1970 / 60).rounded(.up)) * 60
      let command = NativeCommand(
        ["date", "-d", "@\(seconds)", "+%m:%d:%H:%M"],
        startingEnvironment: .user,
        timeLimit: .seconds(20)
      )
      let answer = try? await host.answer(to: command)
      let now = answer?.begunAt ?? Date()
      guard moment.date > now else {
        if field == "deadline" { throw Submission.invalid(field, "it is over") }
        continue
      }
      guard moment.date < now.addingTimeInterval(360 * 86_400) else {
        throw Submission.invalid(field, "LSF takes times within a year")
      }
      times[moment.date] =
        answer.flatMap { $0.succeeded ? $0.output(limit: 64).split(whereSeparator: \.isWhitespace).first : nil }
        .map(String.init) ?? ""
    }
    return times
  }
}
