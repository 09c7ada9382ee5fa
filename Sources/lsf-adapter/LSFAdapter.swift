import AdapterKit
import FoundationEssentials

/// IBM Spectrum LSF and its relatives volclava and OpenLava.
struct LSFAdapter: SchedulerAdapter {
  let profile = AdapterDescription(
    adapter: ProgramIdentity(name: "lsf-adapter", version: launcherKitVersion),
    scheduler: "lsf",
    operations: Operation.allCases,
    fields: JobSpec.Field.ofAdapters,
    limits: AdapterDescription.Limits(leastPollingInterval: .seconds(2)),
    tokenPlace: "a comment in the job's script"
  )

  private let memory = ServerMemory()

  func detect(on host: some CommandHost) async throws -> Detection {
    try await LSFDetection.run(on: host)
  }

  func submit(_ request: SubmitRequest, on host: some CommandHost) async throws -> SubmitAnswer {
    try await Submitter(host: host, memory: memory).run(request)
  }

  func poll(_ query: JobQuery, on host: some CommandHost, to report: JobReporter) async throws -> PollAnswer {
    var poll = LSFPoll(
      query.jobs,
      on: LSF(host: host),
      memory: memory,
      wantsFiles: query.jobs?.count == 1,
      to: report
    )
    return try await poll.run()
  }

  func find(_ request: FindRequest, on host: some CommandHost) async throws -> FindAnswer {
    try await TokenSearch(lsf: LSF(host: host), memory: memory).run(request)
  }

  func cancel(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    ActionAnswer(results: try await control(host).cancel(request.jobs, signal: request.signal))
  }

  func hold(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    ActionAnswer(results: try await control(host).hold(request.jobs))
  }

  func release(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    ActionAnswer(results: try await control(host).release(request.jobs))
  }

  func suspend(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    ActionAnswer(results: try await control(host).suspend(request.jobs))
  }

  func resume(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    ActionAnswer(results: try await control(host).resume(request.jobs))
  }

  func queues(on host: some CommandHost) async throws -> QueuesAnswer {
    QueuesAnswer(queues: try await Inventory(lsf: LSF(host: host)).queues())
  }

  func nodes(on host: some CommandHost) async throws -> NodesAnswer {
    NodesAnswer(nodes: try await Inventory(lsf: LSF(host: host)).nodes())
  }

  private func control<Host: CommandHost>(_ host: Host) -> LSFControl<Host> {
    LSFControl(lsf: LSF(host: host), memory: memory)
  }
}
