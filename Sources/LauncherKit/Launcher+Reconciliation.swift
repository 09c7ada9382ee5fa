import FoundationEssentials
import LauncherProtocol

/// What came of submissions that earlier programs left uncertain.
extension Launcher {
  /// What came of a submission whose answer was lost.
  public enum Reconciliation: Hashable, Sendable {
    /// The job exists.
    case submitted(JobReference)
    /// Nothing was submitted, for certain.
    case notSubmitted
    /// The program or the native command that submits it is still at work.
    case inProgress
    /// The scheduler does not show it, and it cannot be told yet that it never will.
    case uncertain
  }

  /// Settles what earlier programs left uncertain: those that were killed, and those whose scheduler did not answer.
  ///
  /// It takes some seconds where a submission is not found at once: only a second search in vain is believed.
  ///
  /// - Returns: each such submission, with what came of it.
  /// - Throws: `AdapterError` when the scheduler could not be asked; nothing is settled by that.
  public func reconcile() async throws -> [(job: TrackedJob, result: Reconciliation)] {
    guard let tracking else { return [] }
    let settlement = Settlement(store: tracking.store, session: session, description: description)
    let jobs = try tracking.store.unsettledSubmissions(of: tracking.scope)
    // Once all, so that the waiting for a second search is the same for all.
    for job in jobs { _ = try await settlement.settle(job) }
    var results: [(job: TrackedJob, result: Reconciliation)] = []
    for job in jobs {
      let result: Reconciliation
      // By its token: its entry may have become one with another of the same job.
      if let now = try job.token.flatMap({ try tracking.store.job(token: $0) }) {
        result = try await Reconciliation(settlement.settle(now, patiently: true))
      } else {
        result = .notSubmitted
      }
      results.append((job, result))
    }
    return results
  }
}

extension Launcher.Reconciliation {
  fileprivate init(_ result: Settlement.Result) {
    self =
      switch result {
      case .submitted(let job): .submitted(job)
      case .notSubmitted: .notSubmitted
      case .inProgress: .inProgress
      case .uncertain: .uncertain
      }
  }
}
