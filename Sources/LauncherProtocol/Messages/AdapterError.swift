/// A failure as data: it travels as the `error` of a JSON-RPC answer and reaches people as one sentence with advice.
public struct AdapterError: Error, Hashable, Sendable {
  /// What kind of failure it is.
  public var code: Code
  /// What happened, to which job, by which command.
  public var message: String
  /// What to do next.
  public var advice: String?
  /// The native command that failed.
  public var command: FailedCommand?
  /// When to try again at the earliest, where the scheduler or the adapter knows.
  public var retryAfter: Duration?
  /// Whether trying again makes sense; the code's own category unless the adapter says otherwise.
  public var category: Category

  /// Makes an error.
  public init(
    _ code: Code,
    _ message: String,
    advice: String? = nil,
    command: FailedCommand? = nil,
    retryAfter: Duration? = nil
  ) {
    self.code = code
    self.message = message
    self.advice = advice
    self.command = command
    self.retryAfter = retryAfter
    self.category = code.category
  }

  /// A native command as far as an error needs it.
  public struct FailedCommand: Hashable, Sendable, Codable {
    /// The command and its arguments.
    public var argv: [String]
    /// Its exit code, when it ended by itself.
    public var exitCode: Int32?
    /// The signal that ended it.
    public var signal: UnixSignal?
    /// Whether it was stopped because its time was up.
    public var timedOut: Bool?
    /// The end of what it wrote to standard error.
    public var stderrTail: String?

    /// Makes a record of a failed command.
    public init(
      argv: [String],
      exitCode: Int32? = nil,
      signal: UnixSignal? = nil,
      timedOut: Bool? = nil,
      stderrTail: String? = nil
    ) {
      self.argv = argv
      self.exitCode = exitCode
      self.signal = signal
      self.timedOut = timedOut
      self.stderrTail = stderrTail
    }
  }

  /// Whether trying again makes sense.
  public enum Category: String, Hashable, Sendable, Codable {
    /// The same request may well succeed later.
    case transient
    /// The same request fails again until somebody changes something.
    case permanent
    /// Whether it had an effect is not known; look before repeating.
    case uncertain
  }

  /// The kinds of failures, numbered in ranges: 1 protocol, 10 specification, 20 scheduler, 30 job, 40 output,
  /// 50 adapter process, 60 environment. The numbers are part of the protocol.
  public enum Code: Int, Hashable, Sendable, CaseIterable {
    case incompatibleProtocol = 1
    case unsupportedMethod = 2
    case badRequest = 3
    case mustUnderstand = 4
    case tooLarge = 5
    case cancelled = 6
    case unsupportedField = 10
    case invalidValue = 11
    case unknownQueue = 12
    case accountDenied = 13
    case limitExceeded = 14
    case qosDenied = 15
    case scriptUnreadable = 16
    case directoryUnusable = 17
    case schedulerUnreachable = 20
    case schedulerBusy = 21
    case schedulerTimedOut = 22
    case submitLimitReached = 23
    case accountingUnavailable = 24
    case credentialExpired = 25
    case unknownJob = 30
    case alreadyFinished = 31
    case notPermitted = 32
    case wrongState = 33
    case uncertainSubmission = 34
    case malformedID = 35
    case unreadableOutput = 40
    case unreadableRecord = 41
    case unrecognisedState = 42
    case truncatedOutput = 43
    case unrecognisedFailure = 44
    case adapterNotStarted = 50
    case adapterDied = 51
    case adapterTimedOut = 52
    case adapterNoise = 53
    case adapterUntrusted = 54
    case adapterUnknown = 55
    case commandMissing = 60
    case permissionDenied = 61
    case diskFull = 62
    case argumentListTooLong = 63
    case notRecorded = 64
    case dryRun = 65
    case internalFailure = 66

    /// The name of the kind, as it is written in messages.
    public var name: String { String(describing: self) }

    /// Whether trying again makes sense for failures of this kind.
    public var category: Category {
      switch self {
      case .schedulerUnreachable, .schedulerBusy, .schedulerTimedOut, .submitLimitReached, .accountingUnavailable,
        .unreadableOutput, .truncatedOutput, .adapterDied, .adapterTimedOut, .diskFull:
        .transient
      case .uncertainSubmission, .unrecognisedFailure: .uncertain
      default: .permanent
      }
    }
  }
}

extension AdapterError: CustomStringConvertible {
  /// The sentence, the command with the end of its standard error, and the advice.
  public var description: String {
    var text = message
    if let command {
      var ending = ""
      if command.timedOut == true { ending = " (stopped when its time was up)" }
      if let signal = command.signal { ending = " (ended by \(signal.name))" }
      if let code = command.exitCode { ending = " (exit code \(code))" }
      text += "\n  command: \(command.argv.joined(separator: " "))\(ending)"
      if let tail = command.stderrTail, !tail.isEmpty {
        text += "\n  it said: " + tail.split(separator: "\n").suffix(5).joined(separator: "\n           ")
      }
    }
    if let advice { text += "\n  \(advice)" }
    return text
  }
}

extension AdapterError: Codable {
  private enum CodingKeys: String, CodingKey { case code, message, data }
  private enum DataKeys: String, CodingKey { case name, category, advice, command, retryAfterSeconds }

  /// Reads a JSON-RPC error object. A number that is not in the table keeps its message and category and counts as
  /// `unrecognisedFailure`; the numbers of JSON-RPC itself become those of the protocol range. What is malformed
  /// beside number and message is left out, so that no failure is lost over its details.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let number = try container.decode(Int.self, forKey: .code)
    let code: Code =
      switch number {
      case -32601: .unsupportedMethod
      case -32700, -32600, -32602: .badRequest
      case -32603: .internalFailure
      default: Code(rawValue: number) ?? .unrecognisedFailure
      }
    self.init(code, try container.decodeIfPresent(String.self, forKey: .message) ?? "no message")
    // What is of another shape here is left out: the number and the sentence matter more than what adorns them.
    guard let data = try? container.nestedContainer(keyedBy: DataKeys.self, forKey: .data) else { return }
    advice = try? data.decodeIfPresent(String.self, forKey: .advice)
    command = try? data.decodeIfPresent(FailedCommand.self, forKey: .command)
    retryAfter = (try? data.decodeIfPresent(Double.self, forKey: .retryAfterSeconds))
      .flatMap(Duration.init(safeSeconds:))
    category = (try? data.decodeIfPresent(Category.self, forKey: .category)) ?? code.category
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(code.rawValue, forKey: .code)
    try container.encode(message, forKey: .message)
    var data = container.nestedContainer(keyedBy: DataKeys.self, forKey: .data)
    try data.encode(code.name, forKey: .name)
    try data.encode(category, forKey: .category)
    try data.encodeIfPresent(advice, forKey: .advice)
    try data.encodeIfPresent(command, forKey: .command)
    try data.encodeIfPresent(retryAfter?.inSeconds, forKey: .retryAfterSeconds)
  }
}

extension AdapterError {
  /// Any error as one that can travel.
  public init(wrapping error: any Error, during action: String) {
    switch error {
    case let error as AdapterError: self = error
    case is CancellationError: self.init(.cancelled, "\(action) was cancelled")
    case let error as DecodingError: self.init(.badRequest, "\(action): \(error.sentence)")
    default: self.init(.internalFailure, "\(action) failed: \(error)")
    }
  }
}
