import FoundationEssentials
import Glibc
import LauncherProtocol
import Logging
import Subprocess
import Synchronization
import SystemPackage

/// The connection to a running adapter: the messages that are exchanged with it.
package final class AdapterConnection: Sendable {
  /// How long a request may take.
  package enum TimeLimit: Sendable {
    /// In total.
    case total(Duration)
    /// Without a sign of life: a report that brings something new, or a native command asked for or under way.
    case silence(Duration)
  }

  private let name: String
  private let peer: Peer
  private let requests: HostRequests
  private let outgoing: AsyncStream<[UInt8]>.Continuation
  private let life: Task<Void, Never>
  private let errorTail: ErrorTail
  private let adapter: any ConnectedAdapter
  private let watchdog = Watchdog()

  /// Starts the process. A failure to start shows in the first request.
  ///
  /// - Parameter listener: sees each line of the adapter first, and says whether it is for the listener alone.
  package convenience init(
    name: String,
    executable: String,
    host: any CommandHost,
    outputs: CommandOutputs,
    logger: Logger,
    listener: (@Sendable ([UInt8]) -> Bool)? = nil
  ) {
    // An adapter that went away shows as a failed write, not as a signal that ends the whole program.
    signal(SIGPIPE, SIG_IGN)
    self.init(name: name, host: host, outputs: outputs, logger: logger) { peer, requests in
      SpawnedAdapter(name: name, executable: executable, peer: peer, requests: requests, listener: listener)
    }
  }

  /// Connects to an adapter that is a part of this program.
  convenience init(to adapter: any InProcessAdapter, host: any CommandHost, outputs: CommandOutputs, logger: Logger) {
    self.init(name: adapter.name, host: host, outputs: outputs, logger: logger) { peer, requests in
      HostedAdapter(adapter, peer: peer, requests: requests)
    }
  }

  private init(
    name: String,
    host: any CommandHost,
    outputs: CommandOutputs,
    logger: Logger,
    adapter: (Peer, HostRequests) -> any ConnectedAdapter
  ) {
    self.name = name
    let (lines, outgoing) = AsyncStream.makeStream(of: [UInt8].self)
    self.outgoing = outgoing
    let requests = HostRequests(host: host, outputs: outputs, name: name, logger: logger)
    let peer = Peer(handler: requests) { line in outgoing.yield(line) }
    let errorTail = ErrorTail(name: name, logger: logger)
    self.requests = requests
    self.peer = peer
    self.errorTail = errorTail
    let adapter = adapter(peer, requests)
    self.adapter = adapter
    let ticket = ChildProcesses.note { outgoing.finish() }
    self.life = Task {
      defer { ChildProcesses.forget(ticket) }
      let error = await adapter.run(sending: lines, errorTail: errorTail)
      outgoing.finish()
      await peer.close(throwing: error)
      await peer.finishAnswering()
    }
  }

  /// Sends a request and waits for its answer, as long as the limit allows.
  ///
  /// - Parameter creations: counts the commands that create something and were begun for the request.
  package func request<Answer: Decodable & Sendable>(
    _ method: String,
    _ parameters: some Encodable & Sendable,
    timeLimit: TimeLimit,
    takeReport: HostRequests.TakeReport? = nil,
    creations: HostRequests.Creations? = nil
  ) async throws -> Answer {
    let ticket = requests.begin(takeReport: takeReport, creations: creations)
    defer { requests.end(ticket) }
    let begun = ContinuousClock.now
    let watch = watchdog.watch { [requests] now in
      let deadline = requests.deadline(timeLimit, since: begun, now: now)
      return deadline > now ? deadline : nil
    } expire: {
      // Its time is up. What it is doing now is unknown; it is not asked again.
      self.kill()
      Task { await self.peer.close(throwing: LauncherError(.adapterDied, "the \(self.name) adapter was ended")) }
    }
    let result: Result<Answer, any Error>
    do {
      result = .success(try await peer.request(method, parameters) { [requests] id in requests.assign(id, to: ticket) })
    } catch {
      result = .failure(error)
    }
    // An answer that came just before the end counts.
    if !watchdog.end(watch) || (try? result.get()) != nil { return try result.get() }
    throw LauncherError(
      .adapterTimedOut,
      "the \(name) adapter did not answer ‘\(method)’ within \(timeLimit.text)",
      advice: "It was ended. \(errorTail.quoted ?? "It wrote nothing to its standard error.")"
    )
  }

  /// Whether the adapter ended, or is being ended.
  package var hasEnded: Bool { adapter.hasEnded }

  /// Waits until the process and every command that it asked for are over.
  package func ended() async { await life.value }

  /// The number of the process; 0 when it does not run.
  package var processID: Int32 { adapter.currentID }

  /// How the process ended, `exit code 0` or `SIGKILL`; `nil` while it runs.
  package var ending: String? { adapter.ending }

  /// Sends bytes as they are, followed by a line feed.
  package func send(line: [UInt8]) { outgoing.yield(line + [0x0A]) }

  /// Ends the adapter's input, at which it exits on its own.
  package func close() { outgoing.finish() }

  /// Ends the adapter at once.
  package func kill() {
    requests.endCreations()
    adapter.kill()
    life.cancel()
    outgoing.finish()
  }
}

extension AdapterConnection.TimeLimit {
  fileprivate var text: String {
    switch self {
    case .total(let limit), .silence(let limit): "\(limit.inSeconds) seconds"
    }
  }
}
