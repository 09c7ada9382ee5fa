import FoundationEssentials
import LauncherProtocol
import Synchronization

/// Answers native commands from recordings instead of running them.
///
/// A command is matched by its arguments, and by its standard input if that was recorded: exactly, or else except for
/// what differs from run to run (`Surroundings`, tokens, times). When the same command was recorded several times, the
/// answers come in order and the last one is repeated. Several recordings are searched in order.
public final class ReplayingHost: CommandHost, QuestionWitness {
  /// How fast answers come.
  public enum Speed: String, Sendable {
    /// At once.
    case full
    /// After the time that the command took when it was recorded.
    case recorded
  }

  /// The recordings, in the order in which they are searched.
  public let recordings: [Recording]
  /// How fast answers come.
  public let speed: Speed
  private let progress: ReplayProgress
  private let surroundings: Surroundings
  private let outputs: CommandOutputs
  private let writer: RecordingWriter?
  private let lastMoment = Mutex<Date?>(nil)
  private let variables = Mutex<[String: String]>([:])

  /// When the latest answer so far was recorded; `nil` if that is not known.
  var lastAnswered: Date? { lastMoment.withLock { $0 } }

  /// Accepts the variables of a job, whose values a redacted recording does not hold.
  func conceal(_ variables: [String: String]) {
    self.variables.withLock { $0.merge(variables) { _, new in new } }
  }

  /// A host that knows what these recordings hold.
  ///
  /// - Parameters:
  ///   - recordings: searched in order.
  ///   - speed: how fast answers come.
  ///   - progress: how far the replay has come.
  ///   - outputs: where an answer is kept that differs from the recorded bytes because a token in it was replaced.
  ///   - surroundings: those of the program that asks, by default this process; a recording's own for questions in its
  ///     terms.
  public convenience init(
    _ recordings: [Recording],
    speed: Speed = .full,
    progress: ReplayProgress = ReplayProgress(),
    outputs: CommandOutputs = CommandOutputs(),
    surroundings: Surroundings? = nil
  ) {
    self.init(
      recordings,
      speed: speed,
      progress: progress,
      outputs: outputs,
      surroundings: surroundings,
      writer: nil
    )
  }

  /// With a writer, what adapters are asked and conclude is added to `expected.json` of its recording.
  init(
    _ recordings: [Recording],
    speed: Speed,
    progress: ReplayProgress,
    outputs: CommandOutputs,
    surroundings: Surroundings? = nil,
    writer: RecordingWriter?
  ) {
    self.writer = writer
    self.recordings = recordings
    self.speed = speed
    self.progress = progress
    self.outputs = outputs
    self.surroundings = surroundings ?? .current
  }

  /// A host that knows what the recordings in these folders hold.
  ///
  /// - Throws: `LauncherError` (`notRecorded`) that names the file that cannot be read.
  public convenience init(folders: String...) throws {
    self.init(try folders.map { try Recording(folder: $0) })
  }

  public func run(_ command: NativeCommand) async throws -> CommandResult {
    try await run(argv: command.argv, stdin: command.stdin.map { Data($0.utf8) })
  }

  /// Answers a command whose input may not be text.
  ///
  /// - Throws: `LauncherError` (`notRecorded`) that names the nearest recorded commands.
  public func run(argv: [String], stdin: Data?) async throws -> CommandResult {
    guard let found = exactMatch(argv, stdin) ?? likeness(argv, stdin) ?? concealedMatch(argv, stdin) else {
      try progress.change { $0.missing.append(argv) }
      throw notRecorded(argv)
    }
    let (asked, tokens) = try progress.change { state in
      for (recorded, token) in found.tokens where recorded != token { state.tokens[recorded] = token }
      defer { state.timesAsked[found.key, default: 0] += 1 }
      return (state.timesAsked[found.key, default: 0], state.tokens)
    }
    let exchange = found.answers[min(asked, found.answers.count - 1)]
    if let begun = exchange.begun {
      let end = begun.addingTimeInterval(exchange.duration.inSeconds)
      lastMoment.withLock { $0 = max($0 ?? end, end) }
    }
    if speed == .recorded { try await ContinuousClock().sleep(for: exchange.duration) }
    return try result(of: exchange, tokens)
  }

  /// Whether any recorded command with this program could want an input.
  public func wantsInput(_ argv: [String]) -> Bool {
    recordings.contains { $0.exchanges.contains { $0.argv.first == argv.first && $0.stdin != nil } }
  }

  func saw(_ question: Expectation.Question) {
    try? writer?.add(question)
  }

  /// What a job of the recording wrote to a path.
  func file(at path: String) -> String? {
    recordings.lazy.compactMap { $0.file(at: path) }.first
  }

  // MARK: Matching

