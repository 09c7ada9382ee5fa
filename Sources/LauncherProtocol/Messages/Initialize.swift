/// host → adapter, the first request: who is asking, and in which versions.
public struct InitializeRequest: Hashable, Sendable, Codable {
  /// The versions the host speaks.
  public var `protocol`: ProtocolRange
  /// The host program.
  public var host: ProgramIdentity

  /// Makes a request.
  public init(protocol: ProtocolRange = .current, host: ProgramIdentity) {
    self.protocol = `protocol`
    self.host = host
  }
}

/// What an adapter is and can do.
public struct AdapterDescription: Hashable, Sendable, Codable {
  /// The version both sides use from now on.
  public var `protocol`: Int
  /// The adapter program.
  public var adapter: ProgramIdentity
  /// The scheduler it knows (`slurm`, `pbs`, …); `local` for this machine itself.
  public var scheduler: String
  /// Who runs the native commands.
  public var commands: CommandPolicy
  /// The methods it answers beyond `initialize`.
  public var operations: [Operation]
  /// The fields of a job specification it can honour.
  public var fields: [JobSpec.Field]
  /// Its limits.
  public var limits: Limits
  /// Where the submit token travels: `comment`, `name`, `variable` … For people.
  public var tokenPlace: String?

  /// Makes a description.
  public init(
    protocol: Int = ProtocolRange.current.greatest,
    adapter: ProgramIdentity,
    scheduler: String,
    commands: CommandPolicy = .host,
    operations: [Operation],
    fields: [JobSpec.Field],
    limits: Limits = Limits(),
    tokenPlace: String? = nil
  ) {
    self.protocol = `protocol`
    self.adapter = adapter
    self.scheduler = scheduler
    self.commands = commands
    self.operations = operations
    self.fields = fields
    self.limits = limits
    self.tokenPlace = tokenPlace
  }

  /// Who runs the native commands.
  public enum CommandPolicy: String, Hashable, Sendable, Codable {
    /// The host, asked by `run`: such an adapter can be recorded, replayed and used over ssh.
    case host
    /// The adapter itself, because its scheduler is not reached by commands.
    case adapter
  }

  /// Limits of an adapter or its scheduler.
  public struct Limits: Hashable, Sendable {
    /// The minimum time between two polls; the host's own when absent.
    public var leastPollingInterval: Duration?

    /// Makes limits.
    public init(leastPollingInterval: Duration? = nil) { self.leastPollingInterval = leastPollingInterval }
  }

  private enum CodingKeys: String, CodingKey {
    case `protocol`, adapter, scheduler, commands, operations, fields, limits, tokenPlace
  }

  /// Reads a description; operations and fields of later versions, unknown here, are left out.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      protocol: try container.decode(Int.self, forKey: .protocol),
      adapter: try container.decode(ProgramIdentity.self, forKey: .adapter),
      scheduler: try container.decode(String.self, forKey: .scheduler),
      commands: try container.decodeIfPresent(CommandPolicy.self, forKey: .commands) ?? .host,
      operations: try container.decode([String].self, forKey: .operations).compactMap { Operation(rawValue: $0) },
      fields: try container.decode([String].self, forKey: .fields).compactMap { JobSpec.Field(rawValue: $0) },
      limits: try container.decodeIfPresent(Limits.self, forKey: .limits) ?? Limits(),
      tokenPlace: try container.decodeIfPresent(String.self, forKey: .tokenPlace)
    )
  }
}

extension AdapterDescription.Limits: Codable {
  private enum CodingKeys: String, CodingKey { case leastPollingSeconds }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let seconds = try container.decodeIfPresent(Double.self, forKey: .leastPollingSeconds)
    self.init(leastPollingInterval: seconds.flatMap(Duration.init(safeSeconds:)))
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(leastPollingInterval?.inSeconds, forKey: .leastPollingSeconds)
  }
}
