import FoundationEssentials
import Glibc
import LauncherProtocol
import Logging
import Synchronization

/// Answers what an adapter asks of its host, and keeps track of the host's own requests meanwhile.
package final class HostRequests: PeerHandler {
  /// Stands for one request of the host while it is under way.
  typealias Ticket = Int
  /// Takes the reports of a poll, or the reason why one cannot be read.
  package typealias TakeReport = @Sendable (Result<PollReport, AdapterError>) -> Void

  private struct State {
    var lastTicket = 0
    var open: [Ticket: TakeReport?] = [:]
    var ticketOfRequest: [RequestID: Ticket] = [:]
    /// Output files, and the requests that were open when they were made: with the last of these they go.
    var files: [(paths: [String], neededBy: Set<Ticket>)] = []
    var runningCommands = 0
    var startedCreations = 0
    var lastSignOfLife = ContinuousClock.now
  }

  private let host: any CommandHost
  private let outputs: CommandOutputs
  private let name: String
  private let logger: Logger
  private let state = Mutex(State())

  init(host: any CommandHost, outputs: CommandOutputs, name: String, logger: Logger) {
    self.host = host
    self.outputs = outputs
    self.name = name
    self.logger = logger
  }

  // MARK: The host's own requests

  func begin(takeReport: TakeReport?) -> Ticket {
    state.withLock { state in
      state.lastTicket += 1
      state.open[state.lastTicket] = .some(takeReport)
      state.lastSignOfLife = .now
      return state.lastTicket
    }
  }

  func assign(_ id: RequestID, to ticket: Ticket) {
    state.withLock { $0.ticketOfRequest[id] = ticket }
  }

  func end(_ ticket: Ticket) {
    let unneeded = state.withLock { state in
      state.open[ticket] = nil
      state.ticketOfRequest = state.ticketOfRequest.filter { $0.value != ticket }
      for index in state.files.indices { state.files[index].neededBy.remove(ticket) }
      defer { state.files.removeAll { $0.neededBy.isEmpty } }
      return state.files.filter { $0.neededBy.isEmpty }.flatMap(\.paths)
    }
    outputs.discard(unneeded)
  }

  /// How many commands that make something were started so far.
  var startedCreations: Int { state.withLock { $0.startedCreations } }

  /// When a request that began at `begun` will have used up its limit, as things stand `now`.
  func deadline(
    _ limit: AdapterConnection.TimeLimit,
    since begun: ContinuousClock.Instant,
    now: ContinuousClock.Instant
  ) -> ContinuousClock.Instant {
    switch limit {
    case .total(let duration): begun + duration
    case .silence(let duration): state.withLock { $0.runningCommands > 0 ? now : $0.lastSignOfLife } + duration
    }
  }

  // MARK: The adapter's requests

  package func answer(method: String, id: RequestID, message: IncomingMessage) async throws -> any Encodable & Sendable
  {
    guard method == "run" else {
      throw AdapterError(.unsupportedMethod, "a host does not know ‘\(method)’; adapters may ask it to ‘run’")
    }
    let request = try message.parameters(as: RunRequest.self)
    let needing = state.withLock { state in
      state.runningCommands += 1
      if request.command.effect == .creates { state.startedCreations += 1 }
      return request.request.flatMap { state.ticketOfRequest[$0] }.map { [$0] } ?? Set(state.open.keys)
    }
    defer {
      state.withLock { state in
        state.runningCommands -= 1
        state.lastSignOfLife = .now
      }
    }
    let result = try await host.run(request.command)
    let paths = [result.stdoutPath, result.stderrPath]
    let isNeeded = state.withLock { state in
      let neededBy = needing.intersection(state.open.keys)
      if !neededBy.isEmpty { state.files.append((paths, neededBy)) }
      return !neededBy.isEmpty
    }
    if !isNeeded { outputs.discard(paths) }
    return result
  }

  package func notified(method: String, message: IncomingMessage) {
    switch method {
    case "report": take(message)
    case "log":
      guard let log = try? message.parameters(as: LogMessage.self) else { return }
      let level = Logger.Level(rawValue: log.level) ?? .info
      logger.log(level: level, "\(log.message)", metadata: ["adapter": "\(name)"])
    default:
      logger.debug("ignored a notification ‘\(method)’", metadata: ["adapter": "\(name)"])
    }
  }

  private func take(_ message: IncomingMessage) {
    do {
      let report = try message.parameters(as: PollReport.self)
      let take = state.withLock { state in
        state.lastSignOfLife = .now
        return state.ticketOfRequest[report.request].flatMap { state.open[$0] ?? nil }
      }
      take?(.success(report))
    } catch {
      // It cannot be told to which poll it belongs, so each one hears that something is missing from it.
      let error = AdapterError(wrapping: error, during: "a report of the \(name) adapter")
      for take in state.withLock({ $0.open.values.compactMap { $0 } }) { take(.failure(error)) }
    }
  }
}
