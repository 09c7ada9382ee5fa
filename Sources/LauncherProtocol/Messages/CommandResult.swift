import FoundationEssentials

/// host → adapter: the result of a command. A code other than 0 is a normal result, not an error.
public struct CommandResult: Hashable, Sendable {
  /// How the command ended.
  public enum Ending: Hashable, Sendable {
    /// It exited with this code.
    case exited(Int32)
    /// A signal ended it.
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
  /// When it began, by the clock of the machine where it ran; for an answer that comes from a recording, when that was
  /// recorded. `nil` if the host does not know.
  public var begunAt: Date?
  /// How long it took.
  public var duration: Duration
  /// The names of the variables that were set and that the command asked to have removed; `nil` if the host does not
  /// know.
  public var unset: [String]?

  /// Makes a result.
  public init(
    ending: Ending,
    stdoutPath: String,
    stderrPath: String,
    begunAt: Date? = nil,
    duration: Duration,
    unset: [String]? = nil
  ) {
    self.ending = ending
    self.stdoutPath = stdoutPath
    self.stderrPath = stderrPath
    self.begunAt = begunAt
    self.duration = duration
    self.unset = unset
  }
}

extension CommandResult: Codable {
  private enum CodingKeys: String, CodingKey {
    case ending, exitCode, signal, stdoutPath, stderrPath, begunAt, seconds, unset
  }

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
      begunAt: try container.decodeInstantIfPresent(forKey: .begunAt),
      duration: Duration(safeSeconds: try container.decode(Double.self, forKey: .seconds)) ?? .zero,
      unset: try container.decodeIfPresent([String].self, forKey: .unset)
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
    try container.encodeInstantIfPresent(begunAt, forKey: .begunAt)
    try container.encode(duration.inSeconds, forKey: .seconds)
    try container.encodeIfPresent(unset, forKey: .unset)
  }
}
