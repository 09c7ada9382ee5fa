import AdapterKit
import FoundationEssentials

/// The commands that tell of jobs, in the form that the server knows.
struct Listings<Host: CommandHost> {
  let lsf: LSF<Host>
  let memory: ServerMemory

  private var greatestOneByOne: Int { 50 }

  /// Asks `bjobs` for some jobs, or all of the user's, in the form that tells the most of those that can be had: the server
  /// refuses some, and a recording holds some.
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

  /// What sentences of `bjobs` tell of jobs; what cannot be had costs nothing.
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
        // A command that broke says nothing; the other form may.
        if read?.stories.isEmpty == false { break }
      }
      // A recording may hold jobs one by one.
      if !wasAnswered, (2...greatestOneByOne).contains(list.count) { lists += list.map { [$0] } }
    }
    return stories
  }

  /// What `bhist` tells of jobs: from LSF's event file, with the batch daemon down too (recorded: daemons-down). It knows
  /// no job of which it says nothing.
  ///
  /// - Parameter inAllFiles: whether the event files from before are searched too, which takes its time: a busy LSF begins
  ///   a new one every few hours (bhist(1), `-n`).
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
        // What is not known is said on standard output, exit code 255 (recorded: unknown-id). Other words are no answer.
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

  /// What jobs wrote down of their ends.
  ///
  /// - Throws: `LauncherError` when they could not be read: a job without a record is not known to have left none then.
  func exitRecords(of numbers: Set<Int>) async throws -> JobRecords {
    var records = JobRecords(cluster: await memory.server(on: lsf.host).cluster)
    // Of all folders: which of them counts, a record's token says too.
    let ids = numbers.sorted().map { "\($0)" }
    let found = try await ExitRecord.records(of: ids, server: nil, on: lsf.host) {
      Failures.ofQuery($0, of: "the exit records")
    }
    if let fault = found.fault { throw fault }
    records.add(found.records)
    return records
  }
}
