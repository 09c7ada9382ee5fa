import AdapterKit
import FoundationEssentials

/// Looks a submission up by the token among its variables: in the queue, among finished jobs, in the jobs' exit
/// records.
enum TokenSearch {
  static func run<Host: CommandHost>(_ request: FindRequest, on pbs: PBS<Host>) async throws -> FindAnswer {
    var sources = [{ try await look(ListingCommand(), request, pbs) }]
    // Torque's single listing includes finished jobs.
    if pbs.site.family != .torque { sources.append { try await look(ListingCommand(history: true), request, pbs) } }
    sources.append { try await inRecords(request, pbs) }
    return try await request.search(sources)
  }

  private static func inRecords<Host: CommandHost>(
    _ request: FindRequest,
    _ pbs: PBS<Host>
  ) async throws -> [JobReference] {
    let records = try await ExitRecord.records(with: request.token, on: pbs.host, failure: Failures.ofRecords)
    return try await own(records, pbs).map(reference(of:))
  }

  /// The records that jobs of this PBS wrote: another scheduler that shares the home may have received the same token.
  private static func own<Host: CommandHost>(
    _ records: [ExitRecord],
    _ pbs: PBS<Host>
  ) async throws -> [ExitRecord] {
    guard !records.isEmpty, let answer = try await pbs.runIfPossible(["qstat", "-B"]), answer.succeeded else {
      return records
    }
    let servers = PBSDetection.servers(in: answer.output(limit: 65_536))
    if servers.isEmpty { return records }
    return records.filter { record in
      record.server == JobScriptText.namelessServer || servers.contains { PBSID.isSameServer($0, record.server) }
    }
  }

  private static func reference(of record: ExitRecord) -> JobReference {
    let number = record.id.prefix { $0 != "_" } + (record.id.contains("_") ? "[]" : "")
    guard record.server != JobScriptText.namelessServer else { return JobReference(id: String(number)) }
    return JobReference(id: "\(number).\(record.server)", server: record.server)
  }

  private static func look<Host: CommandHost>(
    _ command: ListingCommand,
    _ request: FindRequest,
    _ pbs: PBS<Host>
  ) async throws -> [JobReference] {
    let (command, family, answer) = try await pbs.list(command)
    if let interruption = answer.interruption { throw interruption }
    let wanted = QsubCommand.tokenPrefix + request.token
    var reader = try command.reader(family, path: answer.result.stdoutPath)
    var hasUnreadable = false
    var found: [JobReference] = []
    while let reading = try reader.next() {
      guard case .record(let record) = reading else {
        hasUnreadable = true
        continue
      }
      guard record.submissionMark == wanted, PBSID(record.id)?.index == nil else { continue }
      let submitted = PBSTime.instant(record[.submitted])
      guard request.covers(submitted) else { continue }
      found.append(JobReference(id: record.id, server: record[.server], submittedAt: submitted))
    }
    if !found.isEmpty { return found }
    guard answer.succeeded else { throw Failures.ofQuery(answer, of: "the queue") }
    if reader.isCut || hasUnreadable {
      throw LauncherError(.truncatedOutput, "qstat's answer could not be read to its end", command: answer.failed)
    }
    return []
  }
}
