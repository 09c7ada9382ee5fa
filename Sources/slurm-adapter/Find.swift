import AdapterKit
import FoundationEssentials

/// Looks a submission up by the token in its comment: in the queue, in accounting, in the jobs' exit records.
enum TokenSearch {
  static func run<Host: CommandHost>(_ request: FindRequest, on slurm: Slurm<Host>) async throws -> FindAnswer {
    if let job = try await inQueue(request, slurm) { return FindAnswer(jobs: [job]) }
    if let job = try await inAccounting(request, slurm) { return FindAnswer(jobs: [job]) }
    let answer = try await slurm.host.answer(to: ExitRecord.command(token: request.token))
    let records = ExitRecord.parse(answer.output(limit: 1 << 22)).filter { $0.token == request.token }
    guard let record = records.first, let id = SlurmID(record.id) else { return FindAnswer(jobs: []) }
    return FindAnswer(jobs: [JobReference(id: "\(id.number)", server: record.server)])
  }

  private static func inQueue<Host: CommandHost>(
    _ request: FindRequest,
    _ slurm: Slurm<Host>
  ) async throws -> JobReference? {
    let answer = try await slurm.run(Squeue.arguments(Squeue.findColumns, ids: nil))
    guard answer.succeeded else { throw Failures.ofQuery(answer, of: "the queue") }
    let wanted = Array((Submission.commentPrefix + request.token).utf8)
    var splitter = ColumnSplitter(
      columns: Squeue.findColumns.count,
      delimiter: Squeue.delimiter,
      isTerminated: true
    )
    let records = try RecordReader(path: answer.result.stdoutPath)
    var rows = 0
    while let record = try records.next() {
      rows += 1
      guard splitter.split(record), splitter.column(5, of: record).elementsEqual(wanted),
        let id = SlurmID(splitter.column(0, of: record)), isRecent(splitter.column(3, of: record), request)
      else { continue }
      return JobReference(
        id: "\(id.number)",
        server: splitter.column(4, of: record).text,
        submittedAt: SlurmTime.instant(splitter.column(3, of: record))
      )
    }
    if records.endsMidLine { throw AdapterError(.truncatedOutput, "squeue's answer is cut", command: answer.failed) }
    if rows == 0, Failures.code(of: answer.complaint) != nil { throw Failures.ofQuery(answer, of: "the queue") }
    return nil
  }

  private static func inAccounting<Host: CommandHost>(
    _ request: FindRequest,
    _ slurm: Slurm<Host>
  ) async throws -> JobReference? {
    // A day where the time of the submission is not told, and a margin for two clocks. As a distance: sacct would read
    // a time in its host's zone.
    let since = request.since ?? Date(timeIntervalSinceNow: -86_400)
    let seconds = max(0, Int64(-since.timeIntervalSinceNow.rounded(.down))) + 600
    let answer = try await slurm.run([
      "sacct", "--noheader", "--parsable2", "--allocations", "--delimiter=\u{1F}", "--starttime=now-\(seconds)seconds",
      "--format=JobID,Submit,Cluster,Comment",
    ])
    guard answer.succeeded else {
      if Sacct.isDisabled(answer.complaint) || answer.result.ending == .notFound { return nil }
      var error = Failures.ofQuery(answer, of: "accounting")
      error.code = .accountingUnavailable
      throw error
    }
    let wanted = Array((Submission.commentPrefix + request.token).utf8)
    var splitter = ColumnSplitter(columns: 4, delimiter: 0x1F, isTerminated: false)
    let records = try RecordReader(path: answer.result.stdoutPath)
    while let record = try records.next() {
      guard splitter.split(record), splitter.column(3, of: record).elementsEqual(wanted),
        let id = SlurmID(splitter.column(0, of: record)), isRecent(splitter.column(1, of: record), request)
      else { continue }
      return JobReference(
        id: "\(id.number)",
        server: splitter.column(2, of: record).text,
        submittedAt: SlurmTime.instant(splitter.column(1, of: record))
      )
    }
    return nil
  }

  /// Whether a job was submitted after the search's time, two clocks' difference apart.
  private static func isRecent(_ time: UnsafeRawBufferPointer, _ request: FindRequest) -> Bool {
    guard let since = request.since, let submitted = SlurmTime.instant(time) else { return true }
    return submitted > since.addingTimeInterval(-600)
  }
}
