import LauncherProtocol
import Synchronization

/// Turns the protocol's requests into calls of a `SchedulerAdapter`.
final class AdapterRequests<Adapter: SchedulerAdapter>: PeerHandler {
  private let adapter: Adapter
  private let peer = Mutex<Peer?>(nil)
  private let isInitialized = Atomic(false)

  init(adapter: Adapter) { self.adapter = adapter }

  func attach(_ peer: Peer) { self.peer.withLock { $0 = peer } }

  func answer(method: String, id: RequestID, message: IncomingMessage) async throws -> any Encodable & Sendable {
    guard let peer = peer.withLock({ $0 }) else {
      throw AdapterError(.internalFailure, "a request came before the connection was ready")
    }
    if method == "initialize" { return try initialize(message) }
    guard isInitialized.load(ordering: .acquiring) else {
      throw AdapterError(.badRequest, "‘\(method)’ came before ‘initialize’")
    }
    guard let operation = Operation(rawValue: method), adapter.profile.operations.contains(operation) else {
      throw AdapterError(.unsupportedMethod, "\(adapter.profile.adapter.name) does not know ‘\(method)’")
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
      return try await adapter.poll(query(in: message), on: host, to: reporter)
    case .find: return try await adapter.find(message.parameters(as: FindRequest.self), on: host)
    case .cancel: return try await adapter.cancel(actionRequest(in: message), on: host)
    case .hold: return try await adapter.hold(actionRequest(in: message), on: host)
    case .release: return try await adapter.release(actionRequest(in: message), on: host)
    case .suspend: return try await adapter.suspend(actionRequest(in: message), on: host)
    case .resume: return try await adapter.resume(actionRequest(in: message), on: host)
    case .queues: return try await adapter.queues(on: host)
    case .nodes: return try await adapter.nodes(on: host)
    }
  }

  private func initialize(_ message: IncomingMessage) throws -> AdapterDescription {
    let request = try message.parameters(as: InitializeRequest.self)
    var profile = adapter.profile
    guard let version = ProtocolRange.current.highestCommon(with: request.protocol) else {
      let (mine, theirs) = (ProtocolRange.current, request.protocol)
      throw AdapterError(
        .incompatibleProtocol,
        "\(profile.adapter.name) speaks protocol \(mine.least) to \(mine.greatest), "
          + "\(request.host.name) speaks \(theirs.least) to \(theirs.greatest)",
        advice: "Install an adapter and a launcher of the same release."
      )
    }
    profile.protocol = version
    isInitialized.store(true, ordering: .releasing)
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

  /// A request whose ids may go near a native command.
  private func actionRequest(in message: IncomingMessage) throws -> ActionRequest {
    let request = try message.parameters(as: ActionRequest.self)
    try check(request.jobs)
    return request
  }

  private func query(in message: IncomingMessage) throws -> JobQuery {
    let query = try message.parameters(as: JobQuery.self)
    try check(query.jobs ?? [])
    return query
  }

  private func check(_ jobs: [JobReference]) throws {
    for job in jobs where !JobIDText.isWellFormed(job.id) {
      throw AdapterError(.malformedID, JobIDText.complaint(about: job.id))
    }
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
