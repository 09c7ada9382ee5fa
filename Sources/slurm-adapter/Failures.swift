import AdapterKit

/// What Slurm's commands complain about on standard error, as errors that programs can act on.
enum Failures: Complaints {
  static let scheduler = "Slurm"
  static let submitCommand = "sbatch"

  /// Recorded: submit-errors, submit-inputs, controller-down, database-down, unknown-job of 22.05.8, 23.11.11 and
  /// 26.05.3, those marked “source” apart, which are from Slurm's slurm_errno.c. The first row that fits counts.
  static let table: [Row] = [
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

  /// The error for a submission that did not answer with a job: a refusal, or nothing that could be relied on.
  static func ofSubmission(_ answer: CommandAnswer) -> AdapterError {
    if let error = ofUnspokenSubmission(answer) { return error }
    let said = sentence(answer.complaint)
    // A controller that hangs may still take the job once it wakes up.
    guard let row = row(for: answer.complaint), row.code != .schedulerTimedOut else { return uncertain(said, answer) }
    // sbatch's last line says what is wrong with a partition, the line before it which partition.
    let named = answer.complaint.split(separator: "\n").last { $0.contains("invalid partition specified: ") }
    return refused(row, named.map { sentence(String($0)) } ?? said, answer)
  }
}
