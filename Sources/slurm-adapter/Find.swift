import AdapterKit
import FoundationEssentials

/// Looks a submission up by the token in its comment: in the queue, in accounting, in the jobs' exit records.
enum TokenSearch {
  static func run<Host: CommandHost>(_ request: FindRequest, on slurm: Slurm<Host>) async throws -> FindAnswer {
    try await request.search([
      { try await inQueue(request, slurm) }, { try await inAccounting(request, slurm) },
      { try await inRecords(request, slurm) },
    ])
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
    if found.isCut { throw LauncherError(.truncatedOutput, "squeue's answer is cut", command: answer.failed) }
    if found.rows == 0, Failures.code(of: answer.complaint) != nil { throw Failures.ofQuery(answer, of: "the queue") }
    return found.jobs
  }

  private static func inAccounting<Host: CommandHost>(
    _ request: FindRequest,
    _ slurm: Slurm<Host>
  ) async throws -> [JobReference] {
    // One day if the time of the submission is not known, plus a margin for two clocks. It is given as a distance:
    // sacct would read a time in its host's zone.
    let since = request.since ?? Date(timeIntervalSinceNow: -86_400)
    let seconds = max(0, Int64(-since.timeIntervalSinceNow.rounded(.down))) + Int64(FindRequest.clockTolerance)
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
    let records = try await ExitRecord.records(with: request.token, on: slurm.host, failure: Failures.ofRecords)
    // Each task of an array has its own record.
    return records.compactMap { record in
      SlurmID(record.id).map { JobReference(id: "\($0.number)", server: record.server) }
    }
  }

  /// The columns of a row that are needed; the id is the first.
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
    let wanted = Array((SbatchCommand.commentPrefix + request.token).utf8)
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
        request.covers(SlurmTime.instant(splitter.column(columns.submitted, of: record)))
      else { continue }
      jobs[id.number] = JobReference(
        id: "\(id.number)",
        server: splitter.column(columns.cluster, of: record).text,
        submittedAt: SlurmTime.instant(splitter.column(columns.submitted, of: record))
      )
    }
    return (Array(jobs.values), rows, records.endsMidLine)
  }
}
