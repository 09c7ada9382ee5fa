import AdapterKit

/// What PBS's commands complain about on standard error, as errors that programs can act on.
///
/// Judged by their words: the exit status is the error's number and 255, and the same number means an unknown queue to
/// PBS Pro and a wrong state to Torque (170).
enum Failures: Complaints {
  static let scheduler = "PBS"
  static let submitCommand = "qsub"

  /// The sentence of a command's complaint, without the command's name before it.
  static func sentence(_ complaint: String) -> String {
    let lines = complaint.split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) }
    // A usage text is followed by nothing that is not also before it.
    let told = lines.prefix { !$0.hasPrefix("usage:") }
    var line = told.last { row(for: String($0)) != nil } ?? told.last ?? lines.first ?? ""
    for name in ["qsub: ", "qstat: ", "qdel: ", "qhold: ", "qrls: ", "qsig: ", "pbsnodes: "] where line.hasPrefix(name)
    {
      line = line.dropFirst(name.count)
    }
    return line.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
  }

  /// The error for an action on one job.
  static func ofAction(_ words: String, on id: String, _ answer: CommandAnswer) -> LauncherError {
    var code = code(of: words) ?? byStatus[answer.exitCode ?? 0] ?? .unrecognisedFailure
    // Torque names COMPLETE as the state that is wrong.
    if code == .wrongState, words.contains("COMPLETE") { code = .alreadyFinished }
    return ofAction(code, words, on: id, answer)
  }

  /// For commands that fail without a message: Torque's qhold and qrls of an unknown job (recorded: unknown-ids/69).
  private static let byStatus: [Int32: LauncherError.Code] = [
    153: .unknownJob, 35: .alreadyFinished, 159: .notPermitted,
  ]
}
