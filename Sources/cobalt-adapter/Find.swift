import AdapterKit
import FoundationEssentials

/// Looks a submission up by its token, which is the name of the job's script: in the logs that `qsub` begins, in the
/// queue, in the jobs' exit records.
enum TokenSearch {
  static func run<Host: CommandHost>(_ request: FindRequest, on cobalt: Cobalt<Host>) async throws -> FindAnswer {
    try await request.search([
      { try await inLogs(request, cobalt) }, { try await inQueue(request, cobalt) },
      { try await inRecords(request, cobalt) },
    ])
  }

  private static func inLogs<Host: CommandHost>(
    _ request: FindRequest,
    _ cobalt: Cobalt<Host>
  ) async throws -> [JobReference] {
    guard let answer = try await cobalt.host.answerIfRecorded(to: CobaltLog.command(token: request.token)) else {
      return []
    }
    let text = answer.output(limit: 1 << 24)
    guard answer.succeeded else { throw Failures.ofQuery(answer, of: "the jobs' logs") }
    guard CobaltLog.isWhole(text) else { throw Failures.ofCutAnswer(answer) }
    let logs = CobaltLog.parse(text).filter { $0.isOf(token: request.token) }
    return logs.map { JobReference(id: $0.id, submittedAt: $0.submittedAt) }
  }

  private static func inQueue<Host: CommandHost>(
    _ request: FindRequest,
    _ cobalt: Cobalt<Host>
  ) async throws -> [JobReference] {
    let answer = try await cobalt.run(Qstat.commandArguments(user: try await UserName.own(on: cobalt)))
    if Qstat.knowsNone(answer) { return [] }
    guard answer.succeeded else { throw Failures.ofQuery(answer, of: "the queue") }
    var reader = try QstatReader(path: answer.result.stdoutPath, labels: Qstat.commandLabels)
    var jobs: [JobReference] = []
    while let item = try reader.next() {
      guard case .record(let record) = item, record["Command"]?.hasSuffix("/\(request.token).sh") == true,
        let id = record.id
      else { continue }
      jobs.append(JobReference(id: id, submittedAt: record["SubmitTime"].flatMap { CobaltTime.instant($0) }))
    }
    if reader.isCut, jobs.isEmpty { throw Failures.ofCutAnswer(answer) }
    return jobs
  }

  private static func inRecords<Host: CommandHost>(
    _ request: FindRequest,
    _ cobalt: Cobalt<Host>
  ) async throws -> [JobReference] {
    let records: [ExitRecord]
    do {
      records = try await ExitRecord.records(with: request.token, on: cobalt.host, failure: Failures.ofRecords)
    } catch let error as LauncherError where error.code == .notRecorded {
      // A recording without them is one of a machine that had none.
      return []
    }
    return records.filter { $0.server == JobScriptText.server && CobaltID.isWellFormed($0.id) }
      .map { JobReference(id: $0.id) }
  }
}
