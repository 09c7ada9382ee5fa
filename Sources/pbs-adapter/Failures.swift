import AdapterKit

/// What PBS's commands complain about on standard error, as errors that programs can act on.
///
/// By their words: the exit status is the error's number and 255, and the same number means an unknown queue to PBS Pro
/// and a wrong state to Torque (170).
enum Failures: Complaints {
  static let scheduler = "PBS"
  static let submitCommand = "qsub"

  private static let tryLater = "Ask the site, or try again later."

  /// Recorded: submit-errors, server-down, unknown-ids, deleted, held, array of OpenPBS 23.06.06 and Torque 6.1.3, those
  /// marked “source” apart, which are from pbs_error.h and pbse_to_txt of both. The first row that fits counts.
  static let table: [Row] = [
    Row("cannot connect to server", .schedulerUnreachable, tryLater),
    Row("Connection refused", .schedulerUnreachable, tryLater),
    Row("Couldn't connect to cluster", .schedulerUnreachable, tryLater),
    Row("Cannot connect to specified server", .schedulerUnreachable, tryLater),
    Row("could not connect to trqauthd", .schedulerUnreachable, "trqauthd does not run on this host: ask the site."),
    Row("Unknown Host", .schedulerUnreachable, "Look at PBS_SERVER and pbs.conf."),
    Row("Cannot resolve specified server host", .schedulerUnreachable, "Look at PBS_DEFAULT and server_name."),
    Row("pbs conf variables not found", .schedulerUnreachable, "Look at PBS_CONF_FILE and pbs.conf."),
    Row("No route to host", .schedulerUnreachable, tryLater),  // source
    Row("Connection timed out", .schedulerTimedOut),  // source
    Row("End of File", .schedulerUnreachable, tryLater),  // source: the server ended the connection
    Row("Premature end of message", .schedulerUnreachable, tryLater),  // source
    Row("Protocol (ASN.1) error", .schedulerUnreachable, tryLater),  // source
    Row("Batch protocol error", .schedulerUnreachable, tryLater),  // source
    Row("is busy", .schedulerBusy),  // source
    Row("Invalid credential", .credentialExpired),  // source
    Row("Expired credential", .credentialExpired),  // source
    Row("Unknown Job Id", .unknownJob),
    Row("nonexistent job id", .unknownJob),
    Row("cannot locate job", .unknownJob),
    Row("illegally formed job identifier", .malformedID),
    Row("Job has finished", .alreadyFinished),
    Row("invalid state for job - COMPLETE", .alreadyFinished),
    Row("Request invalid for state of job", .wrongState),
    Row("Request invalid for finished array subjob", .alreadyFinished),  // source
    Row("Invalid request", .wrongState),
    Row("Unknown queue", .unknownQueue, field: "queue"),
    Row("Queue is not enabled", .unknownQueue, field: "queue"),
    Row("No such queue", .unknownQueue, field: "queue"),  // source
    Row("Unauthorized Request", .notPermitted),
    Row("Bad UID for job execution", .notPermitted),
    Row("Bad GID for job execution", .notPermitted),
    Row("Invalid account", .accountDenied, field: "account"),  // source
    Row("Unknown/illegal project", .accountDenied, field: "account"),  // source
    Row("No project given", .accountDenied, field: "account"),
    Row("Maximum number of jobs already in queue", .submitLimitReached),
    Row("would exceed", .submitLimitReached),
    Row("Array job exceeds server or queue size limit", .limitExceeded, field: "array"),
    Row("Job violates queue and/or server resource limits", .limitExceeded),
    Row("cannot satisfy queue max walltime", .limitExceeded, field: "walltime"),
    Row("cannot satisfy queue max nodect", .limitExceeded, field: "nodes"),
    Row("cannot locate feasible nodes", .limitExceeded, field: "nodes"),
    Row("Job exceeds queue resource limits", .limitExceeded),
    Row("Resource_List.walltime", .invalidValue, field: "walltime"),
    Row("Resource_List.mem", .invalidValue, field: "memory"),
    Row("Unknown resource", .invalidValue, field: "constraints", "The site's administrator defines what nodes have."),
    Row("Illegal attribute or resource value", .invalidValue),
    Row("Undefined attribute", .invalidValue, field: "native.pbs"),
    Row("illegal -N value", .invalidValue, field: "name", "A name of PBS's has letters, digits and .+-_ only."),
    Row("Job name is too long", .invalidValue, field: "name"),
    Row("illegal -J value", .invalidValue, field: "array"),
    Row("illegal -t value", .invalidValue, field: "array"),  // source
    Row("Bad Job Array Request", .invalidValue, field: "array"),  // source
    Row("illegal -W dependency value", .invalidValue, field: "dependencies"),
    Row("illegal -W value", .invalidValue, field: "dependencies"),
    Row("Invalid Job Dependency", .invalidValue, field: "dependencies"),  // source
    Row("illegal -a value", .invalidValue, field: "begin"),
    Row("illegal -p value", .invalidValue, field: "priority", "Priorities go from -1024 to 1023."),
    Row("illegal -M value", .invalidValue, field: "mail.to"),  // source
    Row("illegal -A value", .invalidValue, field: "account"),  // source
    Row("cannot send environment with the job", .invalidValue, field: "environment.inherit"),
    Row("illegal -l value", .invalidValue, field: "native.pbs"),
    Row("cannot be used with \"select\"", .invalidValue, field: "native.pbs"),
    Row("directive error", .invalidValue, field: "script"),
    Row("invalid option", .invalidValue, field: "native.pbs"),
    Row("script is written in DOS/Windows text format", .scriptUnreadable, field: "script"),
    Row("No space left on device", .diskFull),  // source
  ]

