import AdapterKit

/// Looks a submission up by its token, which is the name of the job's script: in the logs that `qsub` begins, in the
/// queue, in the jobs' exit records.
enum TokenSearch {
  static func run<Host: CommandHost>(_ request: FindRequest, on cobalt: Cobalt<Host>) async throws -> FindAnswer {
    if let job = try await inLogs(request, cobalt) { return FindAnswer(jobs: [job]) }
    if let job = try await inQueue(request, cobalt) { return FindAnswer(jobs: [job]) }
    let answer = try await cobalt.runIfRecorded(ExitRecord.command(token: request.token))
    let records = ExitRecord.parse(answer?.output(limit: 1 << 22) ?? "")
    guard let record = records.first(where: { $0.token == request.token && $0.server == JobScriptText.server }) else {
      return FindAnswer(jobs: [])
    }
    return FindAnswer(jobs: [JobReference(id: record.id)])
  }

  private static func inLogs<Host: CommandHost>(
    _ request: FindRequest,
    _ cobalt: Cobalt<Host>
  ) async throws -> JobReference? {
    guard let answer = try await cobalt.runIfRecorded(CobaltLog.command(token: request.token)) else { return nil }
    let logs = CobaltLog.parse(answer.output(limit: 1 << 24))
    guard let log = logs.last(where: { $0.submission.contains("/\(request.token).sh") }) else { return nil }
    return JobReference(id: log.id, submittedAt: log.submittedAt)
  }

  private static func inQueue<Host: CommandHost>(
    _ request: FindRequest,
    _ cobalt: Cobalt<Host>
  ) async throws -> JobReference? {
    let answer = try await cobalt.run(Qstat.commandArguments(user: try await UserName.own(on: cobalt)))
    if Qstat.knowsNone(answer) { return nil }
    guard answer.succeeded else { throw Failures.ofQuery(answer, of: "the queue") }
    var reader = try QstatReader(path: answer.result.stdoutPath, labels: Qstat.commandLabels)
    while let item = try reader.next() {
      guard case .record(let record) = item, record["Command"]?.hasSuffix("/\(request.token).sh") == true,
        let id = record.id
      else { continue }
      return JobReference(id: id, submittedAt: record["SubmitTime"].flatMap { CobaltTime.instant($0) })
    }
    if reader.isCut { throw Failures.ofCutAnswer(answer) }
    return nil
  }
}
