/// A failure as data: it travels as the `error` of a JSON-RPC answer and reaches people as one sentence with advice.
public struct LauncherError: Error, Hashable, Sendable {
  /// What kind of failure it is.
  public var code: Code
  /// What happened, to which job, by which command.
  public var message: String
  /// What to do next.
  public var advice: String?
  /// The native command that failed.
  public var command: FailedCommand?
  /// When to try again at the earliest, if the scheduler or the adapter knows.
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
    /// Its exit code, when it exited.
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
    /// The same request may succeed later.
    case transient
    /// The same request fails again until something is changed.
    case permanent
    /// It is not known whether it had an effect; check before repeating.
    case uncertain
  }

  /// The kinds of failures, numbered in ranges: 1 protocol, 10 specification, 20 scheduler, 30 job, 40 output,
  /// 50 adapter process, 60 environment. The numbers are part of the protocol.
  public enum Code: Int, Hashable, Sendable, CaseIterable {
    /// The two sides share no version of the protocol.
    case incompatibleProtocol = 1
    /// The other side does not know the method.
    case unsupportedMethod = 2
    /// A message or its parameters are malformed.
    case badRequest = 3
    /// A parameter that has to be understood is not known.
    case mustUnderstand = 4
    /// A message is longer than the protocol allows.
    case tooLarge = 5
    /// The request was abandoned before it was done.
    case cancelled = 6
    /// The specification uses a field that the scheduler cannot honour.
    case unsupportedField = 10
    /// A value of the specification is wrong.
    case invalidValue = 11
    /// There is no such queue.
    case unknownQueue = 12
    /// The account is not known, or the user may not charge it.
    case accountDenied = 13
    /// More is requested than the scheduler or the queue ever grants.
    case limitExceeded = 14
    /// The quality of service is not known, or the user may not use it.
    case qosDenied = 15
    /// The script or an input file cannot be read.
    case scriptUnreadable = 16
    /// The working directory does not exist or may not be entered.
    case directoryUnusable = 17
    /// The scheduler does not answer.
    case schedulerUnreachable = 20
    /// The scheduler reports that it is overloaded.
    case schedulerBusy = 21
    /// The scheduler took longer than the command's time limit.
    case schedulerTimedOut = 22
    /// The user has as many jobs as are allowed.
    case submitLimitReached = 23
    /// The accounting of finished jobs does not answer.
    case accountingUnavailable = 24
    /// A ticket or certificate has expired.
    case credentialExpired = 25
    /// The scheduler does not know the job.
    case unknownJob = 30
    /// The job has finished.
    case alreadyFinished = 31
    /// The job belongs to another user, or the action is for administrators only.
    case notPermitted = 32
    /// The job is in a state in which this cannot be done.
    case wrongState = 33
    /// It is not known whether the job was submitted.
    case uncertainSubmission = 34
    /// The id is not a job id.
    case malformedID = 35
    /// An answer cannot be read.
    case unreadableOutput = 40
    /// One record of an answer cannot be read.
    case unreadableRecord = 41
    /// A record has a state that is not known.
    case unrecognisedState = 42
    /// An answer is truncated.
    case truncatedOutput = 43
    /// A command failed with words that are not known.
    case unrecognisedFailure = 44
    /// The adapter could not be started.
    case adapterNotStarted = 50
    /// The adapter ended before it answered.
    case adapterDied = 51
    /// The adapter did not answer in time.
    case adapterTimedOut = 52
    /// The adapter wrote something that is not a message.
    case adapterNoise = 53
    /// Other users could change the adapter.
    case adapterUntrusted = 54
    /// No adapter of that name is installed.
    case adapterUnknown = 55
    /// A native command does not exist.
    case commandMissing = 60
    /// The system does not permit it.
    case permissionDenied = 61
    /// There is no disk space left.
    case diskFull = 62
    /// The system refuses that many arguments.
    case argumentListTooLong = 63
    /// A recording does not hold the command.
    case notRecorded = 64
    /// A dry run does not run the command.
    case dryRun = 65
    /// A fault of the program itself.
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

extension LauncherError: CustomStringConvertible {
  /// The sentence, and the command with the end of its standard error.
  public var description: String {
    var text = message
    if let command {
      var ending = ""
      if command.timedOut == true { ending = " (stopped when its time was up)" }
      if let signal = command.signal { ending = " (ended by \(signal.name))" }
      if let code = command.exitCode { ending = " (exit code \(code))" }
      text += "\n  command: \(Self.shortened(command.argv.joined(separator: " ")))\(ending)"
      if let tail = command.stderrTail, !tail.isEmpty {
        text += "\n  it said: " + tail.split(separator: "\n").suffix(5).joined(separator: "\n           ")
      }
    }
    return text
  }

  /// The same with the advice, which speaks of the command line.
  public var descriptionWithAdvice: String { advice.map { "\(description)\n  \($0)" } ?? description }

  /// The beginning of a command line that is longer than a few lines, such as one with a whole script in it.
  private static func shortened(_ line: String) -> String {
    let lines = line.split(omittingEmptySubsequences: false) { $0.isNewline }
    let (greatestLines, greatestLength) = (3, 400)
    guard lines.count > greatestLines || line.count > greatestLength else { return line }
    let beginning = lines.prefix(greatestLines).joined(separator: "\n           ").prefix(greatestLength)
    let rest = lines.count > greatestLines ? "\(lines.count - greatestLines) more lines" : "\(line.count) characters"
    return "\(beginning) … (\(rest))"
  }
}

extension LauncherError: Codable {
  private enum CodingKeys: String, CodingKey { case code, message, data }
  private enum DataKeys: String, CodingKey { case name, category, advice, command, retryAfterSeconds }

  /// Reads a JSON-RPC error object. A number that is not in the table keeps its message and category and counts as
  /// `unrecognisedFailure`; the numbers of JSON-RPC itself become those of the protocol range. What is malformed
  /// besides number and message is left out, so that no failure is lost over its details.
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
    // Data of an unexpected shape is left out: the number and the sentence matter more than the details.
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

extension LauncherError {
  /// Makes any error one that can travel.
  public init(wrapping error: any Error, during action: String) {
    switch error {
    case let error as LauncherError: self = error
    case is CancellationError: self.init(.cancelled, "\(action) was cancelled")
    case let error as DecodingError: self.init(.badRequest, "\(action): \(error.sentence)")
    default: self.init(.internalFailure, "\(action) failed: \(error)")
    }
  }
}
