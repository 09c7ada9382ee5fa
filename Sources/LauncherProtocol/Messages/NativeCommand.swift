/// adapter → host (`run`): run this command and report its result.
public struct NativeCommand: Hashable, Sendable {
  /// What the command does to the world, which decides whether it may be repeated and whether a dry run runs it.
  public enum Effect: String, Hashable, Sendable, Codable {
    /// It only reads.
    case reads
    /// It changes something, and doing it twice is the same as doing it once.
    case changes
    /// It creates something new each time.
    case creates
  }

  /// Which environment a command starts from.
  public enum StartingEnvironment: String, Hashable, Sendable, Codable {
    /// The user's, with `LC_ALL=C` and `TZ=UTC`, so that the answer does not depend on the user who asks.
    case clean
    /// The user's as it is: for submit commands that pass it on to the job.
    case user
  }

  /// The command and its arguments; looked up in `PATH` when it has no slash.
  public var argv: [String]
  /// What it reads from standard input; if `nil`, nothing.
  public var stdin: String?
  /// Which environment it starts from.
  public var startingEnvironment: StartingEnvironment
  /// Variables to set, or to remove if the value is `nil`, on top of that. A name to remove that ends with `*` stands
  /// for all variables whose names begin with the part before it.
  public var environment: [String: String?]
  /// The folder it runs in; if `nil`, the host's own.
  public var directory: String?
  /// After this long it is ended with its whole process group; if `nil`, the host's own limit applies.
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
      // An effect that is missing or unknown is taken to be the one that is never repeated.
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
