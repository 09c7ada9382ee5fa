import AdapterKit
import FoundationEssentials

/// Looks a submission up by the token in its script, which `bjobs` shows as the job's command; then in the jobs' exit
/// records.
///
/// Not by a description of the job (`-Jd`): no member of the LSF family except IBM's lists that as a field.
struct TokenSearch<Host: CommandHost> {
  let lsf: LSF<Host>
  let memory: ServerMemory

  func run(_ request: FindRequest) async throws -> FindAnswer {
    let cluster = await memory.server(on: lsf.host).cluster
    return try await request.search([
      { try await inListing(request, cluster: cluster) }, { try await inRecords(request, cluster: cluster) },
    ])
  }

  private func inRecords(_ request: FindRequest, cluster: String?) async throws -> [JobReference] {
    let records = try await ExitRecord.records(with: request.token, on: lsf.host, failure: Failures.ofRecords)
    let folders = [JobRecords.folder(of: cluster), JobRecords.commonFolder]
    // Another scheduler's job with the same token is not one of LSF's.
    return records.filter { cluster == nil || folders.contains($0.server) }
      .compactMap { LSFID(record: $0.id).map { JobReference(id: "\($0.number)", server: cluster) } }
  }

  /// The jobs with the token in the script that LSF shows as their command; all elements of an array count as one job.
  private func inListing(_ request: FindRequest, cluster: String?) async throws -> [JobReference] {
    var failure: (any Error)?
    for form in await memory.forms(on: lsf.host) where !form.isJSON {
      let answer: CommandAnswer
      do {
        answer = try await lsf.run(form.arguments(ids: nil))
      } catch let error as LauncherError where error.code == .notRecorded {
        failure = failure ?? error
        continue
      }
      if JobListing.isRefusal(answer) {
        await memory.refuse(form)
        failure = failure ?? Failures.ofQuery(answer, of: "the jobs")
        continue
      }
      let times = LSFTime(now: answer.begunAt)
      let reader = try RecordReader(path: answer.result.stdoutPath) { $0.hasPrefix("Job <") }
      var count = 0
      var found: [Int: JobReference] = [:]
      while let record = try reader.next() {
        guard let story = JobStory(record.text, times: times) else { continue }
        count += 1
        guard JobFiles.isScript(story.command ?? "", of: request.token) else { continue }
        guard request.covers(story.submittedAt, within: AskedJob.clockTolerance) else { continue }
        let id = "\(story.id.number)"
        found[story.id.number] = JobReference(id: id, server: cluster, submittedAt: story.submittedAt)
      }
      // A job that was found counts, whatever else was reported.
      if !found.isEmpty { return found.sorted { $0.key < $1.key }.map(\.value) }
      let said =
        count > 0 ? Failures.withoutWaiting(answer.complaint) : answer.complaint + "\n" + answer.output(limit: 65_536)
      let code = Failures.code(of: said)
      if answer.exitCode == nil || code != nil && code != .unknownJob
        || count == 0 && !Failures.isNothing(said) && !(answer.succeeded && said.allSatisfy(\.isWhitespace))
      {
        throw Failures.ofQuery(answer, of: "the jobs")
      }
      if reader.endsMidLine, count > 0 {
        throw LauncherError(.truncatedOutput, "bjobs' answer is cut", command: answer.failed)
      }
      return []
    }
    throw failure ?? LauncherError(.unrecognisedFailure, "this server knows no form of ‘bjobs’ that shows commands")
  }
}
