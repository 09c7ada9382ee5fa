import AdapterKit
import FoundationEssentials

/// Cobalt, Argonne's scheduler: its clusters and, as far as they are documented, its Cray XC and Blue Genes.
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
    let submission = try QsubCommand(request.spec, token: request.token, dependencies: plan.ids)
    let answer = try await host.answer(
      to: ScriptStore.submission(
        token: request.token,
        script: submission.script,
        environment: request.spec.environment,
        options: submission.options
      )
    )
    let told = QsubAnswer(stdout: answer.output(), stderr: answer.complaint)
    guard answer.succeeded, let id = told.id else {
      let error = Failures.ofSubmission(answer, told)
      // A submission that may have become a job needs its script.
      if error.category != .uncertain { _ = try? await host.run(ScriptStore.removing(token: request.token)) }
      throw error
    }
    return SubmitAnswer(
      job: JobReference(id: id, submittedAt: told.time),
      remarks: plan.remarks + submission.remarks + told.remarks
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
    throw LauncherError(.unsupportedMethod, "Cobalt does not suspend jobs")
  }

  func resume(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    throw LauncherError(.unsupportedMethod, "Cobalt does not suspend jobs")
  }

  func queues(on host: some CommandHost) async throws -> QueuesAnswer {
    let cobalt = Cobalt(host: host)
    if let answer = try await cobalt.runIfRecorded(Inventory.queueArguments) {
      guard answer.succeeded else { throw Failures.ofQuery(answer, of: "the queues") }
      guard answer.output().endsWithLine else { throw Failures.ofCutAnswer(answer) }
      return QueuesAnswer(queues: try Inventory.queues(path: answer.result.stdoutPath))
    }
    let answer = try await cobalt.run(Inventory.queueTableArguments)
    guard answer.succeeded else { throw Failures.ofQuery(answer, of: "the queues") }
    return QueuesAnswer(queues: Inventory.queues(table: answer.output()))
  }

  func nodes(on host: some CommandHost) async throws -> NodesAnswer {
    let answer = try await Cobalt(host: host).run(Inventory.nodeArguments)
    guard answer.succeeded else { throw Failures.ofQuery(answer, of: "the nodes") }
    let text = answer.output(limit: 1 << 26)
    guard text.endsWithLine else { throw Failures.ofCutAnswer(answer) }
    guard let nodes = Inventory.nodes(text) else {
      throw LauncherError(.unreadableOutput, "nodelist printed no table", command: answer.failed)
    }
    return NodesAnswer(nodes: nodes)
  }
}
