import AdapterKit

/// What LSF's commands complain about, as errors that programs can act on.
enum Failures: Complaints {
  static let scheduler = "LSF"
  static let submitCommand = "bsub"

  private static let later = "Ask the site, or try again later."

  /// Recorded, volclava 2.2: submission-errors, unknown-id, daemons-down, dependency-never, begin-time, awkward-names;
  /// those marked “IBM” are from the message lists of IBM's documentation of LSF 10.1, “seen” from public transcripts.
  /// The first row that fits counts.
  static let table: [Row] = [
    Row("still trying", .schedulerUnreachable, later),
    Row("Connection refused by server", .schedulerUnreachable, later),
    Row("LIM is down", .schedulerUnreachable, later),
    Row("Please wait", .schedulerUnreachable, later),  // seen: Cannot connect to LSF. Please wait ...
    Row("Unable to open file lsf.conf", .schedulerUnreachable, "Load LSF's environment: LSF_ENVDIR."),
    Row("Cannot open lsf.conf", .schedulerUnreachable, "Load LSF's environment: LSF_ENVDIR."),  // IBM
    Row("Connection reset by peer", .schedulerUnreachable),  // seen: under load
    Row("Failed in sending/receiving a message", .schedulerUnreachable),  // seen
    Row("Communication time out", .schedulerTimedOut),  // IBM
    Row("Cannot connect to", .schedulerUnreachable),  // IBM
    Row("has reached its pending job threshold", .submitLimitReached),  // IBM
    Row("Pending job threshold reached", .submitLimitReached),  // IBM
    Row("No such queue", .unknownQueue, field: "queue"),
    Row("Queue has been closed", .unknownQueue, field: "queue"),
    Row("User cannot use the queue", .unknownQueue, field: "queue"),
    Row("Queue does not accept", .unknownQueue, field: "queue"),  // IBM
    Row("Service class does not exist", .qosDenied, field: "qos"),  // seen
    Row("Project not specified", .accountDenied, field: "account"),  // seen: esub of Summit
    Row("Too many processors requested", .limitExceeded, field: "tasks"),
    Row("The number of processors must be a positive integer", .invalidValue, field: "tasks"),
    Row("Cannot exceed queue's hard limit", .limitExceeded, field: "walltime"),
    Row("Bad RUNLIMIT specification", .invalidValue, field: "walltime"),
    Row("MEMLIMT value", .invalidValue, field: "memory"),
    Row("MEMLIMIT", .limitExceeded, field: "memory"),  // IBM
    Row("Bad resource requirement syntax", .invalidValue, field: "constraints"),
    Row("Bad host name", .invalidValue, field: "hosts"),
    Row("Dependency condition syntax error", .invalidValue, field: "dependencies"),
    Row("Bad time specification", .invalidValue, field: "begin"),
    Row("Bad job name", .invalidValue, field: "name", "Shorten it."),
    Row("Job array index", .invalidValue, field: "array"),  // IBM
    Row("Bad job array", .invalidValue, field: "array"),
    Row("User group does not exist", .accountDenied, field: "account"),  // IBM
    Row("advance reservation", .invalidValue, field: "reservation"),  // IBM
    Row("Illegal signal value", .invalidValue),
    Row("illegal option", .invalidValue, field: "native.lsf"),
    Row("invalid option", .invalidValue, field: "native.lsf"),
    Row("option requires an argument", .invalidValue, field: "native.lsf"),
    Row("Bad argument for option", .invalidValue, field: "native.lsf"),
    Row("Bad CPULIMIT specification", .invalidValue, field: "native.lsf"),
    Row("No command is specified", .scriptUnreadable, field: "script"),
    Row("Request aborted by esub", .invalidValue),  // seen: what the site's own check said stands in front of it
    Row("is not found", .unknownJob),
    Row("No matching job found", .unknownJob),
    Row("Illegal job ID", .malformedID),
    Row("Bad job array index list", .malformedID),
    Row("Job has already finished", .alreadyFinished),
    Row("User permission denied", .notPermitted),
    Row("Job has not started yet", .wrongState),  // IBM
    Row("Job has been suspended", .wrongState),  // IBM
    Row("Job is not suspended", .wrongState),  // IBM
    Row("not a member of", .notPermitted),  // IBM
    Row("No space left on device", .diskFull),
  ]

