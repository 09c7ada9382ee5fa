import AdapterKit
import FoundationEssentials

/// Cobalt, Argonne's scheduler: its clusters, and as far as it is documented its Cray XC and Blue Genes.
struct CobaltAdapter: SchedulerAdapter {
  let profile = AdapterDescription(
    adapter: ProgramIdentity(name: "cobalt-adapter", version: launcherKitVersion),
    scheduler: "cobalt",
    operations: [.detect, .submit, .poll, .find, .cancel, .hold, .release, .queues, .nodes],
    fields: [
      .command, .script, .name, .directory, .environment, .stdin, .stdout, .stderr, .nodes, .tasks, .tasksPerNode,
      .cpusPerTask, .exclusive, .walltime, .queue, .account, .hosts, .dependencies, .hold, .mail, .prologue, .epilogue,
      .launcher, .container, .native,
    ],
    limits: AdapterDescription.Limits(leastPollingInterval: .seconds(2)),
    tokenPlace: "the name of the job's script"
  )

  func detect(on host: some CommandHost) async throws -> Detection {
    try await CobaltDetection.run(on: Cobalt(host: host))
  }

  func submit(_ request: SubmitRequest, on host: some CommandHost) async throws -> SubmitAnswer {
    let cobalt = Cobalt(host: host)
    try Dependencies.check(request.spec.dependencies)
    let plan: Dependencies.Plan
    if request.dryRun {
      plan = Dependencies.Plan(ids: request.spec.dependencies.map(\.job))
    } else {
      plan = try await Dependencies.plan(request.spec.dependencies, on: cobalt)
    }
    let submission = try Submission(request.spec, token: request.token, dependencies: plan.ids)
    let remarks = plan.remarks + submission.remarks
    let storing = ScriptStore.storing(
      token: request.token,
      script: submission.script,
      environment: request.spec.environment
    )
    if request.dryRun {
      let words = submission.arguments(folder: "~/.local/state/launcher/cobalt", token: request.token)
      return SubmitAnswer(
        remarks: remarks,
        plan: [PlannedStep(argv: storing.argv, stdin: storing.stdin), PlannedStep(argv: words)]
      )
    }
    let stored = try await host.answer(to: storing)
    guard stored.succeeded, let folder = ScriptStore.folder(in: stored.output(limit: 65_536)) else {
      throw Self.unstored(stored)
    }
    return try await submit(submission, request, folder: folder, remarks: remarks, on: host)
  }

  private func submit(
    _ submission: Submission,
    _ request: SubmitRequest,
    folder: String,
    remarks: [String],
    on host: some CommandHost
  ) async throws -> SubmitAnswer {
    let command = NativeCommand(
      submission.arguments(folder: folder, token: request.token),
      startingEnvironment: .user,
      timeLimit: CobaltPatience.submission,
      effect: .creates
    )
    async let moment = Self.time(on: host)
    let answer = try await host.answer(to: command)
    let told = QsubAnswer(stdout: answer.output(), stderr: answer.complaint)
    guard answer.succeeded, let id = told.id else {
      let error = Failures.ofSubmission(answer)
      // What may have become a job needs its script.
      if error.category != .uncertain { _ = try? await host.run(ScriptStore.removing(token: request.token)) }
      throw error
    }
    return SubmitAnswer(job: JobReference(id: id, submittedAt: await moment), remarks: remarks + told.remarks)
  }

  /// The time on the host while `qsub` runs, which writes it into the job's log as well.
  private static func time(on host: some CommandHost) async -> Date? {
    let command = NativeCommand(["date", "+%s"], timeLimit: CobaltPatience.file)
    guard let answer = try? await host.answer(to: command), answer.succeeded else { return nil }
    let words = answer.output(limit: 64).split(whereSeparator: \.isWhitespace)
    return words.last.flatMap { Int64($0) }.map { Date(timeIntervalSince1970: Double($0)) }
  }

  private static func unstored(_ answer: CommandAnswer) -> AdapterError {
    let said = Failures.sentence(answer.complaint)
    let code: AdapterError.Code =
      if said.contains("No space left") || said.contains("quota") { .diskFull } else { .scriptUnreadable }
    return AdapterError(
      code,
      "the job's script could not be stored\(said.isEmpty ? "" : ": \(said)"); nothing was submitted",
      command: answer.failed
    )
  }

  func poll(_ query: JobQuery, on host: some CommandHost, to report: JobReporter) async throws -> PollAnswer {
    var poll = CobaltPoll(query.jobs, on: Cobalt(host: host), to: report)
    return try await poll.run()
  }

  func find(_ request: FindRequest, on host: some CommandHost) async throws -> FindAnswer {
    try await TokenSearch.run(request, on: Cobalt(host: host))
  }

  func cancel(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    let control = CobaltControl(cobalt: Cobalt(host: host))
    return ActionAnswer(results: try await control.cancel(request.jobs, signal: request.signal))
  }

  func hold(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    let control = CobaltControl(cobalt: Cobalt(host: host))
    return ActionAnswer(results: try await control.change("qhold", request.jobs))
  }

  func release(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    let control = CobaltControl(cobalt: Cobalt(host: host))
    return ActionAnswer(results: try await control.change("qrls", request.jobs))
  }

  func suspend(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    throw AdapterError(.unsupportedMethod, "Cobalt does not suspend jobs")
  }

  func resume(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    throw AdapterError(.unsupportedMethod, "Cobalt does not suspend jobs")
  }

  func queues(on host: some CommandHost) async throws -> QueuesAnswer {
    let cobalt = Cobalt(host: host)
    if let answer = try await cobalt.runIfRecorded(Inventory.queueArguments) {
      guard answer.succeeded else { throw Failures.ofQuery(answer, of: "the queues") }
      return QueuesAnswer(queues: try Inventory.queues(path: answer.result.stdoutPath))
    }
    let answer = try await cobalt.run(Inventory.queueTableArguments)
    guard answer.succeeded else { throw Failures.ofQuery(answer, of: "the queues") }
    return QueuesAnswer(queues: Inventory.queues(table: answer.output()))
  }

  func nodes(on host: some CommandHost) async throws -> NodesAnswer {
    let answer = try await Cobalt(host: host).run(Inventory.nodeArguments)
    guard answer.succeeded else { throw Failures.ofQuery(answer, of: "the nodes") }
    guard let nodes = Inventory.nodes(answer.output(limit: 1 << 26)) else {
      throw AdapterError(.unreadableOutput, "nodelist printed no table", command: answer.failed)
    }
    return NodesAnswer(nodes: nodes)
  }
}
