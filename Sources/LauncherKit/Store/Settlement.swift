import FoundationEssentials
import LauncherProtocol

/// Finds out what came of a submission whose program was killed, or whose answer was lost.
struct Settlement: Sendable {
  enum Result: Sendable {
    case submitted(JobReference)
    case notSubmitted
    /// The program or its native command is still at work.
    case inProgress
    /// The scheduler does not show it so far.
    case uncertain
  }

  let store: JobStore
  let session: AdapterSession
  let description: AdapterDescription

  /// How long after a search in vain the next one is believed: what a scheduler was asked before, it shows by then. An
  /// adapter that is the scheduler itself has no such delay. On another machine no lock tells whether the native command
  /// is still at work, and its time limit has to be over.
  private func delay(of job: TrackedJob) -> Double {
    guard description.commands == .host else { return 1 }
    return job.endpoint == nil ? 10 : SSHHost.greatestCreation.inSeconds + 10
  }

  /// - Parameter patiently: whether to wait until a second search can be believed.
  /// - Throws: `AdapterError` when the scheduler could not be asked, which settles nothing.
  func settle(_ job: TrackedJob, patiently: Bool = false) async throws -> Result {
    if let reference = job.reference { return .submitted(reference) }
    guard let token = job.token else { return .uncertain }
    if let owner = job.owner, SubmissionLock.isHeld(owner, in: store.folder) { return .inProgress }
    let delay = delay(of: job)
    let missed = job.missedAt.map { Date().timeIntervalSince($0) }
    if patiently, let missed, missed >= 0, missed < delay {
      // A job may be shown late: only a second search, this much later, is believed.
      try await ContinuousClock().sleep(for: .seconds(delay - missed))
    }
    let request = FindRequest(token: token, since: job.trackedAt)
    let answer: FindAnswer = try await session.call(.find, request)
    do {
      if let found = try answer.job(with: token) {
        let scope = StoreScope(adapter: job.adapter, endpoint: job.endpoint ?? "")
        try store.checkUnclaimed(found, by: token, scope: scope)
        var reference = found
        reference.adapter = job.adapter
        try store.submitted(job.key, as: reference)
        return .submitted(reference)
      }
    } catch let error as AdapterError where error.code == .uncertainSubmission {
      // One answer that cannot be used settles nothing, and costs no other submission anything.
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
}
