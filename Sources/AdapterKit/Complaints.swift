import LauncherProtocol

/// What a scheduler's commands complain about, as errors that programs can act on.
///
/// An adapter provides its table of words and what is special about its scheduler; the ways in which queries,
/// submissions and actions fail with all schedulers are defined here.
public protocol Complaints {
  /// The scheduler's name, as people write it.
  static var scheduler: String { get }

  /// The command that submits.
  static var submitCommand: String { get }

  /// The known words of its commands. The first row that matches counts.
  static var table: [Complaint] { get }

  /// The sentence that matters in a command's complaint, without the command's name before it.
  static func sentence(_ complaint: String) -> String
}

/// Words in a complaint of a scheduler's command, and what they mean.
public struct Complaint: Sendable {
  /// Words that occur somewhere in the complaint.
  public let words: String
  /// The kind of failure.
  public let code: LauncherError.Code
  /// The field of the specification that they are about, if a submission failed.
  public let field: String?
  /// What to do.
  public let advice: String?

  public init(_ words: String, _ code: LauncherError.Code, field: String? = nil, _ advice: String? = nil) {
    self.words = words
    self.code = code
    self.field = field
    self.advice = advice
  }
}

extension Complaints {
  /// A row of the table.
  public typealias Row = Complaint

  /// The first row of the table that matches; `nil` for unknown words.
  public static func row(for complaint: String) -> Complaint? { table.first { complaint.contains($0.words) } }

  /// The kind of failure that some words mean; `nil` for unknown words.
  public static func code(of complaint: String) -> LauncherError.Code? { row(for: complaint)?.code }

  // MARK: Queries

  /// The error for exit records that could not be read.
  public static func ofRecords(_ answer: CommandAnswer) -> LauncherError {
    ofQuery(answer, of: "the jobs' exit records")
  }

  /// The error for a query that failed.
  public static func ofQuery(_ answer: CommandAnswer, of what: String) -> LauncherError {
    answer.interruption ?? unanswered(what, answer.complaint, answer)
  }

  /// The error for a query that failed with some words.
  public static func unanswered(_ what: String, _ complaint: String, _ answer: CommandAnswer) -> LauncherError {
    let row = row(for: complaint)
    let isSilent = complaint.allSatisfy(\.isWhitespace) && !answer.succeeded
    let said = isSilent ? answer.lastLines : sentence(complaint)
    return LauncherError(
      row?.code ?? .unrecognisedFailure,
      said.isEmpty ? "\(what) could not be asked for" : "\(what) could not be asked for: \(said)",
      advice: row?.advice,
      command: answer.failed
    )
  }

  /// The error for an answer whose end is missing.
  public static func ofCutAnswer(_ answer: CommandAnswer) -> LauncherError {
    LauncherError(.truncatedOutput, "the answer of ‘\(answer.command.argv.first ?? "")’ is cut", command: answer.failed)
  }

  // MARK: Submissions

  /// The error for a submission that did not answer with a job: a refusal in words of the table, or nothing reliable.
  ///
  /// For a scheduler that refuses in other ways too, or whose words do not always say that nothing happened: it can
  /// build its own `ofSubmission` from `ofUnspokenSubmission`, `refused` and `uncertain`.
  public static func ofSubmission(_ answer: CommandAnswer) -> LauncherError {
    if let error = ofUnspokenSubmission(answer) { return error }
    let said = sentence(answer.complaint)
    return row(for: answer.complaint).map { refused($0, said, answer) } ?? uncertain(said, answer)
  }

  /// The error for a submission whose command did not end with a failure of its own; `nil` when it did, and its words
  /// have to be examined.
  public static func ofUnspokenSubmission(_ answer: CommandAnswer) -> LauncherError? {
    switch answer.result.ending {
    case .notFound:
      LauncherError(.commandMissing, "there is no command ‘\(submitCommand)’ here", command: answer.failed)
    case .timedOut: uncertain("it did not answer in time", answer)
    case .signalled(let signal): uncertain("it was ended by \(signal.name)", answer)
    case .outputTooLarge: uncertain("it wrote more than is read of it", answer)
    case .exited(0):
      uncertain(answer.lastLines.isEmpty ? "it named no job" : "it named no job, and said: \(answer.lastLines)", answer)
    case .exited: nil
    }
  }

  /// The error for a submission of which it is not known whether it took place, with what is known instead.
  public static func uncertain(_ why: String, _ answer: CommandAnswer) -> LauncherError {
    LauncherError(
      .uncertainSubmission,
      "\(submitCommand) did not say whether it took the job: \(why.isEmpty ? "it failed without a word" : why)",
      advice: "Look for it before you submit it again.",
      command: answer.failed
    )
  }

  /// The error for a submission that was refused.
  public static func refused(_ row: Complaint, _ said: String, _ answer: CommandAnswer) -> LauncherError {
    let field = row.field.map { "\($0): " } ?? ""
    return LauncherError(row.code, "\(field)\(said); nothing was submitted", advice: row.advice, command: answer.failed)
  }

  // MARK: Actions

  /// The error for an action on one job that failed with some words.
  public static func ofAction(_ words: String, on id: String, _ answer: CommandAnswer) -> LauncherError {
    ofAction(code(of: words) ?? .unrecognisedFailure, words, on: id, answer)
  }

  /// The error for an action on one job, of a known kind.
  public static func ofAction(
    _ code: LauncherError.Code,
    _ words: String,
    on id: String,
    _ answer: CommandAnswer
  ) -> LauncherError {
    let message =
      switch code {
      case .unknownJob: "\(scheduler) does not know a job \(id)"
      case .alreadyFinished: "job \(id) has already finished"
      case .notPermitted: "you may not do this to job \(id): \(sentence(words))"
      default: "job \(id): \(sentence(words))"
      }
    return LauncherError(code, message, command: answer.failed)
  }
}
