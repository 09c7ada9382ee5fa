import AdapterKit
import FoundationEssentials

/// How jobs ended that `qstat` has forgotten: their exit records, then their logs.
struct JobEnds<Host: CommandHost> {
  private let cobalt: Cobalt<Host>
  private var records: [String: [ExitRecord]] = [:]
  private var logs: [String: [CobaltLog]] = [:]
  /// A source that could not be read, and might have known more.
  private(set) var fault: LauncherError?

  init(cobalt: Cobalt<Host>) { self.cobalt = cobalt }

  /// Reads the records and logs of jobs that were submitted here.
  mutating func read(ids: [String]) async throws {
    let cobalt = cobalt
    async let recordAnswer = ExitRecord.records(
      of: ids,
      server: JobScriptText.server,
      on: cobalt.host,
      failure: Failures.ofRecords
    )
    async let logAnswer = cobalt.host.answerIfRecorded(to: CobaltLog.command(ids: ids))
    let (recordsRead, logsRead) = try await (recordAnswer, logAnswer)
    fault = fault ?? recordsRead.fault
    for record in recordsRead.records { records[record.id, default: []].append(record) }
    if let text = text(of: logsRead, "the jobs' logs") {
      if let logsRead, !CobaltLog.isWhole(text) { fault = fault ?? Failures.ofCutAnswer(logsRead) }
      add(text)
    }
  }

  /// Reads logs in the folder that commands run in.
  mutating func readHere(ids: [String]) async throws {
    guard !ids.isEmpty else { return }
    if let answer = try await cobalt.host.answerIfRecorded(to: CobaltLog.commandHere(ids: ids)) {
      guard let text = text(of: answer, "the jobs' logs") else { return }
      if !CobaltLog.isWhole(text) { fault = fault ?? Failures.ofCutAnswer(answer) }
      return add(text)
    }
    // `cat` prints those that exist, and fails because of the others.
    guard let answer = try await cobalt.host.answerIfRecorded(to: CobaltLog.plainCommandHere(ids: ids)) else { return }
    let text = answer.output(limit: 1 << 26)
    add(text)
    let complaints = answer.complaint.withPlainLineEnds.split(separator: "\n")
    let isAbout = { (line: Substring) in line.hasSuffix("No such file or directory") || line.hasSuffix("denied") }
    if !answer.succeeded, answer.exitCode != 1 || complaints.isEmpty || !complaints.allSatisfy(isAbout) {
      fault = fault ?? Failures.ofQuery(answer, of: "the jobs' logs")
    } else if !text.isEmpty, !text.endsWithLine {
      fault = fault ?? Failures.ofCutAnswer(answer)
    }
  }

  private mutating func text(of answer: CommandAnswer?, _ what: String) -> String? {
    // A recording without them counts as one of a machine that had none.
    guard let answer else { return nil }
    guard answer.succeeded else {
      fault = fault ?? Failures.ofQuery(answer, of: what)
      return nil
    }
    return answer.output(limit: 1 << 26)
  }

  private mutating func add(_ text: String) {
    for log in CobaltLog.parse(text) { logs[log.id, default: []].append(log) }
  }

  /// Whether any source shows how some job with an id ended.
  func knowsEnd(of id: String) -> Bool {
    records[id] != nil || logs[id]?.contains { $0.status(reportedID: id) != nil } == true
  }

  /// The status of a job; `nil` if no source shows its end.
  func status(of job: AskedJob) -> JobStatus? {
    let id = job.reference.id
    let log = log(of: job)
    guard let record = record(of: job) else {
      guard var status = log?.status(reportedID: id) else { return nil }
      status.server = job.reference.server
      return status
    }
    var status = record.status(id: id)
    status.server = job.reference.server
    if let log {
      log.add(to: &status)
      // The script saw how its command ended; Cobalt knows who ended it, or that its time was up.
      if let told = log.status(reportedID: id) {
        if log.end == .walltime { status.state = told.state }
        if case .deleted? = log.end { (status.state, status.reason) = (told.state, told.reason) }
      }
    }
    return status
  }

  /// The sentence about a job whose end no source shows.
  func sentence(for job: AskedJob) -> String {
    let id = job.reference.id
    guard let log = log(of: job) else {
      if let other = logs[id]?.last?.submittedAt {
        return "qstat does not know it, and number \(id) was given to another job, of \(RFC3339.string(from: other))"
      }
      return "qstat does not know it, it left no exit record, and its .cobaltlog is not where this can look"
    }
    return log.starts == 0
      ? "qstat does not know it any more, and its .cobaltlog does not say that it was started"
      : "qstat does not know it any more, and its .cobaltlog does not say how it ended"
  }

  private func record(of job: AskedJob) -> ExitRecord? {
    // Numbers are reused, and two Cobalts that share a home assign the same ones: the token distinguishes them.
    var reference = job.reference
    reference.server = nil
    return records[reference.id]?.last { $0.belongs(to: reference, within: AskedJob.clockTolerance) }
  }

  /// The log of this job: of several with its id, the one whose submission is nearest; the last one if that is not
  /// known. Its clock is that of the host where `qsub` ran.
  private func log(of job: AskedJob) -> CobaltLog? {
    let fitting =
      logs[job.reference.id]?.filter { log in
        job.reference.isSubmitted(at: log.submittedAt, within: AskedJob.clockTolerance)
          && job.reference.token.map(log.isOf) != false
      } ?? []
    guard let known = job.reference.submittedAt else { return fitting.last }
    return fitting.min { distance($0, known) < distance($1, known) }
  }

  private func distance(_ log: CobaltLog, _ moment: Date) -> Double {
    log.submittedAt.map { abs($0.timeIntervalSince(moment)) } ?? .infinity
  }
}
