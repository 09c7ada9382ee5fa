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
  package typealias TakeReport = @Sendable (Result<PollReport, LauncherError>) -> Void

  /// One request of the host while it is under way.
  private struct OpenRequest {
    let takeReport: TakeReport?
    /// Counts the commands that create something and were, or may have been, begun for it.
    let creations: Creations?
    /// The jobs that were reported so far, and how many records could not be read.
    var reported: Set<String> = []
    var unreadable = 0

    /// Whether a report brings something that no earlier one did. Reports without news may come endlessly.
    mutating func hasNews(in report: PollReport) -> Bool {
      var hasNews = false
      for job in report.jobs where reported.insert(job.id).inserted { hasNews = true }
      unreadable += report.unreadable?.count ?? 0
      return hasNews || report.unreadable?.isEmpty == false && unreadable < 10_000
    }
  }

  /// The commands that create something for a request: how many were, or may have been, begun.
  package final class Creations: Sendable {
    private let count = Atomic(0)
    /// Where these commands wait for others.
    fileprivate let limiter: CommandLimiter?
    package convenience init() { self.init(limiter: nil) }
    init(limiter: CommandLimiter?) { self.limiter = limiter }
    package var value: Int { count.load(ordering: .acquiring) }
    fileprivate func increment() { count.add(1, ordering: .acquiringAndReleasing) }
  }

  private struct State {
    var lastTicket = 0
    var open: [Ticket: OpenRequest] = [:]
    var ticketOfRequest: [RequestID: Ticket] = [:]
    /// Output files, and the requests that were open when they were made: they are discarded with the last of these.
    var files: [(paths: [String], neededBy: Set<Ticket>)] = []
    var runningCommands = 0
    /// Whether the adapter is gone, so that nothing may be created for it any more.
    var isOver = false
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

  /// - Parameter creations: counts the commands that create something and are begun for the request. It no longer
  ///   changes once the request has ended.
  func begin(takeReport: TakeReport? = nil, creations: Creations? = nil) -> Ticket {
    let request = OpenRequest(takeReport: takeReport, creations: creations)
    return state.withLock { state in
      state.lastTicket += 1
      state.open[state.lastTicket] = request
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

  /// Begins no further command that creates something: the adapter is gone, and would not learn the result.
  func endCreations() { state.withLock { $0.isOver = true } }

  /// When a request that began at `begun` will have used up its limit, as of `now`.
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

  /// The part of a `run` that is read as it arrives.
  private struct Origin: Decodable {
    let request: RequestID?
    let effect: String?
  }

  /// Counts a command that creates something and names no request, before an answer that follows it can arrive: it
  /// cannot be known which submission it is for, so none of them can be sure any more that it created nothing.
  package func received(method: String, message: IncomingMessage) {
    guard method == "run", let origin = try? message.parameters(as: Origin.self), origin.request == nil,
      origin.effect.flatMap(NativeCommand.Effect.init) ?? .creates == .creates
    else { return }
    state.withLock { count(for: Set($0.open.keys), $0) }
  }

  package func answer(method: String, id: RequestID, message: IncomingMessage) async throws -> any Encodable & Sendable
  {
    guard method == "run" else {
      throw LauncherError(.unsupportedMethod, "a host does not know ‘\(method)’; adapters may ask it to ‘run’")
    }
    let request = try message.parameters(as: RunRequest.self)
    let needing = state.withLock { state in
      state.runningCommands += 1
      return tickets(request, state)
    }
    defer {
      state.withLock { state in
        state.runningCommands -= 1
        state.lastSignOfLife = .now
      }
    }
    let result = try await run(request, for: needing)
    let paths = [result.stdoutPath, result.stderrPath]
    let isNeeded = state.withLock { state in
      let neededBy = needing.intersection(state.open.keys)
      if !neededBy.isEmpty { state.files.append((paths, neededBy)) }
      return !neededBy.isEmpty
    }
    if !isNeeded { outputs.discard(paths) }
    return result
  }

  /// The requests that a command is wanted for: the one that it names, or any. A command that only reads may come late.
  private func tickets(_ request: RunRequest, _ state: State) -> Set<Ticket> {
    if let id = request.request {
      if let ticket = state.ticketOfRequest[id] { return [ticket] }
      if request.command.effect == .creates { return [Self.noTicket] }
    }
    return Set(state.open.keys)
  }

  /// Stands for a request that is over or never existed.
  private static let noTicket: Ticket = 0

  /// Runs a command. One that creates something does not run once its request is over.
  private func run(_ request: RunRequest, for needing: Set<Ticket>) async throws -> CommandResult {
    guard request.command.effect == .creates else { return try await host.run(request.command) }
    // One that names no request does not wait: what it is for could be over meanwhile, unnoticed.
    guard request.request != nil, let limiter = limiter(of: needing) else {
      return try await create(request, for: needing)
    }
    return try await limiter.run { try await create(request, for: needing) }
  }

  private func limiter(of needing: Set<Ticket>) -> CommandLimiter? {
    state.withLock { state in needing.compactMap { state.open[$0]?.creations?.limiter }.first }
  }

  private func create(_ request: RunRequest, for needing: Set<Ticket>) async throws -> CommandResult {
    let isWanted = state.withLock { state in
      guard !state.isOver, needing.contains(where: { state.open[$0] != nil }) else { return false }
      if request.request != nil { count(for: needing, state) }
      return true
    }
    guard isWanted else { throw LauncherError(.cancelled, "the request that this command was for is over") }
    return try await host.run(request.command)
  }

  private func count(for needing: Set<Ticket>, _ state: State) {
    for ticket in needing { state.open[ticket]?.creations?.increment() }
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
      for early in report.earlyEnds {
        logger.warning("\(early); that is dropped", metadata: ["adapter": "\(name)"])
      }
      let take = state.withLock { state -> TakeReport? in
        guard let ticket = state.ticketOfRequest[report.request] else { return nil }
        if state.open[ticket]?.hasNews(in: report) == true { state.lastSignOfLife = .now }
        return state.open[ticket]?.takeReport
      }
      take?(.success(report))
    } catch {
      // The poll that it belongs to cannot be determined, so each one learns that something is missing from it.
      let error = LauncherError(wrapping: error, during: "a report of the \(name) adapter")
      for take in state.withLock({ $0.open.values.compactMap(\.takeReport) }) { take(.failure(error)) }
    }
  }
}
