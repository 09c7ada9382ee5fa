import AdapterKit
import Synchronization

/// What was learned about the PBS here; it remains valid while the adapter runs.
final class PBSSite: Sendable {
  private struct Known {
    var family: PBSFamily?
    var version: String?
    var lacksJSON = false
    var variableNames: Set<String>??
  }

  private let known = Mutex(Known())

  /// Which family it is, once an answer has shown it.
  var family: PBSFamily? { known.withLock { $0.family } }

  /// Its version, once a command reported it.
  var version: String? { known.withLock { $0.version } }

  /// Whether its `qstat` has no JSON, like PBS Pro's before 14.
  var lacksJSON: Bool { known.withLock { $0.lacksJSON } }

  /// The names of the variables that the host's commands start with, once it was asked: an inner `nil` if it did not
  /// report them.
  var variableNames: Set<String>?? { known.withLock { $0.variableNames } }

  /// Notes that there is no JSON.
  func rememberLackOfJSON() { known.withLock { $0.lacksJSON = true } }

  /// Notes what an answer showed.
  func remember(_ family: PBSFamily) { known.withLock { $0.family = family } }

  /// Notes what `qstat --version` reported.
  func remember(_ family: PBSFamily, version: String) {
    known.withLock {
      $0.family = family; $0.version = version
    }
  }

  /// Notes what the host reported about its variables.
  func remember(variableNames: Set<String>?) { known.withLock { $0.variableNames = .some(variableNames) } }
}

/// How long commands may take. A frozen server keeps every client waiting for hours.
enum PBSPatience {
  /// A question about some jobs: a caller waits for the answer.
  static let question = Duration.seconds(20)
  /// A listing of everything.
  static let listing = Duration.seconds(40)
  /// A command that changes something.
  static let change = Duration.seconds(60)
  /// A command that asks no server.
  static let local = Duration.seconds(10)
}

/// PBS's commands on a host, run so that the user's habits do not change what they print or mean.
struct PBS<Host: CommandHost>: Sendable {
  let host: Host
  let site: PBSSite

  /// Runs a command; each has a time limit.
  func run(
    _ argv: [String],
    effect: NativeCommand.Effect = .reads,
    timeLimit: Duration = PBSPatience.question
  ) async throws -> CommandAnswer {
    try await host.answer(to: command(argv, effect: effect, timeLimit: timeLimit))
  }

  private func command(
    _ argv: [String],
    effect: NativeCommand.Effect = .reads,
    timeLimit: Duration
  ) -> NativeCommand {
    NativeCommand(argv, environment: PBSEnvironment.changes, timeLimit: timeLimit, effect: effect)
  }

  /// Runs a command whose answer is useful but not required; `nil` when this host cannot answer, like a recording
  /// without it.
  func runIfPossible(_ argv: [String], timeLimit: Duration = PBSPatience.question) async throws -> CommandAnswer? {
    try await host.answerIfRecorded(to: command(argv, timeLimit: timeLimit))
  }

  /// Asks a question in the words of the family that is here. Before any answer has shown which it is, PBS Pro's words
  /// are tried first; Torque does not know them and says so, without asking its server.
  func ask(
    timeLimit: Duration = PBSPatience.listing,
    _ words: (PBSFamily) -> [String]
  ) async throws -> (family: PBSFamily, answer: CommandAnswer) {
    if let family = site.family { return (family, try await run(words(family), timeLimit: timeLimit)) }
    let refusal: any Error
    var isReplayed = false
    do {
      let answer = try await run(words(.pro), timeLimit: timeLimit)
      guard Self.isNotUnderstood(answer) else {
        // A command that failed without a document may have failed for any reason.
        if Self.head(of: answer).hasPrefix("{") { site.remember(.pro) }
        return (.pro, answer)
      }
      // PBS Pro before 14 has no JSON either.
      if let family = try await familyByVersion(), family == .pro { return (.pro, answer) }
      refusal = Failures.ofQuery(answer, of: "PBS")
    } catch let error as LauncherError where error.code == .notRecorded {
      refusal = error
      isReplayed = true
    }
    let answer: CommandAnswer
    do {
      answer = try await run(words(.torque), timeLimit: timeLimit)
    } catch let error as LauncherError where error.code == .notRecorded {
      throw refusal
    }
    if Self.isNotUnderstood(answer) { throw refusal }
    if isReplayed {
      // That PBS Pro's words were not recorded says nothing about the family; a table in place of XML is PBS Pro's
      // (recorded: complete-0/24 of OpenPBS 23.06.06).
      let head = Self.head(of: answer)
      if words(.torque).contains("-x"), !head.isEmpty, !head.hasPrefix("<") { throw refusal }
      if head.hasPrefix("<") { site.remember(.torque) }
    } else if answer.exitCode != nil {
      site.remember(.torque)
    }
    return (.torque, answer)
  }

  private static func head(of answer: CommandAnswer) -> Substring {
    answer.output(limit: 4096).drop(while: \.isWhitespace)
  }

  /// Lists jobs, as text if there is no JSON. Also returns the command that was used.
  func list(_ command: ListingCommand) async throws -> (ListingCommand, PBSFamily, CommandAnswer) {
    var command = command
    if site.lacksJSON { command.isText = true }
    let limit = command.ids.isEmpty ? PBSPatience.listing : PBSPatience.question
    let (family, answer) = try await ask(timeLimit: limit) { [command] in command.arguments($0) }
    guard family == .pro, !command.isText, Self.isNotUnderstood(answer) else { return (command, family, answer) }
    site.rememberLackOfJSON()
    command.isText = true
    return (command, family, try await run(command.arguments(family), timeLimit: limit))
  }

  /// The family, for commands that need the right words at once.
  func family() async throws -> PBSFamily {
    if let family = site.family { return family }
    return try await familyByVersion() ?? .pro
  }

  /// The version, if a command reports it.
  func version() async throws -> String? {
    if site.version == nil { _ = try await familyByVersion() }
    return site.version
  }

  private func familyByVersion() async throws -> PBSFamily? {
    guard let answer = try await runIfPossible(["qstat", "--version"], timeLimit: PBSPatience.local),
      let (family, version) = PBSDetection.version(in: answer.output(limit: 4096) + "\n" + answer.complaint)
    else { return nil }
    site.remember(family, version: version)
    return family
  }

  /// Whether a command did not know its options (recorded: detect/14 of Torque 6.1.3).
  private static func isNotUnderstood(_ answer: CommandAnswer) -> Bool {
    guard let code = answer.exitCode, code != 0 else { return false }
    return ["invalid option", "illegal option", "nknown option", "unrecognized option", "no such option"]
      .contains { answer.complaint.contains($0) }
  }
}

/// The variables that change what PBS's commands print or mean; they are not passed on.
///
/// `PBS_SERVER`, `PBS_DEFAULT`, `PBS_CONF_FILE` and the like stay: they say which server the user means, to every
/// command alike.
enum PBSEnvironment {
  static let changes: [String: String?] = {
    var changes: [String: String?] = [:]
    // Torque's qstat(1B): leave out queues, finished jobs. qsub(1B): another prefix for directives, hosts in paths.
    let names = ["PBS_QSTAT_EXECONLY", "PBS_QSTAT_NO_COMPLETE", "PBS_DPREFIX", "PBS_CLIENTRETRY", "PBSDEBUG"]
    for name in names { changes.updateValue(nil, forKey: name) }
    return changes
  }()
}
