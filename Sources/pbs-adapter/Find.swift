import AdapterKit
import FoundationEssentials

/// Looks a submission up by the token among its variables: in the queue, among what ended, in the jobs' exit records.
enum TokenSearch {
  static func run<Host: CommandHost>(_ request: FindRequest, on pbs: PBS<Host>) async throws -> FindAnswer {
    if let job = try await look(ListingCommand(), request, pbs) { return FindAnswer(jobs: [job]) }
    // Torque's one listing has what ended too.
    if pbs.site.family != .torque, let job = try await look(ListingCommand(history: true), request, pbs) {
      return FindAnswer(jobs: [job])
    }
    let answer = try await pbs.host.answer(to: ExitRecord.command(token: request.token))
    let records = ExitRecord.parse(answer.output(limit: 1 << 22)).filter { $0.token == request.token }
    guard let record = records.first else { return FindAnswer(jobs: []) }
    let number = record.id.prefix { $0 != "_" }
    let id = record.id.contains("_") ? "\(number)[].\(record.server)" : "\(number).\(record.server)"
    return FindAnswer(jobs: [JobReference(id: id, server: record.server)])
  }

  private static func look<Host: CommandHost>(
    _ command: ListingCommand,
    _ request: FindRequest,
    _ pbs: PBS<Host>
  ) async throws -> JobReference? {
    let (command, family, answer) = try await pbs.list(command)
    if let interruption = answer.interruption { throw interruption }
    let wanted = Submission.tokenPrefix + request.token
    var reader = try command.reader(family, path: answer.result.stdoutPath)
    var hasUnreadable = false
    while let reading = try reader.next() {
      guard case .record(let record) = reading else {
        hasUnreadable = true
        continue
      }
      guard record.submissionMark == wanted, PBSID(record.id)?.index == nil else { continue }
      let submitted = PBSTime.instant(record[.submitted])
      // Two clocks differ by less than ten minutes.
      if let since = request.since, let submitted, submitted < since.addingTimeInterval(-600) { continue }
      return JobReference(id: record.id, server: record[.server], submittedAt: submitted)
    }
    guard answer.succeeded else { throw Failures.ofQuery(answer, of: "the queue") }
    if reader.isCut || hasUnreadable {
      throw AdapterError(.truncatedOutput, "qstat's answer could not be read to its end", command: answer.failed)
    }
    return nil
  }
}
