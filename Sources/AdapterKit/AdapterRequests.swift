import LauncherProtocol
import Synchronization

/// Turns the protocol's requests into calls of a `SchedulerAdapter`.
final class AdapterRequests<Adapter: SchedulerAdapter>: PeerHandler {
  private let adapter: Adapter
  private let peer = Mutex<Peer?>(nil)

  init(adapter: Adapter) { self.adapter = adapter }

  func attach(_ peer: Peer) { self.peer.withLock { $0 = peer } }

  func answer(method: String, id: RequestID, message: IncomingMessage) async throws -> any Encodable & Sendable {
    guard let peer = peer.withLock({ $0 }) else {
      throw AdapterError(.internalFailure, "a request came before the connection was ready")
    }
    if method == "initialize" { return try initialize(message) }
    guard let operation = Operation(rawValue: method), adapter.profile.operations.contains(operation) else {
      throw AdapterError(.unsupportedMethod, "\(adapter.profile.adapter.name) does not know ‘\(method)’")
    }
    let host = RemoteHost(peer: peer)
    switch operation {
    case .detect: return try await adapter.detect(on: host)
    case .submit: return try await submit(message, on: host)
    case .poll:
      let reporter = JobReporter { jobs, unreadable in
        let report = PollReport(request: id, jobs: jobs, unreadable: unreadable.isEmpty ? nil : unreadable)
        try await peer.notify("report", report)
      }
      return try await adapter.poll(message.parameters(as: JobQuery.self), on: host, to: reporter)
    case .find: return try await adapter.find(message.parameters(as: FindRequest.self), on: host)
    case .cancel: return try await adapter.cancel(message.parameters(as: ActionRequest.self), on: host)
    case .hold: return try await adapter.hold(message.parameters(as: ActionRequest.self), on: host)
    case .release: return try await adapter.release(message.parameters(as: ActionRequest.self), on: host)
    case .suspend: return try await adapter.suspend(message.parameters(as: ActionRequest.self), on: host)
    case .resume: return try await adapter.resume(message.parameters(as: ActionRequest.self), on: host)
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
    return profile
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

  func run(_ command: NativeCommand) async throws -> CommandResult {
    try await peer.request("run", command)
  }
}
