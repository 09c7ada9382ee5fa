import AdapterKit

/// The errors for a submission that did not answer with a job.
extension Failures {
  /// After these words the server may have accepted the job nevertheless: it hung, went away in the middle, or had an
  /// internal failure.
  private static let doubtful = [
    "End of File", "Premature end", "Connection timed out", "Time out", "socket", "Socket", "internal error",
    "System error", "Failed to save job", "rotocol",
  ]

  /// The error for a submission that did not answer with a job: a refusal, or nothing reliable.
  ///
  /// - Parameters:
  ///   - answer: the answer of qsub.
  ///   - told: what was found in the answer.
  ///   - spec: the specification: a refusal names the field that the user wrote.
  static func ofSubmission(_ answer: CommandAnswer, _ told: QsubAnswer, of spec: JobSpec) -> LauncherError {
    // Whatever follows an id, there may be a job.
    let row = told.id == nil ? row(for: answer.complaint) ?? row(for: told.remarks.joined(separator: "\n")) : nil
    // A site's wrapper may put qsub's words on the other stream.
    let all = ([answer.complaint] + told.remarks).joined(separator: "\n")
    let isDoubtful = doubtful.contains { all.contains($0) } || row?.code == .schedulerTimedOut
    if let row, !isDoubtful, answer.exitCode != nil {
      var row = row
      row = Row(row.words, row.code, field: field(of: row, answer.complaint, spec), row.advice)
      return refused(row, words(of: told), answer)
    }
    if let error = ofUnspokenSubmission(answer) { return error }
    let said = words(of: told)
    // A hook of the site refuses in its own words, with 32 (recorded: submit-errors/63 of OpenPBS 23.06.06).
    if answer.exitCode == 32, told.id == nil, !isDoubtful, !said.isEmpty {
      return refused(Row(said, .notPermitted), said, answer)
    }
    return uncertain(said, answer)
  }

  /// The whole text of qsub and the site, on both streams: a site explains its refusal in its own lines.
  private static func words(of told: QsubAnswer) -> String {
    var lines = told.remarks.map { line in
      String(line.split(separator: " ", omittingEmptySubsequences: true).joined(separator: " "))
    }
    // A usage text is followed by nothing that is not also before it; another sentence announces this text.
    if let usage = lines.firstIndex(where: { $0.hasPrefix("usage:") }), usage > 0 { lines.removeSubrange(usage...) }
    lines.removeAll { $0.contains("more detailed explanation prior to this notice") }
    return lines.prefix(20).reduce("") { text, line in
      guard let last = text.last else { return line }
      return text + (".:;,!?".contains(last) ? " " : "; ") + line
    }
  }

  /// The field that the user wrote, for a refusal in PBS's own words.
  private static func field(of row: Row, _ complaint: String, _ spec: JobSpec) -> String? {
    if [.unknownJob, .alreadyFinished].contains(row.code), !spec.dependencies.isEmpty { return "dependencies" }
    switch row.field {
    case "constraints": return resource(in: complaint).flatMap { field(ofResource: $0, spec) } ?? row.field
    case "nodes":
      let fields = ChunkRequest.fields(of: spec).filter { $0 != "memory" }
      return fields.isEmpty ? ofOwnOptions(spec) ?? row.field : fields.joined(separator: ", ")
    case "native.pbs": return ofOwnOptions(spec) ?? row.field
    default: return row.field
    }
  }

  /// The name in `Unknown resource Resource_List.frobs` and `Unknown resource: frobs`.
  private static func resource(in complaint: String) -> String? {
    guard let mark = complaint.firstRange(of: "nknown resource") else { return nil }
    let words = complaint[mark.upperBound...].prefix { $0 != "\n" && $0 != ")" }.split { $0 == " " || $0 == ":" }
    guard let name = words.first(where: { $0 != "type" }) else { return nil }
    return name.split(separator: ".").last.map(String.init)
  }

  private static func field(ofResource name: String, _ spec: JobSpec) -> String? {
    if ["ngpus", "gpus"].contains(name), spec.gpus != nil { return "gpus" }
    if spec.licences[name] != nil { return "licences" }
    if spec.constraints.contains(where: { $0.split(separator: "=").first.map(String.init) == name }) {
      return "constraints"
    }
    if spec.hosts.contains(name) { return "hosts" }
    return ofOwnOptions(spec)
  }

  /// Where the user's own options are.
  private static func ofOwnOptions(_ spec: JobSpec) -> String? {
    if spec.native["pbs"]?.isEmpty == false { return "native.pbs" }
    if case .script(let text) = spec.work, text.contains("#PBS") { return "script" }
    return nil
  }
}
