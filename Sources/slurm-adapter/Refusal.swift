import AdapterKit

/// The words of `sbatch` about a submission that certainly created no job.
///
/// Once the request was sent, only known answers of the controller count: a lost answer may have been a yes. Recorded
/// as ‘Unspecified error’ for a job that was accepted (munge went away meanwhile), with lines about the communication
/// above it.
struct Refusal {
  let row: Complaint
  /// What is wrong, in Slurm's words, with the line that names the limit or is the site's own.
  let said: String

  /// What comes before the controller's answer, or before whatever came in its place.
  static let mark = "Batch job submission failed: "

  /// Interprets the words.
  ///
  /// - Returns: `nil` if they leave it open whether there is a job.
  init?(words: String, of spec: JobSpec) {
    guard !Self.doubts.contains(where: { words.contains($0) }) else { return nil }
    let lines = words.split(separator: "\n")
    let answer = lines.last { $0.contains(Self.mark) }
      .flatMap { line in line.firstRange(of: Self.mark).map { String(line[$0.upperBound...]) } }
    // The controller's additions appear as messages of sbatch.
    let added = lines.filter { $0.hasPrefix("sbatch: ") && !$0.contains(Self.mark) }.map { String(Failures.bare($0)) }
    if let row = Self.unsent.first(where: { words.contains($0.words) }) {
      self.row = row.complaint(spec)
      said = answer ?? Failures.sentence(words)
    } else if let answer {
      if answer == "Unspecified error", !added.isEmpty {
        // The site's own check said no in its own words: 22.05 and later pass them on with this answer.
        row = Complaint("", .invalidValue, "These are the site's words; ask the site.")
        said = added.joined(separator: " ")
        return
      }
      let explaining = Self.explanations.first { row in added.contains { $0.contains(row.words) } }
      // The controller asked sbatch to come again, until sbatch gave up.
      let isBusy = answer == "Resource temporarily unavailable"
      let named = Self.answers.first { answer.contains($0.words) }
      guard let known = isBusy ? explaining : named else { return nil }
      row = Self.isPassing(added) ? Complaint("", .submitLimitReached) : (explaining ?? known).complaint(spec)
      // The line above names the partition.
      said = (added + (added.contains { $0.hasPrefix("invalid partition") } ? [] : [answer])).joined(separator: ": ")
    } else {
      let option = Self.ownRow(in: words)
      guard let row = option ?? Self.own.first(where: { words.contains($0.words) }) else {
        // `fatal` ends sbatch before it contacts the controller.
        guard let fatal = lines.last(where: { $0.hasPrefix("sbatch: fatal: ") }) else { return nil }
        self.row = Row("", .invalidValue, Self.options).complaint(spec)
        said = String(Failures.bare(fatal))
        return
      }
      self.row = row.complaint(spec)
      said = Failures.sentence(words)
    }
  }

  /// Whether the limit named is one that goes away on its own as jobs end: `AssocGrpSubmitJobsLimit`,
  /// `QOSMaxSubmitJobPerUserLimit`, `AssocMaxJobsLimit`, `MaxSubmitJobsPerAccount`. The others are of the job's own
  /// size.
  private static func isPassing(_ lines: [String]) -> Bool {
    lines.joined(separator: " ").split { !$0.isLetter }.contains { word in
      var rest = word
      for prefix in ["Assoc", "QOS"] where rest.hasPrefix(prefix) { rest = rest.dropFirst(prefix.count) }
      guard rest.hasPrefix("Grp") || rest.hasPrefix("Max") else { return false }
      return rest.dropFirst(3).hasPrefix("SubmitJob") || rest.dropFirst(3).hasPrefix("Job")
    }
  }

  /// `Invalid --time specification`, `Invalid --nice value`: of an option, before anything is sent.
  private static func ownRow(in words: String) -> Row? {
    guard let place = words.firstRange(of: "nvalid --") else { return nil }
    let option = words[place.upperBound...].prefix { $0.isLetter || $0 == "-" }
    return Row("", .invalidValue, fields[String(option)].map { [$0] } ?? options)
  }

  private static let fields: [String: JobSpec.Field] = [
    "time": .walltime, "mem": .memory, "mem-per-cpu": .memory, "begin": .begin, "deadline": .deadline,
    "nodes": .nodes, "ntasks": .tasks, "ntasks-per-node": .tasksPerNode, "cpus-per-task": .cpusPerTask,
    "nodelist": .hosts, "exclude": .excludedHosts, "mail-type": .mail, "array": .array, "gpus": .gpus,
  ]

  /// A row of a table, with the fields that it may be about.
  struct Row {
    let words: String
    let code: LauncherError.Code
    let fields: [JobSpec.Field]
    let advice: String?

    init(_ words: String, _ code: LauncherError.Code, _ fields: [JobSpec.Field] = [], _ advice: String? = nil) {
      (self.words, self.code, self.fields, self.advice) = (words, code, fields, advice)
    }

    /// The row with those of its fields that the specification uses; a row with only one field keeps it, written or
    /// not.
    func complaint(_ spec: JobSpec) -> Complaint {
      var written = fields
      if words.hasPrefix("Pathname") {
        written = fields.filter { Self.length(of: $0, in: spec) > 1000 }
      } else if fields.count > 1 {
        let used = spec.usedFields.filter { $0 != .native || spec.native["slurm"]?.isEmpty == false }
        written = fields.filter { used.contains($0) }
        if written.first == .native { written = [.native] }
      }
      let names = written.map { $0 == .native ? "native.slurm" : $0.rawValue }
      return Complaint(words, code, field: names.isEmpty ? nil : names.joined(separator: ", "), advice)
    }

    private static func length(of field: JobSpec.Field, in spec: JobSpec) -> Int {
      let text =
        switch field {
        case .name: spec.name
        case .directory: spec.directory
        case .stdin: spec.standardInput
        case .stdout: spec.standardOutput
        case .stderr: spec.standardError
        default: nil as String?
        }
      return text?.utf8.count ?? 0
    }
  }

  /// Words of a connection that broke after the request may have been sent.
  private static let doubts = [
    "RESPONSE_", "Socket timed out", "Zero Bytes", "Unexpected message", "Message send failure",
    "Message receive failure", "(send failure)", "(receive failure)", "(shutdown failure)", "Connection timed out",
    "Connection reset", "Broken pipe", "Header lengths", "Insane message length", "Incompatible versions",
    "Munge decode", "_print_cred", "auth_g_verify", "auth_g_unpack", "unpack", "slurm_receive_msg", "slurm_recv",
  ]

  /// Words of a request that was never sent.
  private static let unsent: [Row] = [
    Row("(connect failure)", .schedulerUnreachable, [], "Ask the site, or try again later."),
    Row("Connection refused", .schedulerUnreachable),
    Row("Unable to establish configuration source", .schedulerUnreachable),  // source: no slurm.conf
    Row("Could not establish a configuration source", .schedulerUnreachable),  // source: no slurm.conf
    Row("Unable to process configuration file", .schedulerUnreachable),  // source
    Row("Munge encode failed", .schedulerUnreachable, [], Failures.munge),  // recorded: liveslurm/04
    Row("auth_g_create: REQUEST_SUBMIT_BATCH_JOB has authentication error", .schedulerUnreachable, [], Failures.munge),
  ]

  /// Lines above the controller's answer that say more than it.
  private static let explanations: [Row] = [
    Row("Slurm temporarily unable to accept job", .schedulerBusy),
    Row("Memory specification can not be satisfied", .limitExceeded, [.memory]),
  ]
}
