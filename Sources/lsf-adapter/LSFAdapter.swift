import AdapterKit
import FoundationEssentials

/// IBM Spectrum LSF and its relatives volclava and OpenLava.
struct LSFAdapter: SchedulerAdapter {
  let profile = AdapterDescription(
    adapter: ProgramIdentity(name: "lsf-adapter", version: launcherKitVersion),
    scheduler: "lsf",
    operations: Operation.allCases,
    fields: JobSpec.Field.allCases,
    limits: AdapterDescription.Limits(leastPollingInterval: .seconds(2)),
    tokenPlace: "a comment in the job's script"
  )

  private let memory = ServerMemory()

  func detect(on host: some CommandHost) async throws -> Detection {
    try await LSFDetection.run(on: host)
  }

  func submit(_ request: SubmitRequest, on host: some CommandHost) async throws -> SubmitAnswer {
    throw AdapterError(.unsupportedMethod, "not yet")
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
    throw AdapterError(.unsupportedMethod, "not yet")
  }

  func cancel(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    throw AdapterError(.unsupportedMethod, "not yet")
  }

  func hold(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    throw AdapterError(.unsupportedMethod, "not yet")
  }

  func release(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    throw AdapterError(.unsupportedMethod, "not yet")
  }

  func suspend(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    throw AdapterError(.unsupportedMethod, "not yet")
  }

  func resume(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    throw AdapterError(.unsupportedMethod, "not yet")
  }

  func queues(on host: some CommandHost) async throws -> QueuesAnswer {
    throw AdapterError(.unsupportedMethod, "not yet")
  }

  func nodes(on host: some CommandHost) async throws -> NodesAnswer {
    throw AdapterError(.unsupportedMethod, "not yet")
  }
}
