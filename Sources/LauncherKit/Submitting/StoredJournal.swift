import FoundationEssentials
import LauncherProtocol

/// Submissions are recorded in the job store, which all programs of the user share.
struct StoredJournal: SubmissionJournal {
  let tracking: Tracking
  let lock: SubmissionLock
  let settlement: Settlement

  private var store: JobStore { tracking.store }

  func intend(_ request: SubmitRequest, labels: [String: String], isNew: Bool) async throws -> Intention {
    let entry: JobStore.Entry
    do {
      entry = try store.intend(request, labels: labels, scope: tracking.scope, owner: try lock.hold())
    } catch let error as LauncherError where [.diskFull, .permissionDenied].contains(error.code) {
      return try unwritten(request, labels, because: error)
    }
    switch entry {
    case .new(let key): return .new(JournalEntry(key: key))
    case .known(let job): return try await takeUp(job, for: request, labels)
    }
  }

  /// A store that cannot be written may still be readable: a token that was used before is not used again.
  private func unwritten(
    _ request: SubmitRequest,
    _ labels: [String: String],
    because problem: LauncherError
  ) throws -> Intention {
    if let earlier = (try? store.job(token: request.token)).flatMap({ $0 }) {
      if let known = earlier.reference { return .known(known) }
      throw LauncherError(
        .uncertainSubmission,
        "whether a job with the token \(request.token) exists is not known, and \(problem.message)",
        advice: "Make the job store writable, then submit again with this token."
      )
    }
    tracking.logger.error(
      """
      \(problem.message); the job is submitted all the same\(labels.isEmpty ? "" : " without its labels"), but if this \
      program is killed now, nobody will look for it
      """
    )
    return .new(JournalEntry(key: nil))
  }

  /// What to do about an earlier submission with the same token.
  private func takeUp(
    _ job: TrackedJob,
    for request: SubmitRequest,
    _ labels: [String: String]
  ) async throws -> Intention {
    let token = request.token
    guard job.adapter == tracking.scope.adapter, (job.endpoint ?? "") == tracking.scope.endpoint else {
      throw LauncherError(
        .invalidValue,
        "the token \(token) belongs to a submission to \(job.adapter), and this one goes to \(tracking.scope.adapter)",
        advice: "Take another token."
      )
    }
    switch try await settlement.settle(job, patiently: true) {
    case .submitted(let reference): return .known(reference)
    case .inProgress:
      throw LauncherError(
        .schedulerBusy,
        "another program is submitting with the token \(token) at this moment",
        advice: "Wait for it, or take another token."
      )
    case .notSubmitted:
      let again = try store.intend(request, labels: labels, scope: tracking.scope, owner: try lock.hold())
      guard case .new(let key) = again else {
        throw LauncherError(.schedulerBusy, "another program took the token \(token) up at this moment")
      }
      return .new(JournalEntry(key: key))
    case .uncertain:
      throw (try? store.job(token: token))?.problem ?? job.problem
        ?? LauncherError(.uncertainSubmission, "whether a job with the token \(token) exists is not known")
    }
  }

  func submitted(_ entry: JournalEntry, as job: JobReference) {
    note("job \(job.id) was submitted", entry) { try store.submitted($0, as: job) }
  }

  func notSubmitted(_ entry: JournalEntry) {
    note("nothing was submitted", entry) { try store.notSubmitted($0) }
  }

  func uncertain(_ entry: JournalEntry, because problem: LauncherError) {
    note("a submission is uncertain", entry) { try store.uncertain($0, problem: problem, missed: false) }
  }

  private func note(_ what: String, _ entry: JournalEntry, _ change: (Int64) throws -> Void) {
    guard let key = entry.key else { return }
    tracking.note(what) { try change(key) }
  }

  func checkUnclaimed(_ job: JobReference, by token: String) throws {
    try store.checkUnclaimed(job, by: token, scope: tracking.scope)
  }

  func inSeries(_ submissions: () async -> Void) async {
    // If a series cannot begin, each submission reports for itself that the store cannot be written to.
    let isSeries = (try? lock.beginSeries()) != nil
    defer { if isSeries { lock.endSeries() } }
    await submissions()
  }
}