  private struct Match {
    /// Names the question, for counting.
    let key: String
    let answers: [Recording.Exchange]
    /// Pairs of a recorded token and the one that was asked for instead.
    var tokens: [(String, String)] = []
  }

  private func exactMatch(_ argv: [String], _ stdin: Data?) -> Match? {
    match { exchange, _ in
      exchange.argv == argv && (exchange.stdin == nil || exchange.stdin == stdin ?? Data())
    }
  }

  private func likeness(_ argv: [String], _ stdin: Data?) -> Match? {
    let withInput = CanonicalCommand(argv: argv, stdin: stdin ?? Data(), in: surroundings)
    // Input that was not recorded is not compared.
    let withoutInput = CanonicalCommand(argv: argv, stdin: nil, in: surroundings)
    var tokens: [(String, String)] = []
    var match = match { exchange, recording in
      guard exchange.argv.count == argv.count, exchange.argv.first == argv.first else { return false }
      let recorded = CanonicalCommand(argv: exchange.argv, stdin: exchange.stdin, in: recording.scenario.surroundings)
      let question = exchange.stdin == nil ? withoutInput : withInput
      guard recorded == question, recorded.tokens.count == question.tokens.count else { return false }
      if tokens.isEmpty { tokens = Array(zip(recorded.tokens, question.tokens)) }
      return true
    }
    match?.tokens = tokens
    return match
  }

  /// The answer to a command that was recorded without the values of a job's variables.
  private func concealedMatch(_ argv: [String], _ stdin: Data?) -> Match? {
    let redaction = Redaction(variables: variables.withLock { $0 })
    let redacted = argv.map(redaction.redacted)
    let input = stdin.map { Data(redaction.redacted(Array($0))) }
    guard redacted != argv || input != stdin else { return nil }
    return exactMatch(redacted, input) ?? likeness(redacted, input)
  }

  private func match(_ fits: (Recording.Exchange, Recording) -> Bool) -> Match? {
    for recording in recordings {
      let matching = recording.exchanges.filter { fits($0, recording) }
      // Answers to this very input are not mixed with answers whose input was not recorded.
      let exact = matching.filter { $0.stdin != nil }
      let answers = exact.isEmpty ? matching : exact
      if let first = answers.first { return Match(key: "\(recording.folder)/\(first.name)", answers: answers) }
    }
    return nil
  }

  // MARK: Answering

  private func result(of exchange: Recording.Exchange, _ tokens: [String: String]) throws -> CommandResult {
    let stdoutPath = try path(exchange.stdoutPath, tokens)
    let stderrPath = try path(exchange.stderrPath, tokens)
    return CommandResult(
      ending: exchange.ending,
      stdoutPath: stdoutPath,
      stderrPath: stderrPath,
      begunAt: exchange.begun,
      duration: exchange.duration
    )
  }

  /// The recorded file; or, if it holds a token that another one stands for, a copy with the other one.
  private func path(_ path: String, _ tokens: [String: String]) throws -> String {
    // A recording made by hand may leave out an empty stream.
    guard FileManager.default.fileExists(atPath: path) else { return "/dev/null" }
    guard !tokens.isEmpty, let data = try? Data(contentsOf: URL(filePath: path)) else { return path }
    var bytes = Array(data)
    var isChanged = false
    for (recorded, token) in tokens where bytes.firstRange(of: Array(recorded.utf8)) != nil {
      bytes.replace(Array(recorded.utf8), with: Array(token.utf8))
      isChanged = true
    }
    return isChanged ? try outputs.keep(bytes) : path
  }

  private func notRecorded(_ argv: [String]) -> LauncherError {
    let nearest = recordings.flatMap(\.exchanges)
      .map { (exchange: $0, shared: Self.sharedWords($0.argv, argv)) }
      .filter { $0.shared > 0 }
      .sorted { $0.shared > $1.shared }
      .prefix(3)
      .map { "\(ShellText.quoted($0.exchange.argv)) (\($0.exchange.name))" }
    let words = CanonicalCommand(argv: argv, stdin: nil, in: surroundings)
    let isRecorded = recordings.contains { recording in
      recording.exchanges.contains {
        CanonicalCommand(argv: $0.argv, stdin: nil, in: recording.scenario.surroundings) == words
      }
    }
    return LauncherError(
      .notRecorded,
      isRecorded
        ? "this was recorded with another input: \(ShellText.quoted(argv))"
        : "this was not recorded: \(ShellText.quoted(argv))",
      advice: nearest.isEmpty
        ? "Nothing like it was recorded." : "Nearest recorded: " + nearest.joined(separator: "; ")
    )
  }

  private static func sharedWords(_ first: [String], _ second: [String]) -> Int {
    (first.first == second.first ? 2 : 0) + Set(first).intersection(second).count
  }
}
