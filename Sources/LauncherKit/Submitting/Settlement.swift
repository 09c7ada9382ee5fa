import FoundationEssentials
import LauncherProtocol

/// Finds out the result of a submission whose program was killed, or whose answer was lost.
struct Settlement: Sendable {
  let tracking: Tracking
  let search: TokenSearch

  private var store: JobStore { tracking.store }

  /// - Parameter patiently: whether to wait until a second search counts.
  /// - Throws: `LauncherError` when the scheduler could not be asked, which settles nothing.
  func settle(_ job: TrackedJob, patiently: Bool = false) async throws -> Launcher.Reconciliation {
    if let reference = job.reference { return .submitted(reference) }
    guard let token = job.token else { return .uncertain }
    if let owner = job.owner, SubmissionLock.isHeld(owner, in: store.folder) { return .inProgress }
    let delay = search.waits.untilBelieved.inSeconds
    let missed = job.missedAt.map { Date().timeIntervalSince($0) }
    if patiently, let missed, missed >= 0, missed < delay {
      // A job may be shown late: only a second search, this much later, counts.
      try await ContinuousClock().sleep(for: .seconds(delay - missed))
    }
    do {
      if var found = try await search.job(with: token, since: job.trackedAt) {
        found.token = token
        try store.checkUnclaimed(found, by: token, scope: tracking.scope)
        tracking.note("job \(found.id) was submitted") { try store.submitted(job.key, as: found) }
        return .submitted(found)
      }
    } catch let error as LauncherError where error.code == .uncertainSubmission {
      // One answer that cannot be used settles nothing, and affects no other submission.
      try store.uncertain(job.key, problem: error, missed: false)
      return .uncertain
    }
    if let missedAt = job.missedAt, Date().timeIntervalSince(missedAt) >= delay {
      try store.notSubmitted(job.key)
      return .notSubmitted
    }
    try store.uncertain(job.key, problem: nil, missed: true)
    guard patiently, let again = try store.job(token: token) else { return .uncertain }
    return try await settle(again, patiently: true)
  }

  /// Checks the results of submissions whose programs were killed or lost the answer: some of them, once each, so that
  /// no command has to wait for it. What cannot be settled now is left for the next one.
  func settleLeftovers() async {
    guard let leftovers = try? store.unsettledSubmissions(of: tracking.scope), !leftovers.isEmpty else { return }
    for job in leftovers.prefix(Self.leftoversAtOnce) {
      do {
        guard case .submitted(let reference) = try await settle(job) else { continue }
        tracking.logger.notice("a submission of \(job.trackedAt) had happened: it is job \(reference.id)")
      } catch {
        tracking.logger.debug("what came of a submission of \(job.trackedAt) is not known yet: \(error)")
        return
      }
    }
  }

  private static let leftoversAtOnce = 4

  /// Settles all submissions that are left over.
  ///
  /// - Returns: each of them, with its result.
  /// - Throws: `LauncherError` when the scheduler could not be asked; that settles nothing.
  func settleAll() async throws -> [(job: TrackedJob, result: Launcher.Reconciliation)] {
    let jobs = try store.unsettledSubmissions(of: tracking.scope)
    // All of them once, so that they share the wait for a second search.
    for job in jobs { _ = try await settle(job) }
    var results: [(job: TrackedJob, result: Launcher.Reconciliation)] = []
    for job in jobs {
      var result = Launcher.Reconciliation.notSubmitted
      // Looked up by its token: its entry may have been merged with another of the same job.
      if let now = try job.token.flatMap({ try store.job(token: $0) }) {
        result = try await settle(now, patiently: true)
      }
      results.append((job, result))
    }
    return results
  }
}
