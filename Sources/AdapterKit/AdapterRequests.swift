import LauncherProtocol
import Synchronization

/// Turns the protocol's requests into calls of a `SchedulerAdapter`.
final class AdapterRequests<Adapter: SchedulerAdapter>: PeerHandler {
  private let adapter: Adapter
  private let peer = Mutex<Peer?>(nil)
  private let isInitialized = Atomic(false)

  init(adapter: Adapter) { self.adapter = adapter }

  func attach(_ peer: Peer) { self.peer.withLock { $0 = peer } }

  /// Lets the connection go, at its end.
  func detach() { peer.withLock { $0 = nil } }

  func received(method: String, message: IncomingMessage) {
    // Requests may follow each other without waiting: what matters is that the greeting came first.
    if method == "initialize" { isInitialized.store(true, ordering: .releasing) }
  }

  func answer(method: String, id: RequestID, message: IncomingMessage) async throws -> any Encodable & Sendable {
    guard let peer = peer.withLock({ $0 }) else {
      throw LauncherError(.internalFailure, "a request came before the connection was ready")
    }
    if method == "initialize" { return try initialize(message) }
    guard isInitialized.load(ordering: .acquiring) else {
      throw LauncherError(.badRequest, "‘\(method)’ came before ‘initialize’")
    }
    guard let operation = Operation(rawValue: method), adapter.profile.operations.contains(operation) else {
      throw LauncherError(.unsupportedMethod, "\(adapter.profile.adapter.name) does not know ‘\(method)’")
    }
    let host = RemoteHost(peer: peer, request: id)
    switch operation {
    case .detect: return try await adapter.detect(on: host)
    case .submit: return try await submit(message, on: host)
    case .poll:
      let reporter = JobReporter { jobs, unreadable in
        let report = PollReport(request: id, jobs: jobs, unreadable: unreadable.isEmpty ? nil : unreadable)
        try await peer.notify("report", report)
      }
      return try await poll(message, on: host, to: reporter)
    case .find: return try await adapter.find(message.parameters(as: FindRequest.self), on: host)
    case .cancel: return try await act(message, on: host) { try await adapter.cancel($0, on: host) }
    case .hold: return try await act(message, on: host) { try await adapter.hold($0, on: host) }
    case .release: return try await act(message, on: host) { try await adapter.release($0, on: host) }
    case .suspend: return try await act(message, on: host) { try await adapter.suspend($0, on: host) }
    case .resume: return try await act(message, on: host) { try await adapter.resume($0, on: host) }
    case .queues: return try await adapter.queues(on: host)
    case .nodes: return try await adapter.nodes(on: host)
    }
  }

  private func initialize(_ message: IncomingMessage) throws -> AdapterDescription {
    let request = try message.parameters(as: InitializeRequest.self)
    var profile = adapter.profile
    guard let version = ProtocolRange.current.highestCommon(with: request.protocol) else {
      let (mine, theirs) = (ProtocolRange.current, request.protocol)
      throw LauncherError(
        .incompatibleProtocol,
        "\(profile.adapter.name) speaks protocol \(mine.least) to \(mine.greatest), "
          + "\(request.host.name) speaks \(theirs.least) to \(theirs.greatest)",
        advice: "Install an adapter and a launcher of the same release."
      )
    }
    profile.protocol = version
    return profile
  }

  func understands(parameter: String, of method: String) -> Bool {
    let names: [String] =
      switch Operation(rawValue: method) {
      case .submit: ["spec", "token", "dryRun"]
      case .poll: ["jobs"]
      case .find: ["token", "since"]
      case .cancel: ["jobs", "signal"]
      case .hold, .release, .suspend, .resume: ["jobs"]
      case .detect, .queues, .nodes: []
      case nil: method == "initialize" ? ["protocol", "host"] : []
      }
    return names.contains(parameter)
  }

  /// Acts on the jobs whose ids may be used in a native command and that are the intended jobs; the others get their
  /// complaint.
  private func act(
    _ message: IncomingMessage,
    on host: RemoteHost,
    perform: (ActionRequest) async throws -> ActionAnswer
  ) async throws -> ActionAnswer {
    var request = try message.parameters(as: ActionRequest.self)
    let given = request.jobs
    let malformed = given.filter { !JobIDText.isWellFormed($0.id) }
    request.jobs.removeAll { !JobIDText.isWellFormed($0.id) }
    let others = await adapter.others(among: request.jobs, on: host)
    request.jobs.removeAll { others[$0.id] != nil }
    var answer = request.jobs.isEmpty ? ActionAnswer(results: []) : try await perform(request)
    answer.results += malformed.map { job in
      ActionResult(id: job.id, error: LauncherError(.malformedID, JobIDText.complaint(about: job.id)))
    }
    answer.results += others.map { ActionResult(id: $0.key, error: $0.value) }
    let order = Dictionary(given.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
    answer.results.sort { order[$0.id] ?? 0 < order[$1.id] ?? 0 }
    return answer
  }

  /// Polls the jobs whose ids may be used in a native command; the others get their complaint.
  private func poll(
    _ message: IncomingMessage,
    on host: RemoteHost,
    to report: JobReporter
  ) async throws -> PollAnswer {
    var query = try message.parameters(as: JobQuery.self)
    guard let jobs = query.jobs else { return try await adapter.poll(query, on: host, to: report) }
    let complaints = jobs.filter { !JobIDText.isWellFormed($0.id) }.map { job in
      var status = JobStatus(id: job.id, state: .unknown(.gone))
      status.reason = JobReason(nil, JobIDText.complaint(about: job.id))
      return status
    }
    try await report(complaints)
    query.jobs = jobs.filter { JobIDText.isWellFormed($0.id) }
    if query.jobs?.isEmpty == true { return PollAnswer() }
    return try await adapter.poll(query, on: host, to: report)
  }

  private func submit(_ message: IncomingMessage, on host: RemoteHost) async throws -> SubmitAnswer {
    let request = try message.parameters(as: SubmitRequest.self)
    try request.spec.check(against: adapter.profile)
    return try await adapter.submit(request, on: host)
  }
}

/// The host on the other side of the connection.
struct RemoteHost: CommandHost {
  let peer: Peer
  /// The host's request that commands are run for.
  let request: RequestID

  func run(_ command: NativeCommand) async throws -> CommandResult {
    try await peer.request("run", RunRequest(command, for: request))
  }
}
