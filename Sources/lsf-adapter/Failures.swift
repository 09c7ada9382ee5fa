import AdapterKit

/// What LSF's commands complain about, as errors that programs can act on.
enum Failures: Complaints {
  static let scheduler = "LSF"
  static let submitCommand = "bsub"

  private static let later = "Ask the site, or try again later."

  /// Recorded, volclava 2.2: submission-errors, unknown-id, daemons-down, dependency-never, begin-time, awkward-names;
  /// those marked “IBM” are from the message lists of IBM's documentation of LSF 10.1, “source” from the lists of
  /// messages in OpenLava's lsb.err.c and lib.err.c, “seen” from public transcripts. The first row that matches counts.
  static let table: [Row] = unreachable + refusals + actions

  /// Daemons that do not respond. Nothing has reached them.
  private static let unreachable: [Row] =
    [
      Row("(LIM) not responding", .schedulerUnreachable, later),
      Row("Connection refused by server", .schedulerUnreachable, later),
      Row("LIM is down", .schedulerUnreachable, later),
      Row("LSF is down", .schedulerUnreachable, later),  // seen
      Row("Please wait", .schedulerUnreachable, later),  // seen: Cannot connect to LSF. Please wait ...
      Row("Unable to open file lsf.conf", .schedulerUnreachable, "Load LSF's environment: LSF_ENVDIR."),
      Row("Cannot open lsf.conf", .schedulerUnreachable, "Load LSF's environment: LSF_ENVDIR."),  // IBM
      Row("LIM configuration is not ready", .schedulerUnreachable, later),  // source: of a slave or server host
      Row("Cannot locate master LIM", .schedulerUnreachable, later),  // source
      Row("Bad master host", .schedulerUnreachable, later),  // seen
      Row("Timeout on connect call to server", .schedulerUnreachable, later),  // source
      Row("A connect sys call failed", .schedulerUnreachable, later),  // source
      Row("Cannot connect to", .schedulerUnreachable, later),  // IBM
      Row("LSF host rejected", .schedulerUnreachable, "This host is not one of the cluster's, or not yet."),  // source
      Row("Host name not recognizable by LIM", .schedulerUnreachable, later),  // source
      Row("Operation permission denied by LIM", .schedulerUnreachable, later),  // source
      Row("Batch service not registered", .schedulerUnreachable, later),  // source
      Row("External authentication failed", .schedulerUnreachable, later),  // source: eauth
      Row("Running out of privileged socks", .schedulerBusy),  // source
      Row("Out of communication channels", .schedulerBusy),  // source
      Row("Batch daemon cannot fork", .schedulerBusy),  // source
    ] + broken

  /// Connections that broke: a request may have reached its daemon before.
  private static let broken: [Row] = [
    Row("not responding", .schedulerUnreachable, later),  // of mbatchd: its clients send again and again
    Row("still trying", .schedulerUnreachable, later),
    Row("Connection reset by peer", .schedulerUnreachable),  // seen: under load
    Row("Connection is lost", .schedulerUnreachable),  // source
    Row("Failed in sending/receiving a message", .schedulerUnreachable),  // seen
    Row("Communication time", .schedulerTimedOut),  // IBM: time out; source: Contacting batch daemon, … timeout
    Row("Server is not connected", .schedulerUnreachable),  // source
    Row("Protocol error with server", .schedulerUnreachable),  // source
    Row("Batch protocol error", .schedulerUnreachable),  // source
    Row("LIM protocol error", .schedulerUnreachable),  // source
    Row("XDR ", .schedulerUnreachable),  // source
    Row("ystem call failed", .schedulerUnreachable),  // source: System, A system, A select system …
    Row("A socket operation has failed", .schedulerUnreachable),  // source
    Row("nternal library error", .schedulerUnreachable),  // source: Internal, Batch library internal error
    Row("library internal error", .schedulerUnreachable),  // source
    Row("batch daemon internal error", .schedulerUnreachable),  // source: Master, Slave
    Row("Cannot allocate memory", .schedulerUnreachable),  // source
    Row("Memory allocation failed", .schedulerUnreachable),  // source
    Row("Unable to contact execution host", .schedulerUnreachable),  // source
  ]

