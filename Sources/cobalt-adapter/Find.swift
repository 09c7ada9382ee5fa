import AdapterKit
import FoundationEssentials

/// Looks a submission up by its token, which is the name of the job's script: in the logs that `qsub` begins, in the
/// queue, in the jobs' exit records.
enum TokenSearch {
  static func run<Host: CommandHost>(_ request: FindRequest, on cobalt: Cobalt<Host>) async throws -> FindAnswer {
    var jobs = try await inLogs(request, cobalt)
    if jobs.isEmpty { jobs = try await inQueue(request, cobalt) }
    if jobs.isEmpty { jobs = try await inRecords(request, cobalt) }
    guard jobs.count > 1 else { return FindAnswer(jobs: jobs) }
    throw AdapterError(
      .uncertainSubmission,
      "several jobs carry the token \(request.token): \(jobs.map(\.id).joined(separator: ", "))",
      advice: "One submission makes one job: see which of them is yours."
    )
  }

  private static func inLogs<Host: CommandHost>(
    _ request: FindRequest,
    _ cobalt: Cobalt<Host>
  ) async throws -> [JobReference] {
    guard let answer = try await cobalt.runIfRecorded(CobaltLog.command(token: request.token)) else { return [] }
    let text = answer.output(limit: 1 << 24)
    guard answer.succeeded else { throw Failures.ofQuery(answer, of: "the jobs' logs") }
    guard CobaltLog.isWhole(text) else { throw Failures.ofCutAnswer(answer) }
    let logs = CobaltLog.parse(text).filter { $0.isOf(token: request.token) }
    return unique(logs.map { JobReference(id: $0.id, submittedAt: $0.submittedAt) })
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
    return unique(jobs)
  }

  private static func inRecords<Host: CommandHost>(
    _ request: FindRequest,
    _ cobalt: Cobalt<Host>
  ) async throws -> [JobReference] {
    guard let answer = try await cobalt.runIfRecorded(ExitRecord.command(token: request.token)) else { return [] }
    guard answer.succeeded else { throw Failures.ofQuery(answer, of: "the exit records") }
    let records = ExitRecord.parse(answer.output(limit: 1 << 22)).filter { record in
      record.token == request.token && record.server == JobScriptText.server && CobaltID.isWellFormed(record.id)
    }
    return unique(records.map { JobReference(id: $0.id) })
  }

  /// Each job once, as it was reported last.
  private static func unique(_ jobs: [JobReference]) -> [JobReference] {
    var byID: [String: JobReference] = [:]
    for job in jobs { byID[job.id] = job }
    return byID.sorted { $0.key < $1.key }.map(\.value)
  }
}
