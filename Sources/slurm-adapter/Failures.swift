import AdapterKit

/// What Slurm's commands complain about, as errors that programs can act on. Refusals of `sbatch` are in `Refusal`.
enum Failures: Complaints {
  static let scheduler = "Slurm"
  static let submitCommand = "sbatch"

  static let munge = "munge, which says to Slurm who asks, does not answer on this machine; try again later."

  /// Recorded: submit-errors, submit-inputs, controller-down, database-down, unknown-job of 22.05.8, 23.11.11 and
  /// 26.05.3, except those marked “source”, which are from Slurm's slurm_errno.c, read_config.c and
  /// slurm_protocol_api.c. The first row that matches counts.
  static let table: [Row] = [
    Row("Socket timed out", .schedulerTimedOut),
    Row("Zero Bytes were transmitted", .schedulerTimedOut),  // source
    Row("Connection timed out", .schedulerTimedOut),  // source
    Row("Unable to contact slurm controller", .schedulerUnreachable, "Ask the site, or try again later."),
    Row("Unable to query jobs state", .schedulerUnreachable, "Ask the site, or try again later."),
    Row("Slurm controller not responding", .schedulerUnreachable),  // source
    Row("in standby mode", .schedulerUnreachable, "Try again later: another controller takes over."),  // source
    Row("Connection refused", .schedulerUnreachable),
    Row("Connection reset by peer", .schedulerUnreachable),
    Row("Communication connection failure", .schedulerUnreachable),  // source
    Row("Communication shutdown failure", .schedulerUnreachable),  // source
    Row("Message send failure", .schedulerUnreachable),  // source
    Row("Message receive failure", .schedulerUnreachable),  // source
    Row("Unexpected message received", .schedulerUnreachable),  // source: an overloaded controller; see SlurmControl
    Row("Header lengths are longer than data received", .schedulerUnreachable),  // source
    Row("Insane message length", .schedulerUnreachable),  // source
    Row("Unable to establish configuration source", .schedulerUnreachable),  // source: no slurm.conf
    Row("Could not establish a configuration source", .schedulerUnreachable),  // source: no slurm.conf
    // The user that Slurm runs as, or a file of its configuration, cannot be looked up at the moment.
    Row("Invalid user for Slurm", .schedulerUnreachable, "Try again later."),  // source
    Row("Unable to process configuration file", .schedulerUnreachable, "Try again later."),  // source
    Row("Invalid user: ", .schedulerUnreachable, "Try again later."),  // source: a name that is not found
    Row("Unable to resolve", .schedulerUnreachable, "Try again later."),  // source
    Row("Temporary failure in name resolution", .schedulerUnreachable, "Try again later."),  // libc
    Row("Munge encode failed", .schedulerUnreachable, munge),  // recorded: liveslurm/04
    Row("Munge decode failed", .schedulerUnreachable, munge),  // source
    Row("has authentication error", .schedulerUnreachable, munge),  // recorded: liveslurm/04
    Row("Protocol authentication error", .schedulerUnreachable, munge),  // recorded: liveslurm/04
    Row("Invalid authentication credential", .schedulerUnreachable, munge),  // source
    Row("Authentication credential expired", .credentialExpired),  // source
    Row("Slurm temporarily unable to accept job", .schedulerBusy),
    Row("Resource temporarily unavailable", .schedulerBusy),
    Row("Rate limit exceeded", .schedulerBusy),  // source
    Row("already completing or completed", .alreadyFinished),
    Row("Job/step already completing", .alreadyFinished),
    Row("Access/permission denied", .notPermitted),
    Row("Invalid user id", .notPermitted),
    Row("Invalid job id", .unknownJob),
    Row("Job is pending execution", .wrongState),  // source
    Row("Job is no longer pending", .wrongState),  // source
    Row("Job is in transitional state", .wrongState),
    Row("Job can not be altered now", .wrongState),  // source
    Row("Job is not suspended", .wrongState),  // source
    Row("Job is current suspended", .wrongState),  // source
    Row("Job is not running", .wrongState),  // source
    Row("Job is not pending nor running", .wrongState),  // source
    Row("Job has already finished", .alreadyFinished),  // source
    Row("Requested operation is presently disabled", .wrongState),
    Row("Requested operation not supported", .wrongState),  // source
    Row("No space left on device", .diskFull),  // source
  ]

  /// The last sentence of a command's complaint, without the command's name before it.
  static func sentence(_ complaint: String) -> String {
    let lines = complaint.split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) && !$0.hasPrefix("Try \"") }
    return String(bare(lines.last ?? ""))
  }

  /// A line without the leading names of the command and of the kind of message.
  static func bare(_ line: Substring) -> Substring {
    var line = line
    for prefix in ["sbatch: ", "scancel: ", "squeue: ", "sacct: ", "error: ", "fatal: ", Refusal.mark]
    where line.hasPrefix(prefix) {
      line = line.dropFirst(prefix.count)
    }
    return line
  }

  /// The error for a submission that did not answer with a job: a refusal, or nothing reliable.
  static func ofSubmission(_ answer: CommandAnswer, of spec: JobSpec) -> LauncherError {
    if let error = ofUnspokenSubmission(answer) { return error }
    guard let refusal = Refusal(words: answer.words, of: spec) else { return uncertain(saying(answer), answer) }
    return refused(refusal.row, refusal.said, answer)
  }

  /// The end of a command's output as part of a sentence.
  private static func saying(_ answer: CommandAnswer) -> String {
    let said = sentence(answer.complaint)
    return said.isEmpty ? answer.lastLines : said
  }
}
