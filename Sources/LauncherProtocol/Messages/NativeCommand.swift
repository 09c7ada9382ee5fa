/// adapter → host (`run`): run this command and tell me what came of it.
public struct NativeCommand: Hashable, Sendable {
  /// What the command does to the world, which decides whether it may be repeated and whether a dry run runs it.
  public enum Effect: String, Hashable, Sendable, Codable {
    /// It only looks.
    case reads
    /// It changes something, and doing it twice is the same as doing it once.
    case changes
    /// It makes something new each time.
    case creates
  }

  /// Which environment a command starts from.
  public enum StartingEnvironment: String, Hashable, Sendable, Codable {
    /// The user's, with `LC_ALL=C` and `TZ=UTC`, so that the answer does not depend on who asks.
    case clean
    /// The user's as it is: for submit commands that hand it on to the job.
    case user
  }

  /// The command and its arguments; looked up in `PATH` when it has no slash.
  public var argv: [String]
  /// What it reads from standard input; nothing without it.
  public var stdin: String?
  /// Which environment it starts from.
  public var startingEnvironment: StartingEnvironment
  /// Variables to set, or to take away where the value is `nil`, on top of that.
  public var environment: [String: String?]
  /// The folder it runs in; the host's own without it.
  public var directory: String?
  /// After this long it is ended with its whole process group; the host's own limit without it.
  public var timeLimit: Duration?
  /// What it does to the world.
  public var effect: Effect

  /// Makes a command.
  public init(
    _ argv: [String],
    stdin: String? = nil,
    startingEnvironment: StartingEnvironment = .clean,
    environment: [String: String?] = [:],
    directory: String? = nil,
    timeLimit: Duration? = nil,
    effect: Effect = .reads
  ) {
    self.argv = argv
    self.stdin = stdin
    self.startingEnvironment = startingEnvironment
    self.environment = environment
    self.directory = directory
    self.timeLimit = timeLimit
    self.effect = effect
  }
}

extension NativeCommand: Codable {
  private enum CodingKeys: String, CodingKey {
    case argv, stdin, startingEnvironment, setEnvironment, unsetEnvironment, directory, timeLimitSeconds, effect
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    var environment: [String: String?] = [:]
    for (name, value) in try container.decodeIfPresent([String: String].self, forKey: .setEnvironment) ?? [:] {
      environment[name] = .some(value)
    }
    for name in try container.decodeIfPresent([String].self, forKey: .unsetEnvironment) ?? [] {
      environment[name] = .some(nil)
    }
    self.init(
      try container.decode([String].self, forKey: .argv),
      stdin: try container.decodeIfPresent(String.self, forKey: .stdin),
      startingEnvironment: try container.decodeIfPresent(StartingEnvironment.self, forKey: .startingEnvironment)
        ?? .clean,
      environment: environment,
      directory: try container.decodeIfPresent(String.self, forKey: .directory),
      timeLimit: try container.decodeIfPresent(Double.self, forKey: .timeLimitSeconds)
        .flatMap(Duration.init(safeSeconds:)),
      // An effect that is not told or not known is taken for the one that is never repeated.
      effect: try container.decodeIfPresent(String.self, forKey: .effect).flatMap(Effect.init) ?? .creates
    )
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(argv, forKey: .argv)
    try container.encodeIfPresent(stdin, forKey: .stdin)
    if startingEnvironment != .clean { try container.encode(startingEnvironment, forKey: .startingEnvironment) }
    try container.encodeIfPresent(directory, forKey: .directory)
    let set = environment.compactMapValues { $0 }
    let unset = environment.filter { $0.value == nil }.keys.sorted()
    if !set.isEmpty { try container.encode(set, forKey: .setEnvironment) }
    if !unset.isEmpty { try container.encode(unset, forKey: .unsetEnvironment) }
    try container.encodeIfPresent(timeLimit?.inSeconds, forKey: .timeLimitSeconds)
    try container.encode(effect, forKey: .effect)
  }
}

/// adapter → host, as it travels: a command, and for which request of the host it is wanted.
public struct RunRequest: Hashable, Sendable, Codable {
  /// The command.
  public var command: NativeCommand
  /// The host's request it is wanted for: with its answer the output files go. Without it, any that is under way.
  public var request: RequestID?

