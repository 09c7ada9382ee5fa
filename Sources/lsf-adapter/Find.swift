import AdapterKit
import FoundationEssentials

/// Looks a submission up by the token in its script, which `bjobs` shows as the job's command; then in the jobs' exit
/// records.
///
/// Not by a description of the job (`-Jd`): no relative of LSF but IBM's lists that as a field.
struct TokenSearch<Host: CommandHost> {
  let lsf: LSF<Host>
  let memory: ServerMemory

  func run(_ request: FindRequest) async throws -> FindAnswer {
    let cluster = await memory.server(on: lsf.host).cluster
    if var job = try await inListing(request) {
      job.server = cluster
      return FindAnswer(jobs: [job])
    }
    let answer = try await lsf.host.answer(to: ExitRecord.command(token: request.token))
    let records = ExitRecord.parse(answer.output(limit: 1 << 22)).filter { $0.token == request.token }
    guard let record = records.first, let id = LSFID(record: record.id) else { return FindAnswer(jobs: []) }
    return FindAnswer(jobs: [JobReference(id: "\(id.number)", server: cluster)])
  }

  private func inListing(_ request: FindRequest) async throws -> JobReference? {
    var failure: (any Error)?
    for form in await memory.forms(on: lsf.host) where !form.isJSON {
      let answer: CommandAnswer
      do {
        answer = try await lsf.run(form.arguments(ids: nil))
      } catch let error as AdapterError where error.code == .notRecorded {
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
      while let record = try reader.next() {
        guard let story = JobStory(record.text, times: times) else { continue }
        count += 1
        guard JobFiles.isScript(story.command ?? "", of: request.token) else { continue }
        if let since = request.since, let submitted = story.submittedAt, submitted < since - AskedJob.clockTolerance {
          continue
        }
        return JobReference(id: "\(story.id.number)", submittedAt: story.submittedAt)
      }
      let said =
        count > 0 ? Failures.withoutWaiting(answer.complaint) : answer.complaint + "\n" + answer.output(limit: 65_536)
      let code = Failures.code(of: said)
      if answer.exitCode == nil || code != nil && code != .unknownJob
        || count == 0 && !answer.succeeded && !Failures.isNothing(said)
      {
        throw Failures.ofQuery(answer, of: "the jobs")
      }
      if reader.endsMidLine, count > 0 {
        throw AdapterError(.truncatedOutput, "bjobs' answer is cut", command: answer.failed)
      }
      return nil
    }
    throw failure ?? AdapterError(.unrecognisedFailure, "this server knows no form of ‘bjobs’ that shows commands")
  }
}
