import AdapterKit

extension Failures {
  /// The error for a submission that did not answer with a job: a refusal, or nothing reliable.
  ///
  /// `bsub` prints “Job not submitted” for every failure, even for a connection that broke after the request was sent:
  /// then it proves nothing. And some refuse with exit code 0.
  ///
  /// - Parameter spec: the specification, so that a refusal names a field that it has.
  static func ofSubmission(_ answer: CommandAnswer, of spec: JobSpec) -> LauncherError {
    if answer.command.argv.first == "sh", let error = ofStoring(answer) { return error }
    let complaint = answer.output(limit: 65_536) + "\n" + answer.complaint
    let said = sentence(complaint)
    guard answer.exitCode != nil else { return ofUnspokenSubmission(answer) ?? uncertain(said, answer) }
    let isRefusal = refusalWords.contains { complaint.contains($0) }
    if isBroken(complaint) {
      return uncertain(isRefusal ? "\(said); what bsub says of the job then proves nothing" : said, answer)
    }
    // Usage is printed before anything is sent.
    guard let row = row(for: complaint), isRefusal || answer.exitCode != 0 else {
      if isRefusal {
        let isOfGPUs = spec.gpus != nil && said.lowercased().contains("gpu")
        return refused(Row(said, .invalidValue, field: isOfGPUs ? "gpus" : nil), said, answer)
      }
      guard answer.exitCode == 0 else { return uncertain(said, answer) }
      return uncertain(said.isEmpty ? "it named no job" : "it named no job, and said: \(said)", answer)
    }
    let field = row.field.map { RefusedField.name(for: $0, in: spec) }
    return refused(Row(row.words, row.code, field: field, row.advice), said, answer)
  }

  /// bsub(1): every refusal says so.
  private static let refusalWords = ["ob not submitted", "Usage: bsub", "Request aborted by esub"]

  /// The error of the shell that stores the script if bsub requires a file; `nil` if bsub was run.
  private static func ofStoring(_ answer: CommandAnswer) -> LauncherError? {
    switch answer.exitCode {
    case 127:
      // The shell that stores the script was found; so it was bsub that was not found.
      return LauncherError(.commandMissing, "there is no command ‘\(submitCommand)’ here", command: answer.failed)
    case BsubCommand.unstored:
      let said = sentence(answer.complaint)
      return LauncherError(
        said.contains("No space left") || said.contains("quota") ? .diskFull : .scriptUnreadable,
        "the job's script could not be stored\(said.isEmpty ? "" : ": \(said)"); nothing was submitted",
        command: answer.failed
      )
    default: return nil
    }
  }
}

/// Which of a specification's fields a refusal is about: several of them become one option of `bsub`.
enum RefusedField {
  static func name(for field: String, in spec: JobSpec) -> String {
    let candidates: [(String, Bool)]
    switch field {
    case "constraints":
      // Parts of `-R`.
      candidates = [
        ("constraints", !spec.constraints.isEmpty), ("licences", !spec.licences.isEmpty),
        ("excludedHosts", !spec.excludedHosts.isEmpty), ("memory", spec.memory != nil),
      ]
    case "tasks":
      candidates = [
        ("tasks", spec.tasks != nil), ("tasksPerNode", spec.tasksPerNode != nil), ("nodes", spec.nodes != nil),
        ("cpusPerTask", spec.cpusPerTask != nil),
      ]
    case "hosts": candidates = [("hosts", !spec.hosts.isEmpty), ("excludedHosts", !spec.excludedHosts.isEmpty)]
    case "begin": candidates = [("begin", spec.begin != nil), ("deadline", spec.deadline != nil)]
    case "walltime": candidates = [("walltime", spec.walltime != nil)]
    case "memory": candidates = [("memory", spec.memory != nil)]
    case "gpus": candidates = [("gpus", spec.gpus != nil)]
    case "reservation": candidates = [("reservation", spec.reservation != nil)]
    case "dependencies": candidates = [("dependencies", !spec.dependencies.isEmpty)]
    case "priority": candidates = [("priority", spec.priority != nil)]
    case "array": candidates = [("array", spec.array != nil)]
    default: return field
    }
    let used = candidates.filter(\.1).map(\.0)
    if !used.isEmpty { return used.joined(separator: ", ") }
    if spec.native["lsf"]?.isEmpty == false { return "native.lsf" }
    if case .script(let text) = spec.work, text.contains("#BSUB") { return "script: #BSUB" }
    return field
  }
}