  /// Whether words are of one of LSF's own commands, if only that they cannot reach it.
  static func isOfLSF(_ complaint: String) -> Bool {
    ["lsb_init:", "ls_get", "LIM is down", "(LIM)", "lsf.conf", "batch system daemon"].contains {
      complaint.contains($0)
    }
  }

  /// What is said beside an answer that came: without what a client says while it tries again.
  static func withoutWaiting(_ complaint: String) -> String {
    let lines = complaint.split(separator: "\n").filter { !$0.contains("lease wait") && !$0.contains("still trying") }
    return lines.joined(separator: "\n")
  }

  /// Whether an answer says that there is nothing to show, which is no failure.
  static func isNothing(_ complaint: String) -> Bool {
    ["No unfinished job found", "No job found", "No matching job found", "is not found", "No DONE/EXIT job found"]
      .contains { complaint.contains($0) }
  }

  /// The last sentence that a command complained with.
  static func sentence(_ complaint: String) -> String {
    let lines = complaint.split(separator: "\n").filter { line in
      !line.allSatisfy(\.isWhitespace) && !line.hasSuffix("try again later")
    }
    if let last = lines.last, last.hasPrefix("Request aborted by esub"), let reason = reason(of: lines.dropLast()) {
      return reason
    }
    // Usage is printed behind what it is about.
    let said = lines.first { $0.contains(" option") } ?? lines.last ?? ""
    return said.replacing(". Job not submitted.", with: "").trimmingBlanks
  }

  /// What a site's own check of submissions says in front of its refusal: in a box of asterisks on Summit, where each
  /// sentence begins with two of them, or in the line before.
  private static func reason(of lines: some Collection<Substring>) -> String? {
    let words = lines.filter { !$0.allSatisfy { $0 == "*" } }.map(\.trimmingBlanks)
    guard let start = words.firstIndex(where: { $0.hasPrefix("**") }) else {
      return words.last.map { "Request aborted by esub: \($0)" }
    }
    let text = words[start...].map { String($0.drop { $0 == "*" || $0 == " " }) }.joined(separator: " ")
    return text.last == "." ? String(text.dropLast()) : text
  }

  /// The error for a query that failed.
  static func ofQuery(_ answer: CommandAnswer, of what: String) -> AdapterError {
    if let interruption = answer.interruption {
      // Clients of a daemon that is down go on for ever; what they say meanwhile tells more than that time was up.
      let tells = answer.result.ending == .timedOut && code(of: answer.complaint) != nil
      return tells ? unanswered(what, answer.complaint, answer) : interruption
    }
    return unanswered(what, answer.complaint.isEmpty ? answer.output(limit: 4096) : answer.complaint, answer)
  }

  /// The error for a submission that did not answer with a job: a refusal, or nothing that could be relied on.
  static func ofSubmission(_ answer: CommandAnswer) -> AdapterError {
    if answer.command.argv.first == "sh", let error = ofStoring(answer) { return error }
    if let error = ofUnspokenSubmission(answer) { return error }
    let output = answer.output(limit: 65_536)
    let complaint = output + "\n" + answer.complaint
    let said = sentence(complaint)
    // bsub(1): every refusal says so; usage is printed before anything is sent.
    let isRefusal = ["Job not submitted", "Batch job not submitted", "Usage: bsub"].contains { complaint.contains($0) }
    guard let row = row(for: complaint) else {
      return isRefusal ? refused(Row(said, .invalidValue), said, answer) : uncertain(said, answer)
    }
    let mayBeTaken = row.code == .schedulerTimedOut || complaint.contains("sending/receiving")
    return mayBeTaken && !isRefusal ? uncertain(said, answer) : refused(row, said, answer)
  }

  /// The error of the shell that stores the script where bsub wants a file; `nil` where bsub was run.
  private static func ofStoring(_ answer: CommandAnswer) -> AdapterError? {
    switch answer.exitCode {
    case 127:
      // The shell that stores the script was found; what it did not find is bsub.
      return AdapterError(.commandMissing, "there is no command ‘\(submitCommand)’ here", command: answer.failed)
    case Submission.unstored:
      let said = sentence(answer.complaint)
      return AdapterError(
        said.contains("No space left") || said.contains("quota") ? .diskFull : .scriptUnreadable,
        "the job's script could not be stored\(said.isEmpty ? "" : ": \(said)"); nothing was submitted",
        command: answer.failed
      )
    default: return nil
    }
  }
}
