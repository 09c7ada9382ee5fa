import AdapterKit
import FoundationEssentials

/// The commands that report on jobs, in the form that the server knows.
struct Listings<Host: CommandHost> {
  let lsf: LSF<Host>
  let memory: ServerMemory

  private var greatestOneByOne: Int { 50 }

  /// Asks `bjobs` for some jobs, or all of the user's, in the most informative form that is available: the server
  /// refuses some, and a recording holds only some.
  func jobs(_ ids: [String]?) async throws -> (form: JobListing, answer: CommandAnswer) {
    var failure: (any Error)?
    for form in await memory.forms(on: lsf.host) {
      do {
        let answer = try await lsf.run(form.arguments(ids: ids))
        if answer.result.ending == .notFound { throw Failures.ofQuery(answer, of: "the jobs") }
        guard JobListing.isRefusal(answer) else { return (form, answer) }
        await memory.refuse(form)
        failure = failure ?? Failures.ofQuery(answer, of: "the jobs")
      } catch let error as LauncherError where error.code == .notRecorded {
        failure = failure ?? error
      }
    }
    throw failure ?? LauncherError(.unrecognisedFailure, "this server knows no form of ‘bjobs’ that is read here")
  }

  /// What sentences of `bjobs` report about jobs; what is not available is left out.
  func stories(of ids: [String]) async -> [LSFID: JobStory] {
    var stories: [LSFID: JobStory] = [:]
    let forms = await memory.forms(on: lsf.host).filter { !$0.isJSON }
    var lists = IDLists.split(ids)
    while let list = lists.popLast() {
      var wasAnswered = false
      for form in forms {
        guard let answer = await lsf.answerIfAny(to: form.arguments(ids: list), timeLimit: LSFPatience.query) else {
          continue
        }
        wasAnswered = true
        if JobListing.isRefusal(answer) {
          await memory.refuse(form)
          continue
        }
        let read = try? JobStory.read(path: answer.result.stdoutPath, observedAt: answer.begunAt)
        for story in read?.stories ?? [] { stories[story.id] = story }
        // A command that failed says nothing; the other form may.
        if read?.stories.isEmpty == false { break }
      }
      // A recording may hold jobs one by one.
      if !wasAnswered, (2...greatestOneByOne).contains(list.count) { lists += list.map { [$0] } }
    }
    return stories
  }

  /// What `bhist` reports about jobs: from LSF's event file, even with the batch daemon down (recorded: daemons-down).
  /// A job that it does not mention is unknown to it.
  ///
  /// - Parameter inAllFiles: whether earlier event files are searched too, which is slow: a busy LSF begins a new one
  ///   every few hours (bhist(1), `-n`).
  /// - Throws: `LauncherError` when it cannot be asked.
  func history(of ids: [String], inAllFiles: Bool = false) async throws -> [LSFID: JobStory] {
    var stories: [LSFID: JobStory] = [:]
    var lists = IDLists.split(ids)
    while let list = lists.popLast() {
      do {
        let answer = try await lsf.run(["bhist"] + (inAllFiles ? ["-n", "0"] : []) + ["-l"] + list)
        if answer.result.ending == .notFound { return stories }
        let read = try JobStory.read(path: answer.result.stdoutPath, observedAt: answer.begunAt)
        for story in read.stories { stories[story.id] = story }
        // Unknown jobs are reported on standard output, with exit code 255 (recorded: unknown-id). Other words are not
        // an answer.
        let said = answer.complaint + "\n" + answer.output(limit: 65_536)
        let isSilent = said.allSatisfy(\.isWhitespace) && answer.succeeded
        let isUnderstood = !read.stories.isEmpty || Failures.isNothing(said) || isSilent
        if answer.exitCode == nil || !isUnderstood { throw Failures.ofQuery(answer, of: "the jobs' history") }
        if read.isCut { throw LauncherError(.truncatedOutput, "bhist's answer is cut", command: answer.failed) }
      } catch let error as LauncherError where error.code == .notRecorded {
        if list.count > 1 { lists += list.map { [$0] } }
      }
    }
    return stories
  }

  /// What jobs recorded about their ends.
  ///
  /// - Throws: `LauncherError` when they could not be read: then a job without a record may have left one nevertheless.
  func exitRecords(of numbers: Set<Int>) async throws -> JobRecords {
    var records = JobRecords(cluster: await memory.server(on: lsf.host).cluster)
    // Of all folders: a record's token also shows which of them counts.
    let ids = numbers.sorted().map { "\($0)" }
    let found = try await ExitRecord.records(of: ids, server: nil, on: lsf.host, failure: Failures.ofRecords)
    if let fault = found.fault { throw fault }
    records.add(found.records)
    return records
  }
}
