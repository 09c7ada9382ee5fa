import FoundationEssentials
import LauncherProtocol
import Logging
import Synchronization

/// Runs native commands on another machine, by the user's own ssh: their configuration, keys, agent and known hosts
/// count, and nothing of ours is there.
///
/// All commands, of this and of other programs, share one connection (`ControlMaster`). Commands get the environment of
/// a login there, are ended by the clock there when their time is up, and their endings are told exactly. A command
/// whose connection was lost is an error that says so, and is run again where twice is the same as once.
public final class SSHHost: CommandHost {
  /// The machine.
  public let destination: SSHDestination
  let outputs: CommandOutputs
  private let local: any CommandHost
  private let limits: LocalHost.Limits
  private let logger: Logger
  /// sshd allows ten sessions in one connection, unless told otherwise.
  private let sessions = Slots(8)
  private let connecting = Mutex<Task<Login, any Error>?>(nil)
  private let known = Mutex<Login?>(nil)

  /// What is known of the other side once it was reached.
  private struct Login: Sendable {
    var client: SSHClient
    var environment: RemoteEnvironment
    /// How long the first command took there: about as long as a turn to and fro and a start there need.
    var answered: Duration
  }

  /// A host that keeps the commands' output in `outputs` until somebody lets it go.
  public convenience init(
    _ destination: SSHDestination,
    outputs: CommandOutputs,
    limits: LocalHost.Limits = LocalHost.Limits(),
    logger: Logger = .silent
  ) {
    self.init(destination, outputs: outputs, limits: limits, lock: nil, logger: logger)
  }

  /// - Parameter lock: held by the ssh of each command that makes something, for as long as it runs.
  convenience init(
    _ destination: SSHDestination,
    outputs: CommandOutputs,
    limits: LocalHost.Limits = LocalHost.Limits(),
    lock: SubmissionLock?,
    logger: Logger
  ) {
    let limitsOfClient = LocalHost.Limits(time: .seconds(86_400), output: limits.output)
    self.init(
      destination,
      outputs: outputs,
      local: LocalHost(outputs: outputs, limits: limitsOfClient, lock: lock, logger: .silent),
      limits: limits,
      logger: logger
    )
  }

  /// With the host that runs ssh itself.
  init(
    _ destination: SSHDestination,
    outputs: CommandOutputs,
    local: any CommandHost,
    limits: LocalHost.Limits = LocalHost.Limits(),
    logger: Logger = .silent
  ) {
    self.destination = destination
    self.outputs = outputs
    self.local = local
    self.limits = limits
    self.logger = logger
  }

  /// Opens the connection, or finds it open, and learns the environment of a login there.
  ///
  /// - Throws: `AdapterError` (`schedulerUnreachable`) when the machine cannot be reached.
  public func connect() async throws {
    _ = try await login()
  }

  /// Where relative paths of jobs begin: the destination's folder, or the home there; known once connected.
  var directory: String? { destination.directory ?? known.withLock { $0?.environment.home } }

  /// How much longer a question may take than it would on this machine, for a turn to and fro; known once connected.
  var delay: Duration { known.withLock { $0?.answered } ?? .zero }

  public func run(_ command: NativeCommand) async throws -> CommandResult {
    try LocalHost.check(command)
    let login = try await login()
    logger.debug("run", metadata: ["command": "\(command.argv.joined(separator: " "))"])
    let clock = ContinuousClock()
    let begun = clock.now
    // Nothing is created by a command that would have to open the connection first, and may lose it at once.
    try await open(login.client)
    var attempted = try await attempt(command, login, isExact: command.effect == .creates)
    // What may be run again is not asked for more than it mostly needs.
    if case .unclear = attempted { attempted = try await attempt(command, login, isExact: true) }
    // A connection that was lost while nobody used it shows in the next command.
    if case .lost(let error) = attempted, command.effect != .creates, !Task.isCancelled {
      logger.debug("run again", metadata: ["command": "\(command.argv[0])", "after": "\(error.message)"])
      try await open(login.client)
      attempted = try await attempt(command, login, isExact: true)
    }
    let result: CommandResult
    switch attempted {
    case .done(let done): result = done
    case .lost(let error): throw error
    case .unclear: throw AdapterError(.internalFailure, "how ‘\(command.argv[0])’ ended was not told")
    }
    logger.debug(
      "ran",
      metadata: [
        "command": "\(command.argv[0])", "ending": "\(result.ending)", "seconds": "\((clock.now - begun).inSeconds)",
      ]
    )
    return result
  }

  private enum Attempt {
    case done(CommandResult)
    /// The connection was there, and is no more.
    case lost(AdapterError)
    /// It ended with a code above 128, or by a signal.
    case unclear
  }

