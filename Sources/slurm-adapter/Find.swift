import AdapterKit
import FoundationEssentials

/// Looks a submission up by the token in its comment: in the queue, in accounting, in the jobs' exit records.
///
/// A job counts that carries the token and nothing else. Several jobs with one token were submitted twice, and none of
/// them is the one that is looked for.
enum TokenSearch {
  static func run<Host: CommandHost>(_ request: FindRequest, on slurm: Slurm<Host>) async throws -> FindAnswer {
    let sources: [() async throws -> [JobReference]] = [
      { try await inQueue(request, slurm) }, { try await inAccounting(request, slurm) },
      { try await inRecords(request, slurm) },
    ]
    for source in sources {
      let jobs = try await source()
      guard jobs.count < 2 else {
        let list = jobs.map(\.id).sorted().joined(separator: ", ")
        throw AdapterError(
          .uncertainSubmission,
          "\(jobs.count) jobs carry the token \(request.token): \(list); which of them was meant is not known",
          advice: "Look at them, and cancel those that are one too many."
        )
      }
      if !jobs.isEmpty { return FindAnswer(jobs: jobs) }
    }
    return FindAnswer(jobs: [])
  }

  private static func inQueue<Host: CommandHost>(
    _ request: FindRequest,
    _ slurm: Slurm<Host>
  ) async throws -> [JobReference] {
    let answer = try await slurm.run(Squeue.arguments(Squeue.findColumns, ids: nil))
    guard answer.succeeded else { throw Failures.ofQuery(answer, of: "the queue") }
    let found = try jobs(
      in: answer,
      request,
      Columns(count: Squeue.findColumns.count, submitted: 3, cluster: 4, comment: 5, isTerminated: true)
    )
    if found.isCut { throw AdapterError(.truncatedOutput, "squeue's answer is cut", command: answer.failed) }
    if found.rows == 0, Failures.code(of: answer.complaint) != nil { throw Failures.ofQuery(answer, of: "the queue") }
    return found.jobs
  }

  private static func inAccounting<Host: CommandHost>(
    _ request: FindRequest,
    _ slurm: Slurm<Host>
  ) async throws -> [JobReference] {
    // A day where the time of the submission is not told, and a margin for two clocks. As a distance: sacct would read
    // a time in its host's zone.
    let since = request.since ?? Date(timeIntervalSinceNow: -86_400)
    let seconds = max(0, Int64(-since.timeIntervalSinceNow.rounded(.down))) + 600
    let answer = try await slurm.run([
      "sacct", "--noheader", "--parsable2", "--allocations", "--delimiter=\u{1F}", "--starttime=now-\(seconds)seconds",
      "--format=JobID,Submit,Cluster,Comment",
    ])
    guard answer.succeeded else {
      if Sacct.isDisabled(answer.complaint) || answer.result.ending == .notFound { return [] }
      var error = Failures.ofQuery(answer, of: "accounting")
      error.code = .accountingUnavailable
      throw error
    }
    return try jobs(
      in: answer,
      request,
      Columns(count: 4, submitted: 1, cluster: 2, comment: 3, isTerminated: false)
    ).jobs
  }

  private static func inRecords<Host: CommandHost>(
    _ request: FindRequest,
    _ slurm: Slurm<Host>
  ) async throws -> [JobReference] {
    let answer = try await slurm.host.answer(to: ExitRecord.command(token: request.token))
    guard answer.succeeded else { throw Failures.ofQuery(answer, of: "the exit records") }
    let records = ExitRecord.parse(answer.output(limit: 1 << 22)).filter { $0.token == request.token }
    // The tasks of an array have a record each.
    let jobs = records.compactMap { record in
      SlurmID(record.id).map { JobReference(id: "\($0.number)", server: record.server) }
    }
    return Array(Set(jobs))
  }

  /// Where in a row stands what is looked for; the id is the first.
  private struct Columns {
    let count: Int
    let submitted: Int
    let cluster: Int
    let comment: Int
    let isTerminated: Bool
  }

  /// The jobs of a listing that carry the token.
  private static func jobs(
    in answer: CommandAnswer,
    _ request: FindRequest,
    _ columns: Columns
  ) throws -> (jobs: [JobReference], rows: Int, isCut: Bool) {
    let wanted = Array((Submission.commentPrefix + request.token).utf8)
    var splitter = ColumnSplitter(
      columns: columns.count,
      delimiter: Squeue.delimiter,
      isTerminated: columns.isTerminated
    )
    let records = try RecordReader(path: answer.result.stdoutPath)
    var jobs: [Int: JobReference] = [:]
    var rows = 0
    while let record = try records.next() {
      // Text that a site prints around the rows has no delimiter.
      guard record.firstPlace(of: Squeue.delimiter) != nil else { continue }
      rows += 1
      guard splitter.split(record), splitter.column(columns.comment, of: record).elementsEqual(wanted),
        let id = SlurmID(splitter.column(0, of: record)),
        isRecent(splitter.column(columns.submitted, of: record), request)
      else { continue }
      jobs[id.number] = JobReference(
        id: "\(id.number)",
        server: splitter.column(columns.cluster, of: record).text,
        submittedAt: SlurmTime.instant(splitter.column(columns.submitted, of: record))
      )
    }
    return (Array(jobs.values), rows, records.endsMidLine)
  }

  /// Whether a job was submitted after the search's time, two clocks' difference apart.
  private static func isRecent(_ time: UnsafeRawBufferPointer, _ request: FindRequest) -> Bool {
    guard let since = request.since, let submitted = SlurmTime.instant(time) else { return true }
    return submitted > since.addingTimeInterval(-600)
  }
}