  /// Refusals of a submission.
  private static let refusals: [Row] = [
    Row("has reached its pending job threshold", .submitLimitReached),  // IBM
    Row("Pending job threshold reached", .submitLimitReached),  // IBM
    Row("has reached its job limit", .submitLimitReached),  // source: The destination queue
    Row("No job Id can be used now", .submitLimitReached),  // source
    Row("does not have enough job slots", .submitLimitReached),  // source
    Row("Queue does not have enough per", .submitLimitReached),  // source
    Row("No such queue", .unknownQueue, field: "queue"),
    Row("Queue name must be specified", .unknownQueue, field: "queue"),  // source
    Row("Queue has been closed", .unknownQueue, field: "queue"),
    Row("User cannot use the queue", .unknownQueue, field: "queue"),
    Row("Queue does not accept", .unknownQueue, field: "queue"),  // IBM
    Row("Queue only accepts", .unknownQueue, field: "queue"),  // source
    Row("is not used by the queue", .invalidValue, field: "hosts"),  // source
    Row("Service class does not exist", .qosDenied, field: "qos"),  // seen
    Row("Project not specified", .accountDenied, field: "account"),  // seen: esub of Summit
    Row("project group", .accountDenied, field: "account"),  // source
    Row("Too many processors requested", .limitExceeded, field: "tasks"),
    Row("Too few processors requested", .limitExceeded, field: "tasks"),  // source
    Row("The number of processors must be a positive integer", .invalidValue, field: "tasks"),
    Row("Cannot exceed queue's resource reservation", .limitExceeded, field: "memory"),  // source
    Row("CPULIMIT: Cannot exceed", .limitExceeded, field: "native.lsf"),
    Row("Cannot exceed queue's hard limit", .limitExceeded, field: "walltime"),
    Row("Bad RUNLIMIT specification", .invalidValue, field: "walltime"),
    Row("MEMLIMT value", .invalidValue, field: "memory"),
    Row("MEMLIMIT", .limitExceeded, field: "memory"),  // IBM
    Row("Bad resource requirement syntax", .invalidValue, field: "constraints"),
    Row("Bad resource name", .invalidValue, field: "constraints"),  // source
    Row("Unknown resource name", .invalidValue, field: "constraints"),  // source
    Row("Bad host name", .invalidValue, field: "hosts"),
    Row("Bad host specification", .invalidValue, field: "hosts"),  // source
    Row("Dependency condition syntax error", .invalidValue, field: "dependencies"),
    Row("Dependent arrays do not have the same size", .invalidValue, field: "dependencies"),  // source
    Row("Bad time specification", .invalidValue, field: "begin"),
    Row("Start time is later than termination time", .invalidValue, field: "deadline"),  // source
    Row("Bad job name", .invalidValue, field: "name", "Shorten it."),
    Row("Job array index", .invalidValue, field: "array"),  // IBM
    Row("Bad job array", .invalidValue, field: "array"),
    Row("Bad user priority", .invalidValue, field: "priority"),  // source
    Row("Job priority control undefined", .invalidValue, field: "priority"),  // source
    Row("User group does not exist", .accountDenied, field: "account"),  // IBM
    Row("dvance reservation", .invalidValue, field: "reservation"),  // IBM
    Row("Reservation <", .invalidValue, field: "reservation"),  // seen: is not active or does not exist
    Row("Root job submission is disabled", .notPermitted),  // source
    Row("Unknown user", .notPermitted),  // source
    Row("Illegal signal value", .invalidValue),
    Row("illegal option", .invalidValue, field: "native.lsf"),
    Row("invalid option", .invalidValue, field: "native.lsf"),
    Row("option requires an argument", .invalidValue, field: "native.lsf"),
    Row("Bad argument for option", .invalidValue, field: "native.lsf"),
    Row("Bad CPULIMIT specification", .invalidValue, field: "native.lsf"),
    Row("No command is specified", .scriptUnreadable, field: "script"),
    Row("Empty job", .scriptUnreadable, field: "script"),  // source
    Row("Request aborted by esub", .invalidValue),  // seen: preceded by the words of the site's own check
  ]

  /// Refusals of an action.
  private static let actions: [Row] = [
    Row("> is not found", .unknownJob),
    Row("No matching job found", .unknownJob),
    Row("Illegal job ID", .malformedID),
    Row("Bad jobId", .malformedID),  // source
    Row("Job array does not exist", .unknownJob),  // source
    Row("Job has already finished", .alreadyFinished),
    Row("User permission denied", .notPermitted),
    Row("Job has not started yet", .wrongState),  // IBM
    Row("Job has already started", .wrongState),  // source
    Row("Job has been suspended", .wrongState),  // IBM
    Row("Job is not suspended", .wrongState),  // IBM
    Row("not supported for a", .wrongState),  // source: suspended, forwarded job
    Row("not a member of", .notPermitted),  // IBM
    Row("No space left on device", .diskFull),
  ]

