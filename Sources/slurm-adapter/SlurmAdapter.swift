import AdapterKit
import FoundationEssentials

/// Slurm, from 22.05 on.
struct SlurmAdapter: SchedulerAdapter {
  let profile = AdapterDescription(
    adapter: ProgramIdentity(name: "slurm-adapter", version: launcherKitVersion),
    scheduler: "slurm",
    operations: Operation.allCases,
    fields: JobSpec.Field.ofAdapters,
    limits: AdapterDescription.Limits(leastPollingInterval: .seconds(2)),
    tokenPlace: "the job's comment"
  )

  func detect(on host: some CommandHost) async throws -> Detection {
    try await SlurmDetection.run(on: host)
  }

  func submit(_ request: SubmitRequest, on host: some CommandHost) async throws -> SubmitAnswer {
    let submission = try SbatchCommand(request.spec, token: request.token)
    if !request.dryRun {
      try await Dependencies.check(request.spec.dependencies, of: submission.clusters, on: host)
    }
    let command = NativeCommand(
      submission.arguments,
      stdin: submission.script,
      startingEnvironment: .user,
      environment: SlurmEnvironment.forSubmission,
      timeLimit: .seconds(150),
      effect: .creates
    )
    let answer: CommandAnswer
    do {
      answer = try await host.answer(to: command)
    } catch let error as LauncherError where request.dryRun && error.code == .dryRun {
      // The host knows the command; how the specification changed on the way to it is known here.
      return SubmitAnswer(remarks: submission.remarks)
    }
    let told = SbatchAnswer(stdout: answer.output(), stderr: answer.complaint)
    guard answer.succeeded, let id = told.id else {
      // Whatever follows an id, there may be a job.
      if let id = told.id { throw Failures.uncertain("it named job \(id) and failed", answer) }
      throw Failures.ofSubmission(answer, of: request.spec)
    }
    let moment = request.dryRun ? nil : await host.time(of: answer)
    return SubmitAnswer(
      job: JobReference(id: id, server: told.cluster, submittedAt: moment, array: submission.array),
      remarks: submission.remarks + SlurmEnvironment.remarks(on: answer.result.unset ?? []) + told.remarks
    )
  }

  func poll(_ query: JobQuery, on host: some CommandHost, to report: JobReporter) async throws -> PollAnswer {
    guard let jobs = query.jobs else {
      var poll = SlurmPoll(nil, on: Slurm(host: host), to: report)
      return try await poll.run()
    }
    var answer = PollAnswer()
    for (slurm, jobs) in try await Clusters.sorted(jobs, on: host) {
      var poll = SlurmPoll(jobs, on: slurm, wantsDetail: query.jobs?.count == 1, to: report)
      let part = try await poll.run()
      answer.complete = answer.complete && part.complete
      answer.problem = answer.problem ?? part.problem
    }
    return answer
  }

  func find(_ request: FindRequest, on host: some CommandHost) async throws -> FindAnswer {
    try await TokenSearch.run(request, on: Slurm(host: host))
  }

  func cancel(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    try await act(request, on: host) { try await $0.cancel($1, signal: request.signal) }
  }

  func hold(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    try await act(request, on: host) { try await $0.hold($1) }
  }

  func release(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    try await act(request, on: host) { try await $0.change("release", $1) }
  }

  func suspend(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    try await act(request, on: host) { try await $0.change("suspend", $1) }
  }

  func resume(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    try await act(request, on: host) { try await $0.change("resume", $1) }
  }

  func queues(on host: some CommandHost) async throws -> QueuesAnswer {
    let answer = try await Slurm(host: host).run(Inventory.queueArguments)
    guard answer.succeeded else { throw Failures.ofQuery(answer, of: "the queues") }
    return QueuesAnswer(queues: try Inventory.queues(path: answer.result.stdoutPath))
  }

  func nodes(on host: some CommandHost) async throws -> NodesAnswer {
    let answer = try await Slurm(host: host).run(Inventory.nodeArguments)
    guard answer.succeeded else { throw Failures.ofQuery(answer, of: "the nodes") }
    return NodesAnswer(nodes: try Inventory.nodes(path: answer.result.stdoutPath))
  }

  private func act<Host: CommandHost>(
    _ request: ActionRequest,
    on host: Host,
    _ action: (SlurmControl<Host>, [JobReference]) async throws -> [ActionResult]
  ) async throws -> ActionAnswer {
    var results: [ActionResult] = []
    for (slurm, jobs) in try await Clusters.sorted(request.jobs, on: host) {
      results += try await action(SlurmControl(slurm: slurm), jobs)
    }
    return ActionAnswer(results: results)
  }
}
