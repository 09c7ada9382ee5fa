import FoundationEssentials
import LauncherProtocol
import Logging
import Synchronization

/// The shells on another machine that this program has, and how it obtains one; each runs one command at a time.
actor SSHSessions {
  private let destination: SSHDestination
  private let replace: @Sendable (NativeCommand) -> NativeCommand
  private let logger: Logger
  private var idle: [(session: SSHSession, since: ContinuousClock.Instant)] = []
  /// sshd allows ten sessions in one connection, unless configured otherwise.
  private var free = 8
  private var waiting: [CheckedContinuation<Void, Never>] = []
  private var opening: Task<Opened, any Error>?
  private nonisolated let known = Mutex<(client: SSHClient, environment: RemoteEnvironment, delay: Duration)?>(nil)

  /// Other programs may want sessions of the same connection, so none is kept for long, and all but one only for a
  /// moment.
  private static let patience = (last: Duration.seconds(20), others: Duration.seconds(1))

  private struct Opened: Sendable {
    let session: SSHSession
    let environment: RemoteEnvironment
    /// How long it took the shell to answer.
    let delay: Duration
  }

  init(
    _ destination: SSHDestination,
    logger: Logger,
    inPlaceOfSSH replace: @escaping @Sendable (NativeCommand) -> NativeCommand
  ) {
    self.destination = destination
    self.logger = logger
    self.replace = replace
  }

  /// What is known of a login there; set by the first session.
  nonisolated var environment: RemoteEnvironment? { known.withLock { $0?.environment } }

  /// The approximate round-trip time.
  nonisolated var delay: Duration { known.withLock { $0?.delay } ?? .zero }

  /// How much an idle session is trusted.
  enum Trust: Sendable {
    /// It is used as it is.
    case full
    /// It has to respond first.
    case tested
    /// It shared a connection that was lost, so it is ended.
    case none
  }

  /// An idle session, or a new one.
  ///
  /// - Throws: `LauncherError` (`schedulerUnreachable`) when none can be opened.
  func take(_ trust: Trust = .full) async throws -> SSHSession {
    if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
    do {
      while let (session, _) = idle.popLast() {
        if session.isOver { continue }
        switch trust {
        case .full: return session
        case .tested: if try await answers(session) { return session }
        case .none: session.end()
        }
      }
      return try await open()
    } catch {
      leave()
      throw error
    }
  }

  /// Takes a session back, whether it is still usable or not.
  func giveBack(_ session: SSHSession) {
    leave()
    guard !session.isOver else { return }
    let now = ContinuousClock.now
    // The one used last is taken first, so that the others stay idle.
    idle.append((session, now))
    Task { [weak self] in
      // Idle periods; a session that was not used during one is released after it.
      try await Task.sleep(for: Self.patience.others)
      await self?.dismiss(session, since: now, unlessLast: true)
      try await Task.sleep(for: Self.patience.last)
      await self?.dismiss(session, since: now, unlessLast: false)
    }
  }

  private func leave() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }

  private func dismiss(_ session: SSHSession, since instant: ContinuousClock.Instant, unlessLast: Bool) {
    guard let index = idle.firstIndex(where: { $0.session === session && $0.since == instant }),
      !unlessLast || idle.count > 1
    else { return }
    idle.remove(at: index).session.end()
  }

  private func answers(_ session: SSHSession) async throws -> Bool {
    let mark = RemoteScript.makeMark()
    let turn = try await session.run(Self.answer(mark), mark: mark, timeLimit: .seconds(10), into: Collector())
    if case .told = turn { return true }
    return false
  }

  private static func answer(_ mark: String) -> String {
    "printf '%s \\n' \(mark); printf '%s \\n' \(mark) >&2\n"
  }

  // MARK: Opening

  private func open() async throws -> SSHSession {
    if let known = known.withLock({ $0 }) { return try await connect(known.client, known.environment).session }
    // The first one learns the environment that the others are given.
    if let opening {
      _ = try await opening.value
      return try await open()
    }
    let task = Task { try await self.openFirst() }
    opening = task
    defer { opening = nil }
    return try await task.value.session
  }

  private func openFirst() async throws -> Opened {
    var client = SSHClient(destination)
    let outputs = CommandOutputs()
    let configuration = try await LocalHost(outputs: outputs)
      .run(replace(NativeCommand(client.question, startingEnvironment: .user, timeLimit: .seconds(20))))
    if configuration.ending == .notFound { throw Self.noClient }
    client.learn(String(decoding: try Data(contentsOf: URL(filePath: configuration.stdoutPath)), as: UTF8.self))
    try client.prepare()
    let opened = try await connect(client, nil)
    if !opened.environment.hasLogin {
      logger.warning("the login shell on \(destination) did not report its environment; its variables are missing")
    }
    known.withLock { $0 = (client, opened.environment, opened.delay) }
    return opened
  }

  /// Starts a shell there, a second time if the shared connection turns out to have been lost: ssh learns of that only
  /// by using it, and then ends silently.
  private func connect(_ client: SSHClient, _ environment: RemoteEnvironment?) async throws -> Opened {
    let wasShared = client.hasSocket
    do {
      do {
        return try await startInTurn(client, environment)
      } catch let failure as NoShell where wasShared && !failure.isLate && !Task.isCancelled {
        logger.debug("connect again", metadata: ["after": "\(failure.line)"])
        return try await startInTurn(client, environment)
      }
    } catch let failure as NoShell {
      throw SSHFailure.unreachable(failure.line).error(of: NativeCommand([""]), at: destination)
    }
  }

  /// Lets one program at a time open the shared connection if none is open: ssh leaves it to chance which of several
  /// becomes the one that is shared, and refuses the others meanwhile.
  private func startInTurn(_ client: SSHClient, _ environment: RemoteEnvironment?) async throws -> Opened {
    let lock = client.hasSocket ? nil : try await client.lock()
    defer { withExtendedLifetime(lock) {} }
    return try await start(client, environment)
  }

  /// No shell could be started there; with the messages about it.
  private struct NoShell: Error {
    let line: String
    let isLate: Bool
  }

  /// Starts a shell there, and gives it a login's environment, which it has to learn first if it is not known yet.
  private func start(_ client: SSHClient, _ environment: RemoteEnvironment?) async throws -> Opened {
    let command = NativeCommand(client.command("exec /bin/sh"), startingEnvironment: .user)
    let session = try SSHSession(replace(command))
    // Its outputs stay reachable, whatever a script does with them.
    let begin = "exec 3>&1 4>&2\n"
    let tool = "T=; command -v timeout >/dev/null 2>&1 && T=1\n"
    var environment = environment
    if environment == nil {
      let output = try await tell(begin + tool + RemoteEnvironment.script(mark: "launcher-environment"), session)
      environment = RemoteEnvironment(reading: output, mark: "launcher-environment")
    }
    let known = environment ?? RemoteEnvironment()
    let begun = ContinuousClock.now
    _ = try await tell(begin + known.steps + tool, session)
    return Opened(session: session, environment: known, delay: ContinuousClock.now - begun)
  }

  /// Makes a new session run a script, and returns what the script wrote.
  private func tell(_ script: String, _ session: SSHSession) async throws -> [UInt8] {
    let mark = RemoteScript.makeMark()
    let collector = Collector()
    let turn = try await session.run(
      script + Self.answer(mark),
      mark: mark,
      timeLimit: .seconds(50),
      into: collector
    )
    if case .told = turn { return collector.stdout }
    if !session.isOver { session.end() }
    if case .ended = turn, try await session.ending() == .notFound { throw Self.noClient }
    if case .late = turn { throw NoShell(line: "it did not answer in time", isLate: true) }
    let line = SSHFailure.lastLine(String(decoding: collector.stderr, as: UTF8.self))
    throw NoShell(line: line.isEmpty ? "ssh ended before a shell there answered" : line, isLate: false)
  }

  private static var noClient: LauncherError {
    LauncherError(.commandMissing, "there is no command ‘ssh’ on this machine", advice: "Install OpenSSH's client.")
  }
}

/// Collects what a script writes.
private final class Collector: SSHSession.Sink {
  private let kept = Mutex<(stdout: [UInt8], stderr: [UInt8])>(([], []))

  var stdout: [UInt8] { kept.withLock { $0.stdout } }
  var stderr: [UInt8] { kept.withLock { $0.stderr } }

  func take(stdout: [UInt8]) throws { kept.withLock { $0.stdout += stdout } }
  func take(stderr: [UInt8]) throws { kept.withLock { $0.stderr += stderr } }
}