  /// - Throws: `AdapterError` for what would fail again.
  private func attempt(_ command: NativeCommand, _ login: Login, isExact: Bool) async throws -> Attempt {
    let script = RemoteScript(
      running: command,
      environment: login.environment,
      directory: destination.directory ?? login.environment.home,
      timeLimit: command.timeLimit ?? limits.time,
      isExact: isExact,
      marksOutput: login.environment.isNoisy
    )
    var result = try await ssh(
      script.text,
      input: command.stdin,
      timeLimit: .seconds(script.seconds),
      with: login.client
    )
    let (verdict, said) = try RemoteVerdict.take(from: result.stderrPath, mark: script.mark)
    if login.environment.isNoisy { try RemoteVerdict.takeNoise(from: result.stdoutPath, mark: script.mark) }
    let limit = Duration.seconds(script.seconds)
    if verdict.word == .unclear {
      // `timeout` ends by SIGKILL itself when a command had to be killed.
      guard result.duration >= limit, verdict.number == 128 + UnixSignal.kill.number else {
        outputs.discard([result.stdoutPath])
        return .unclear
      }
      result.ending = .timedOut
    } else if let ending = try ending(verdict, of: command, after: result.duration, limit: limit) {
      result.ending = ending
    } else if result.ending != .outputTooLarge {
      let failure = SSHFailure(said: said, hasBegun: verdict.hasBegun, isLate: result.ending == .timedOut)
      let error = failure.error(of: command, at: destination)
      if failure.isBeforeSession { throw error }
      return .lost(error)
    }
    return .done(result)
  }

  /// How the command ended; `nil` when that was not told.
  private func ending(
    _ verdict: RemoteVerdict,
    of command: NativeCommand,
    after duration: Duration,
    limit: Duration
  ) throws -> CommandResult.Ending? {
    let name = command.argv[0]
    switch verdict.word {
    case .exited:
      // What `timeout` says for a command that it ended, which one that was quicker may say too.
      return verdict.number == 124 && duration >= limit ? .timedOut : .exited(verdict.number)
    case .signalled:
      guard let signal = UnixSignal(number: verdict.number) else { return .exited(128 + verdict.number) }
      return signal == .kill && duration >= limit ? .timedOut : .signalled(signal)
    case .absent: return .notFound
    case .forbidden:
      throw AdapterError(.permissionDenied, "‘\(name)’ is on \(destination), but you may not run it there")
    case .nowhere:
      let folder = command.directory ?? directory ?? ""
      throw AdapterError(
        .directoryUnusable,
        "\(folder) cannot be entered on \(destination)",
        advice: "Relative paths count from the home there, or from the folder in ssh://host/folder."
      )
    case .begun, .unclear, nil: return nil
    }
  }

  /// Has the other machine run a script.
  private func ssh(
    _ script: String,
    input: String?,
    timeLimit: Duration,
    with client: SSHClient
  ) async throws -> CommandResult {
    let line = RemoteCommandLine(running: script)
    let input = line.input.isEmpty ? input : line.input + (input ?? "")
    return try await sessions.withSlot {
      let result = try await local.run(
        NativeCommand(
          client.command(line.line),
          stdin: input,
          startingEnvironment: .user,
          // The other side's clock counts; this one is for a machine that says nothing any more.
          timeLimit: timeLimit + .seconds(15),
          effect: .creates
        )
      )
      if result.ending == .notFound { throw Self.noClient }
      return result
    }
  }

  private static var noClient: AdapterError {
    AdapterError(.commandMissing, "there is no command ‘ssh’ on this machine", advice: "Install OpenSSH's client.")
  }

  // MARK: The login

  private func login() async throws -> Login {
    let task = connecting.withLock { task in
      let current = task ?? Task { try await self.openLogin() }
      task = current
      return current
    }
    do {
      return try await task.value
    } catch {
      connecting.withLock { if $0 == task { $0 = nil } }
      throw error
    }
  }

  /// Opens the shared connection where nobody holds one open.
  private func open(_ client: SSHClient) async throws {
    guard !client.hasSocket else { return }
    let lock = try await client.lock()
    defer { withExtendedLifetime(lock) {} }
    guard !client.hasSocket else { return }
    let result = try await ssh("exit 0", input: nil, timeLimit: .seconds(10), with: client)
    defer { outputs.discard([result.stdoutPath]) }
    guard result.ending == .exited(0) else { throw try failure(of: result) }
  }

  private func failure(of result: CommandResult) throws -> AdapterError {
    SSHFailure(said: try Self.text(of: result.stderrPath), hasBegun: false, isLate: result.ending == .timedOut)
      .error(of: nil, at: destination)
  }

  private func openLogin() async throws -> Login {
    var client = SSHClient(destination)
    let configuration = try await local.run(
      NativeCommand(client.question, startingEnvironment: .user, timeLimit: .seconds(20))
    )
    if configuration.ending == .notFound { throw Self.noClient }
    client.learn(try Self.text(of: configuration.stdoutPath))
    outputs.discard([configuration.stdoutPath])
    try client.prepare()
    try await open(client)
    let mark = String(UInt64.random(in: 1 << 60 ... .max), radix: 16)
    let clock = ContinuousClock()
    let begun = clock.now
    let result = try await ssh(
      RemoteEnvironment.script(mark: mark),
      input: nil,
      timeLimit: .seconds(40),
      with: client
    )
    defer { outputs.discard([result.stdoutPath]) }
    let output = try Array(Data(contentsOf: URL(filePath: result.stdoutPath)))
    guard result.ending == .exited(0), let environment = RemoteEnvironment(reading: output, mark: mark) else {
      throw try failure(of: result)
    }
    if !environment.hasLogin {
      logger.warning("the login shell on \(destination) did not tell its environment; its variables are missing")
    }
    let login = Login(client: client, environment: environment, answered: clock.now - begun)
    known.withLock { $0 = login }
    return login
  }

  private static func text(of path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
  }
}

/// Lets so many in at a time, in the order in which they came.
private actor Slots {
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(_ count: Int) { free = count }

  func withSlot<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result {
    await enter()
    defer { leave() }
    return try await body()
  }

  private func enter() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  private func leave() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}
