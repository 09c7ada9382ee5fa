import AdapterKit

/// What Slurm's commands complain about on standard error, as errors that programs can act on.
enum Failures {
  private struct Row {
    let words: String
    let code: AdapterError.Code
    let field: String?
    let advice: String?

    init(_ words: String, _ code: AdapterError.Code, field: String? = nil, _ advice: String? = nil) {
      self.words = words
      self.code = code
      self.field = field
      self.advice = advice
    }
  }

  /// Recorded: submit-errors, submit-inputs, controller-down, database-down, unknown-job of 22.05.8, 23.11.11 and
  /// 26.05.3, those marked “source” apart, which are from Slurm's slurm_errno.c. The first row that fits counts.
  private static let table: [Row] = [
    Row("Socket timed out", .schedulerTimedOut),
    Row("Zero Bytes were transmitted", .schedulerTimedOut),  // source
    Row("Unable to contact slurm controller", .schedulerUnreachable, "Ask the site, or try again later."),
    Row("Unable to query jobs state", .schedulerUnreachable, "Ask the site, or try again later."),
    Row("Slurm controller not responding", .schedulerUnreachable),  // source
    Row("Connection refused", .schedulerUnreachable),
    Row("Unable to establish configuration source", .schedulerUnreachable),  // source: no slurm.conf
    Row("Could not establish a configuration source", .schedulerUnreachable),  // source: no slurm.conf
    Row("Protocol authentication error", .credentialExpired),  // source
    Row("Munge decode failed", .credentialExpired),  // source
    Row("Slurm temporarily unable to accept job", .schedulerBusy),
    Row("Resource temporarily unavailable", .schedulerBusy),
    Row("Invalid partition name specified", .unknownQueue, field: "queue"),
    Row("invalid partition specified", .unknownQueue, field: "queue"),
    Row("User's group not permitted to use this partition", .unknownQueue, field: "queue"),
    Row("Required partition not available", .unknownQueue, field: "queue"),  // source
    Row("Invalid account or account/partition combination", .accountDenied, field: "account"),
    Row("Invalid qos specification", .qosDenied, field: "qos"),
    Row("MaxSubmitJob", .submitLimitReached),
    Row("Job violates accounting/QOS policy", .limitExceeded),
    Row("Memory specification can not be satisfied", .limitExceeded, field: "memory"),
    Row("Requested time limit is invalid", .limitExceeded, field: "walltime"),
    Row("Node count specification invalid", .limitExceeded, field: "nodes"),
    Row("Requested node configuration is not available", .limitExceeded, field: "nodes"),
    Row("Invalid job array specification", .invalidValue, field: "array"),
    Row("Invalid feature specification", .invalidValue, field: "constraints"),
    Row("Invalid license specification", .invalidValue, field: "licences"),
    Row("Invalid generic resource (gres) specification", .invalidValue, field: "gpus"),
    Row("Invalid node name specified", .invalidValue, field: "hosts"),
    Row("Requested reservation is invalid", .invalidValue, field: "reservation"),
    Row("Access denied to requested reservation", .invalidValue, field: "reservation"),  // source
    Row("Job dependency problem", .invalidValue, field: "dependencies"),
    Row("Invalid --nice value", .invalidValue, field: "priority", "Only an administrator may raise a job's priority."),
    Row("Invalid --begin specification", .invalidValue, field: "begin"),
    Row("Invalid --time specification", .invalidValue, field: "walltime"),
    Row("Invalid --mem specification", .invalidValue, field: "memory"),
    Row("No cluster", .invalidValue, field: "native.slurm"),
    Row("invalid entry for --cluster", .invalidValue, field: "native.slurm"),
    Row("unrecognized option", .invalidValue, field: "native.slurm"),
    Row("requires an argument", .invalidValue, field: "native.slurm"),
    Row("DOS line breaks", .scriptUnreadable, field: "script"),
    Row("does not look like a batch script", .scriptUnreadable, field: "script"),
    Row("Batch script is empty", .scriptUnreadable, field: "script"),
    Row("Batch script contains only whitespace", .scriptUnreadable, field: "script"),
    Row("NULL character", .scriptUnreadable, field: "script"),
    Row("already completing or completed", .alreadyFinished),
    Row("Job/step already completing", .alreadyFinished),
    Row("Access/permission denied", .notPermitted),
    Row("Invalid user id", .notPermitted),
    Row("Invalid job id", .unknownJob),
    Row("Unexpected message received", .unknownJob),  // 22.05: suspending an unknown job
    Row("Job is pending execution", .wrongState),  // source
    Row("Job is no longer pending", .wrongState),  // source
    Row("Job is in transitional state", .wrongState),
    Row("Job has already finished", .alreadyFinished),  // source
    Row("Requested operation is presently disabled", .wrongState),
    Row("Requested operation not supported", .wrongState),  // source
    Row("No space left on device", .diskFull),  // source
  ]

