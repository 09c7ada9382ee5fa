import FoundationEssentials
import LauncherProtocol

/// Makes single submissions, from the request to a certain result: submitted, not submitted, or uncertain with the
/// token in hand. The scheduler is asked to submit once.
struct Submitter: Sendable {
  let session: AdapterSession
  let description: AdapterDescription
  let journal: any SubmissionJournal
  let search: TokenSearch
  /// The submissions of this launcher.
  let underWay = SubmissionsUnderWay()

  /// Submits. Once begun, it continues to its end even when the calling task is cancelled: an unknown job would be
  /// worse.
  ///
  /// - Parameters:
  ///   - labels: by which the job can be found later.
  ///   - isNew: whether the token certainly has not been used before.
  ///   - limiter: where its command waits for those of other submissions.
  func submit(
    _ request: SubmitRequest,
    labels: [String: String],
    isNew: Bool,
    limiter: CommandLimiter?
  ) async throws -> Submission {
    // Counted before anything else can come in between: whoever closes the launcher waits for it.
    guard underWay.enter() else { throw LauncherError(closed: session.name) }
    let attempt = Task(executorPreference: StoreExecutor.shared) {
      defer { underWay.leave() }
      switch try await journal.intend(request, labels: labels, isNew: isNew) {
      case .known(let job): return Submission(repeating: job)
      case .new(let entry):
        _ = SubmissionsUnderWay.all.enter()
        defer { SubmissionsUnderWay.all.leave() }
        return try await submit(request, as: entry, limiter)
      }
    }
    return try await attempt.value
  }

  private func submit(
    _ request: SubmitRequest,
    as entry: JournalEntry,
    _ limiter: CommandLimiter?
  ) async throws -> Submission {
    do {
      let submission = try await ask(request, limiter)
      journal.submitted(entry, as: submission.job)
      return submission
    } catch {
      let lost = LauncherError(wrapping: error, during: "submit")
      if lost.code == .uncertainSubmission {
        journal.uncertain(entry, because: lost)
      } else {
        journal.notSubmitted(entry)
      }
      throw lost
    }
  }

  private func ask(_ request: SubmitRequest, _ limiter: CommandLimiter?) async throws -> Submission {
    let begun = Date()
    let process = try await session.process()
    let creations = HostRequests.Creations(limiter: limiter)
    do {
      let answer: SubmitAnswer = try await process.call(.submit, request, creations: creations)
      guard let job = answer.job else {
        throw LauncherError(.uncertainSubmission, "the \(session.name) adapter did not say which job it submitted")
      }
      return Submission(job: search.named(job), remarks: answer.remarks)
    } catch {
      let lost = LauncherError(wrapping: error, during: "submit")
      guard lost.leavesDoubt else { throw lost }
      // A native command of a dead adapter may still be running; it has to be over before its job is searched for.
      if process.hasEnded { await process.ended() }
      if description.commands == .host, creations.value == 0 { throw LauncherError(notSubmitted: lost) }
      let job = try await search.job(with: request.token, since: begun, after: lost) { job in
        try journal.checkUnclaimed(job, by: request.token)
      }
      return Submission(job: job)
    }
  }
}
