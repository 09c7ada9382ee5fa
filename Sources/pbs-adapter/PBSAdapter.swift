import AdapterKit

/// PBS Pro, OpenPBS and Torque.
struct PBSAdapter: SchedulerAdapter {
  private let site = PBSSite()

  let profile = AdapterDescription(
    adapter: ProgramIdentity(name: "pbs-adapter", version: launcherKitVersion),
    scheduler: "pbs",
    operations: [.detect, .poll],
    fields: [],
    limits: AdapterDescription.Limits(leastPollingInterval: .seconds(2))
  )

  func detect(on host: some CommandHost) async throws -> Detection {
    try await PBSDetection.run(on: pbs(host))
  }

  func submit(_ request: SubmitRequest, on host: some CommandHost) async throws -> SubmitAnswer { throw unknown }
  func poll(_ query: JobQuery, on host: some CommandHost, to report: JobReporter) async throws -> PollAnswer {
    var poll = PBSPoll(query.jobs, on: pbs(host), to: report)
    return try await poll.run()
  }
  func find(_ request: FindRequest, on host: some CommandHost) async throws -> FindAnswer { throw unknown }
  func cancel(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer { throw unknown }
  func hold(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer { throw unknown }
  func release(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer { throw unknown }
  func suspend(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer { throw unknown }
  func resume(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer { throw unknown }
  func queues(on host: some CommandHost) async throws -> QueuesAnswer { throw unknown }
  func nodes(on host: some CommandHost) async throws -> NodesAnswer { throw unknown }

  private func pbs<Host: CommandHost>(_ host: Host) -> PBS<Host> { PBS(host: host, site: site) }

  private var unknown: AdapterError { AdapterError(.unsupportedMethod, "pbs-adapter only reads listings so far") }
}