  /// Makes a request.
  public init(_ command: NativeCommand, for request: RequestID? = nil) {
    self.command = command
    self.request = request
  }

  private enum CodingKeys: String, CodingKey { case request }

  public init(from decoder: any Decoder) throws {
    command = try NativeCommand(from: decoder)
    request = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(RequestID.self, forKey: .request)
  }

  public func encode(to encoder: any Encoder) throws {
    try command.encode(to: encoder)
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(request, forKey: .request)
  }
}

/// host → adapter: what came of a command. A code other than 0 is a normal result, not an error.
public struct CommandResult: Hashable, Sendable {
  /// How the command ended.
  public enum Ending: Hashable, Sendable {
    /// By itself, with this code.
    case exited(Int32)
    /// By a signal.
    case signalled(UnixSignal)
    /// It was stopped because its time was up.
    case timedOut
    /// It was stopped because it wrote more than the host allows.
    case outputTooLarge
    /// There is no such command.
    case notFound
  }

  /// How the command ended.
  public var ending: Ending
  /// The file with the raw bytes of its standard output; gone once the request that asked for it is answered.
  public var stdoutPath: String
  /// The file with the raw bytes of its standard error; gone at the same time.
  public var stderrPath: String
  /// How long it took.
  public var duration: Duration

  /// Makes a result.
  public init(ending: Ending, stdoutPath: String, stderrPath: String, duration: Duration) {
    self.ending = ending
    self.stdoutPath = stdoutPath
    self.stderrPath = stderrPath
    self.duration = duration
  }
}

extension CommandResult: Codable {
  private enum CodingKeys: String, CodingKey { case ending, exitCode, signal, stdoutPath, stderrPath, seconds }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let ending: Ending
    switch try container.decode(String.self, forKey: .ending) {
    case "exited": ending = .exited(try container.decode(Int32.self, forKey: .exitCode))
    case "signalled": ending = .signalled(try container.decode(UnixSignal.self, forKey: .signal))
    case "timedOut": ending = .timedOut
    case "outputTooLarge": ending = .outputTooLarge
    case "notFound": ending = .notFound
    case let other:
      throw DecodingError.dataCorruptedError(
        forKey: .ending,
        in: container,
        debugDescription: "‘\(other)’ is not a way for a command to end"
      )
    }
    self.init(
      ending: ending,
      stdoutPath: try container.decode(String.self, forKey: .stdoutPath),
      stderrPath: try container.decode(String.self, forKey: .stderrPath),
      duration: Duration(safeSeconds: try container.decode(Double.self, forKey: .seconds)) ?? .zero
    )
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch ending {
    case .exited(let code):
      try container.encode("exited", forKey: .ending)
      try container.encode(code, forKey: .exitCode)
    case .signalled(let signal):
      try container.encode("signalled", forKey: .ending)
      try container.encode(signal, forKey: .signal)
    case .timedOut: try container.encode("timedOut", forKey: .ending)
    case .outputTooLarge: try container.encode("outputTooLarge", forKey: .ending)
    case .notFound: try container.encode("notFound", forKey: .ending)
    }
    try container.encode(stdoutPath, forKey: .stdoutPath)
    try container.encode(stderrPath, forKey: .stderrPath)
    try container.encode(duration.inSeconds, forKey: .seconds)
  }
}

/// Where native commands run: this machine, a machine reached by ssh, a recording.
public protocol CommandHost: Sendable {
  /// Runs a command to its end.
  ///
  /// - Returns: how it ended and where its output is. A failing command is a result, not an error.
  /// - Throws: `AdapterError` when the command could not be tried at all (a full disk, a lost connection, a recording
  ///   without it), or when this is a dry run and the command would change something.
  func run(_ command: NativeCommand) async throws -> CommandResult
}

/// adapter → host (notification `log`): a line for people.
public struct LogMessage: Hashable, Sendable, Codable {
  /// `debug`, `info`, `warning` or `error`.
  public var level: String
  /// The line.
  public var message: String

  /// Makes a line.
  public init(level: String, message: String) {
    self.level = level
    self.message = message
  }
}
