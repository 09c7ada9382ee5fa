import AdapterKit
import FoundationEssentials
import LauncherKit

/// The adapter of a ``FakeScheduler``.
struct FakeAdapter: SchedulerAdapter {
  let scheduler: FakeScheduler

  var profile: AdapterDescription {
    AdapterDescription(
      adapter: ProgramIdentity(name: "\(scheduler.name)-adapter", version: launcherKitVersion),
      scheduler: scheduler.name,
      operations: Operation.allCases,
      fields: JobSpec.Field.ofAdapters,
      limits: AdapterDescription.Limits(leastPollingInterval: scheduler.leastPollingInterval),
      tokenPlace: "memory"
    )
  }

  func detect(on host: some CommandHost) async throws -> Detection {
    try scheduler.change { _ in
      Detection(.responding, version: launcherKitVersion, evidence: [.for("it is a part of this program")])
    }
  }

  func submit(_ request: SubmitRequest, on host: some CommandHost) async throws -> SubmitAnswer {
    let moment = FakeScheduler.now
    let (story, number) = try scheduler.change { state -> (JobStory, Int?) in
      let story = state.nextStory(of: request.spec, dryRun: request.dryRun)
      if case .refused(let error) = story.reception { throw error }
      if request.dryRun || story.reception == .requestLost { return (story, nil) }
      return (story, state.add(request, story, at: moment))
    }
    if request.dryRun { return SubmitAnswer(remarks: []) }
    guard let number, story.reception == .accepted else {
      // From the command on that submits, there may be a job.
      _ = try await host.run(NativeCommand(["true"], effect: .creates))
      throw LauncherError(.uncertainSubmission, "the scheduler's answer was lost")
    }
    let job = JobReference(
      id: "\(number)",
      server: FakeScheduler.server,
      submittedAt: moment,
      array: request.spec.array
    )
    return SubmitAnswer(job: job)
  }

  func poll(_ query: JobQuery, on host: some CommandHost, to report: JobReporter) async throws -> PollAnswer {
    let answer = try scheduler.change { state -> FakeLook.Answer in
      state.looks.append(FakeLook(jobs: query.jobs))
      if !state.answers.isEmpty {
        state.answered += 1
        return state.answers[min(state.answered, state.answers.count) - 1]
      }
      return .jobs(state.look(at: query.jobs, at: FakeScheduler.now))
    }
    switch answer {
    case .jobs(let statuses):
      try await report(statuses)
      return PollAnswer()
    case .part(let statuses):
      try await report(statuses)
      return PollAnswer(complete: false)
    case .fails(let error): throw error
    }
  }

  func find(_ request: FindRequest, on host: some CommandHost) async throws -> FindAnswer {
    let jobs = try scheduler.change { state in state.jobs.filter { $0.token == request.token } }
    return try await request.search([
      {
        jobs.map {
          let id = $0.index == nil ? $0.id : String($0.id.prefix { $0 != "_" })
          return JobReference(id: id, server: FakeScheduler.server, submittedAt: $0.submittedAt, array: $0.spec.array)
        }
      }
    ])
  }

  func others(among jobs: [JobReference], on host: some CommandHost) async -> [String: LauncherError] { [:] }

  func cancel(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    if let signal = request.signal {
      return try act(request, allows: { $0 == .running }) { _, _ in
      } always: { state, _ in
        state.signals.append(signal)
      }
    }
    return try act(request, allows: { !$0.isFinished }) { state, place in
      state.jobs[place].end(JobStory.Step(.finished(.cancelled(by: .user))), at: FakeScheduler.now)
    } always: {
      $0.cancelled.append($1)
    }
  }

  func hold(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    try act(request, allows: { $0 == .queued }) { $0.jobs[$1].park(.held) }
  }

  func release(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    try act(request, allows: { $0 == .held }) { $0.jobs[$1].park(nil) }
  }

  func suspend(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    try act(request, allows: { $0 == .running }) { $0.jobs[$1].park(.suspended) }
  }

  func resume(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    try act(request, allows: { $0 == .suspended }) { $0.jobs[$1].park(nil) }
  }

  func queues(on host: some CommandHost) async throws -> QueuesAnswer {
    try scheduler.change { _ in QueuesAnswer(queues: [QueueStatus(name: "fake")]) }
  }

  func nodes(on host: some CommandHost) async throws -> NodesAnswer {
    try scheduler.change { _ in NodesAnswer(nodes: []) }
  }

  /// Does something to each job of a request whose state allows it.
  private func act(
    _ request: ActionRequest,
    allows: (JobState) -> Bool,
    _ change: (inout FakeScheduler.State, Int) -> Void,
    always: (inout FakeScheduler.State, JobReference) -> Void = { _, _ in }
  ) throws -> ActionAnswer {
    try scheduler.change { state in
      let results = request.jobs.map { job -> ActionResult in
        always(&state, job)
        let places = state.places(of: job.id)
        guard places.contains(where: { state.jobs[$0].step.state != nil }) else {
          // A scheduler whose answers are given has the jobs that it is asked for.
          if !state.answers.isEmpty { return ActionResult(id: job.id) }
          return ActionResult(id: job.id, error: LauncherError(.unknownJob, "there is no job \(job.id)"))
        }
        let fitting = places.filter { state.jobs[$0].step.state.map(allows) == true }
        for place in fitting { change(&state, place) }
        if !fitting.isEmpty { return ActionResult(id: job.id) }
        let isOver = places.allSatisfy { state.jobs[$0].isOver }
        let code: LauncherError.Code = isOver ? .alreadyFinished : .wrongState
        let words = isOver ? "job \(job.id) has ended" : "job \(job.id) is in a state that does not allow it"
        return ActionResult(id: job.id, error: LauncherError(code, words))
      }
      return ActionAnswer(results: results)
    }
  }
}

extension FakeScheduler {
  /// Looks at what there is, or changes it, unless the scheduler is out of order.
  func change<Value: Sendable>(_ body: (inout State) throws -> Value) throws -> Value {
    try state.withLock { state in
      if let outage = state.outage { throw outage }
      return try body(&state)
    }
  }
}
