import AdapterKit

/// What Cobalt's commands complain about on standard error, as errors that programs can act on.
enum Failures: Complaints {
  static let scheduler = "Cobalt"
  static let submitCommand = "qsub"

  private static let later = "Ask the site, or try again later."

  /// Recorded: submission-errors, components-down, unknown-id; those marked “source” are from Cobalt's clients. The
  /// first row that matches counts.
  static let table: [Row] = [
    Row("trying to add job to non-existent queue", .unknownQueue, field: "queue"),
    Row("queue is draining", .unknownQueue, field: "queue", "It takes no jobs; choose another one."),
    Row("queue is dead", .unknownQueue, field: "queue", "It takes no jobs; choose another one."),
    Row("You are not allowed to submit to the", .unknownQueue, field: "queue"),
    Row("Walltime greater than", .limitExceeded, field: "walltime"),
    Row("Walltime less than", .limitExceeded, field: "walltime", "Ask for more: many Cobalts take 5 minutes at least."),
    Row("node count out of realistic range", .limitExceeded, field: "nodes"),
    Row("invalid time specification", .invalidValue, field: "walltime"),
    Row("'time' not provided", .invalidValue, field: "walltime"),
    Row("'nodecount' not provided", .invalidValue, field: "nodes"),
    Row("not found, or is not a file", .scriptUnreadable),
    Row("is not executable", .scriptUnreadable),
    Row("does not exist", .directoryUnusable),
    Row("Improperly formatted argument to env", .invalidValue, field: "native.cobalt"),
    Row("Specifed mode", .invalidValue, field: "native.cobalt"),
    Row("qsub.py: error:", .invalidValue, field: "native.cobalt"),
    Row("no such option", .invalidValue, field: "native.cobalt"),
    Row("is not a valid jobid or queue name", .malformedID),
    Row("jobid must be an integer", .malformedID),
    Row("Failed to connect to", .schedulerUnreachable, later),
    Row("while trying to execute queue-manager", .schedulerUnreachable, later),
    Row("Proxy.py", .schedulerUnreachable, later),
    Row(": No such file or directory", .schedulerUnreachable, "Cobalt's configuration is not to be found here."),
    // A component's refusal, whatever it is about.
    Row("<Fault 1001:", .invalidValue),
    Row("<Fault 1004:", .invalidValue),
    Row("Filter ", .invalidValue, "A filter of this site's refused the job."),  // source
  ]

  /// The last sentence of a command's complaint, without what Python puts around it: `<Fault 1001: "The 'dead' queue is
  /// dead">`.
  static func sentence(_ complaint: String) -> String {
    let lines = complaint.split(separator: "\n").filter { line in
      !line.allSatisfy(\.isWhitespace) && !line.hasPrefix("No handlers could be found")
    }
    guard var line = lines.last else { return "" }
    if let open = line.firstRange(of: "<Fault "), let close = line.lastIndex(of: ">"),
      let colon = line[open.upperBound...].firstIndex(of: ":"), colon < close
    {
      line = line[line.index(after: colon)..<close]
      if let quote = line.last, quote == "'" || quote == "\"" { line = line.dropLast() }
      line = line.drop { $0 == " " }
      if let quote = line.first, quote == "'" || quote == "\"" { line = line.dropFirst() }
      if line.hasSuffix("\\n") { line = line.dropLast(2) }
    }
    for prefix in ["component error: ", "qsub.py: error: ", "qstat.py: error: "] where line.hasPrefix(prefix) {
      line = line.dropFirst(prefix.count)
    }
    return String(line)
  }

  /// The error for a submission that did not answer with a job: a refusal, or nothing reliable.
  ///
  /// - Parameter told: what `qsub` printed, including an id if it failed after that.
  static func ofSubmission(_ answer: CommandAnswer, _ told: QsubAnswer) -> LauncherError {
    let said = sentence(answer.complaint)
    // It may be that of the job, or a number in a site's text.
    if let id = told.id { return uncertain("it named job \(id) and failed\(said.isEmpty ? "" : ": \(said)")", answer) }
    switch answer.result.ending {
    case .notFound, .exited(127):
      // The shell that stores the script was found; so it was qsub that was not found.
      return LauncherError(
        .commandMissing,
        "there is no command ‘qsub’ here; nothing was submitted",
        command: answer.failed
      )
    case .exited(ScriptStore.unstored):
      return LauncherError(
        said.contains("No space left") || said.contains("quota") ? .diskFull : .scriptUnreadable,
        "the job's script could not be stored\(said.isEmpty ? "" : ": \(said)"); nothing was submitted",
        command: answer.failed
      )
    case .exited(ScriptStore.unusable):
      let code: LauncherError.Code = said.hasPrefix("stdin") ? .scriptUnreadable : .directoryUnusable
      return LauncherError(code, "\(said); nothing was submitted", command: answer.failed)
    default: break
    }
    // A site's filters explain themselves on standard output, where qsub writes only the id.
    let words = said.isEmpty ? sentence(told.remarks.joined(separator: "\n")) : said
    guard let code = answer.exitCode else { return ofUnspokenSubmission(answer) ?? uncertain(words, answer) }
    guard code != 0 else {
      return uncertain(words.isEmpty ? "it named no job" : "it named no job, and said: \(words)", answer)
    }
    // The connection broke while the job was being passed on.
    let complaint = answer.complaint + "\n" + told.remarks.joined(separator: "\n")
    guard !complaint.contains("add_jobs"), let row = row(for: complaint) else { return uncertain(words, answer) }
    return refused(row, words, answer)
  }

  /// The error for exit records that could not be read.
  static func ofRecords(_ answer: CommandAnswer) -> LauncherError { ofQuery(answer, of: "the jobs' exit records") }

  /// The error for a query that failed. Unknown words, and words about submissions, say nothing about a job.
  static func ofQuery(_ answer: CommandAnswer, of what: String) -> LauncherError { ofCommand(answer, of: what).ofLook }

  /// The error for a command that failed as a whole.
  static func ofCommand(_ answer: CommandAnswer, of what: String) -> LauncherError {
    answer.interruption ?? unanswered(what, answer.complaint, answer)
  }
}