  /// The kind of failure behind some words; `nil` for words that are not known.
  static func code(of complaint: String) -> AdapterError.Code? { row(for: complaint)?.code }

  private static func row(for complaint: String) -> Row? { table.first { complaint.contains($0.words) } }

  /// The last sentence that a command complained with, without its own name in front.
  static func sentence(_ complaint: String) -> String {
    let lines = complaint.split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) && !$0.hasPrefix("Try \"") }
    var line = lines.last ?? ""
    for prefix in ["sbatch: ", "scancel: ", "squeue: ", "sacct: ", "error: ", "Batch job submission failed: "]
    where line.hasPrefix(prefix) {
      line = line.dropFirst(prefix.count)
    }
    return String(line)
  }

  /// The error for a query that failed.
  static func ofQuery(_ answer: CommandAnswer, of what: String) -> AdapterError {
    if let interruption = answer.interruption { return interruption }
    let row = row(for: answer.complaint)
    let said = sentence(answer.complaint)
    return AdapterError(
      row?.code ?? .unrecognisedFailure,
      said.isEmpty ? "\(what) could not be asked for" : "\(what) could not be asked for: \(said)",
      advice: row?.advice,
      command: answer.failed
    )
  }

  /// The error for a submission that did not answer with a job: a refusal, or nothing that could be relied on.
  static func ofSubmission(_ answer: CommandAnswer) -> AdapterError {
    let said = sentence(answer.complaint)
    func uncertain(_ why: String) -> AdapterError {
      AdapterError(
        .uncertainSubmission,
        "sbatch did not say whether it took the job: \(why)",
        advice: "Look for it before you submit it again.",
        command: answer.failed
      )
    }
    switch answer.result.ending {
    case .notFound: return AdapterError(.commandMissing, "there is no command ‘sbatch’ here", command: answer.failed)
    case .timedOut: return uncertain("it did not answer in time")
    case .signalled(let signal): return uncertain("it was ended by \(signal.name)")
    case .outputTooLarge: return uncertain("it wrote more than is read of it")
    case .exited(0): return uncertain("it named no job")
    case .exited: break
    }
    guard let row = row(for: answer.complaint) else {
      return uncertain(said.isEmpty ? "it failed without a word" : said)
    }
    // A controller that hangs may still take the job once it wakes up.
    if row.code == .schedulerTimedOut { return uncertain(said) }
    let field = row.field.map { "\($0): " } ?? ""
    // sbatch's last line says what is wrong with a partition, the line before it which partition.
    let named = answer.complaint.split(separator: "\n").last { $0.contains("invalid partition specified: ") }
    return AdapterError(
      row.code,
      "\(field)\(named.map { sentence(String($0)) } ?? said); nothing was submitted",
      advice: row.advice,
      command: answer.failed
    )
  }

  /// The error for an action on one job.
  static func ofAction(_ words: String, on id: String, _ answer: CommandAnswer) -> AdapterError {
    let code = code(of: words) ?? .unrecognisedFailure
    let message =
      switch code {
      case .unknownJob: "Slurm does not know a job \(id)"
      case .alreadyFinished: "job \(id) has already finished"
      case .notPermitted: "you may not do this to job \(id): \(sentence(words))"
      default: "job \(id): \(sentence(words))"
      }
    return AdapterError(code, message, command: answer.failed)
  }
}