  /// The sentence that a command complained with, without its own name in front.
  static func sentence(_ complaint: String) -> String {
    let lines = complaint.split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) }
    // Behind a usage comes nothing that a person has not read before it.
    let told = lines.prefix { !$0.hasPrefix("usage:") }
    var line = told.last { row(for: String($0)) != nil } ?? told.last ?? lines.first ?? ""
    for name in ["qsub: ", "qstat: ", "qdel: ", "qhold: ", "qrls: ", "qsig: ", "pbsnodes: "] where line.hasPrefix(name)
    {
      line = line.dropFirst(name.count)
    }
    return line.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " ")
  }

  /// The error for a submission that did not answer with a job: a refusal, or nothing that could be relied on.
  static func ofSubmission(_ answer: CommandAnswer) -> AdapterError {
    if let error = ofUnspokenSubmission(answer) { return error }
    let said = sentence(answer.complaint)
    guard let row = row(for: answer.complaint) else {
      // A hook of the site refuses in words of its own, with 32 (recorded: submit-errors/63 of OpenPBS 23.06.06).
      let isRefusal = answer.exitCode == 32 && !said.isEmpty
      return isRefusal ? refused(Row(said, .notPermitted), said, answer) : uncertain(said, answer)
    }
    // A server that hangs, or that went away in the middle, may still have taken the job.
    let isCut = answer.complaint.contains("End of File") || answer.complaint.contains("Premature end")
    return row.code == .schedulerTimedOut || isCut ? uncertain(said, answer) : refused(row, said, answer)
  }

  /// The error for an action on one job.
  static func ofAction(_ words: String, on id: String, _ answer: CommandAnswer) -> AdapterError {
    var code = code(of: words) ?? byStatus[answer.exitCode ?? 0] ?? .unrecognisedFailure
    // Torque says COMPLETE of the state that is wrong.
    if code == .wrongState, words.contains("COMPLETE") { code = .alreadyFinished }
    return ofAction(code, words, on: id, answer)
  }

  /// For commands that fail without a word: Torque's qhold and qrls of an unknown job (recorded: unknown-ids/69).
  private static let byStatus: [Int32: AdapterError.Code] = [
    153: .unknownJob, 35: .alreadyFinished, 159: .notPermitted,
  ]
}