  /// Whether the words are about a broken connection, after which a request may have arrived.
  static func isBroken(_ complaint: String) -> Bool {
    complaint.split(separator: "\n").contains { line in
      !line.contains("(LIM) not responding") && broken.contains { line.contains($0.words) }
    }
  }

  /// Whether a message comes from one of LSF's own commands, even if only to say that it cannot reach LSF.
  static func isOfLSF(_ complaint: String) -> Bool {
    [
      "lsb_init:", "ls_get", "LIM is down", "(LIM)", "lsf.conf", "batch system daemon", "batch daemon",
      "LSF library call",
    ]
    .contains { complaint.contains($0) } || unreachable.contains { complaint.contains($0.words) }
  }

  /// The messages beside an answer that came, without those that a client prints while it tries again.
  static func withoutWaiting(_ complaint: String) -> String {
    let waiting = ["lease wait", "still trying"]
    let lines = complaint.split(separator: "\n").filter { line in !waiting.contains { line.contains($0) } }
    return lines.joined(separator: "\n")
  }

  /// Whether an answer says that there is nothing to show, which is not a failure.
  static func isNothing(_ complaint: String) -> Bool {
    ["No unfinished job found", "No job found", "No matching job found", "> is not found", "No DONE/EXIT job found"]
      .contains { complaint.contains($0) }
  }

  /// The sentence that matters in a command's complaint.
  static func sentence(_ complaint: String) -> String {
    let lines = complaint.split(separator: "\n").filter { line in
      !line.allSatisfy(\.isWhitespace) && !line.hasSuffix("try again later")
    }
    if let place = lines.lastIndex(where: { $0.hasPrefix("Request aborted by esub") }),
      let reason = reason(of: lines[..<place])
    {
      return reason
    }
    var said = lines.last ?? ""
    if complaint.contains("sage:"), let line = lines.first(where: { $0.contains(" option") }) {
      // Usage is printed after the message that it belongs to.
      said = line
    } else if let place = lines.lastIndex(where: { $0.contains("ob not submitted") }) {
      // A site's text may follow a refusal.
      let isAlone = place > 0 && lines[place].trimmingBlanks.hasPrefix("Job not submitted")
      said = isAlone ? lines[place - 1] : lines[place]
    }
    return said.replacing(" Job not submitted.", with: "").trimmingBlanks.withoutFullStop
  }

  /// The message of a site's own check of submissions before its refusal: on Summit in a box of asterisks, where each
  /// sentence begins with two of them, otherwise in the line before.
  private static func reason(of lines: some Collection<Substring>) -> String? {
    let words = lines.filter { !$0.allSatisfy { $0 == "*" } }.map(\.trimmingBlanks)
    guard let start = words.firstIndex(where: { $0.hasPrefix("**") }) else {
      return words.last.map { "Request aborted by esub: \($0)" }
    }
    let text = words[start...].map { String($0.drop { $0 == "*" || $0 == " " }) }.joined(separator: " ")
    return text.withoutFullStop
  }

  /// The error for exit records that could not be read.
  static func ofRecords(_ answer: CommandAnswer) -> LauncherError { ofQuery(answer, of: "the jobs' exit records") }

  /// The error for a query that failed. Unknown words say nothing about a job.
  static func ofQuery(_ answer: CommandAnswer, of what: String) -> LauncherError { ofCommand(answer, of: what).ofLook }

  /// The error for a command that failed as a whole.
  static func ofCommand(_ answer: CommandAnswer, of what: String) -> LauncherError {
    if let interruption = answer.interruption {
      // Clients of a daemon that is down retry forever; their messages meanwhile say more than that the time was up.
      let tells = answer.result.ending == .timedOut && code(of: answer.complaint) != nil
      return tells ? unanswered(what, answer.complaint, answer) : interruption
    }
    return unanswered(what, answer.complaint.isEmpty ? answer.output(limit: 4096) : answer.complaint, answer)
  }
}

extension String {
  /// Without a full stop at its end.
  fileprivate var withoutFullStop: String { hasSuffix(".") && !hasSuffix("..") ? String(dropLast()) : self }
}
