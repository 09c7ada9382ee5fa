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
    /// The scheduler does not show it, and it may still appear.
    case uncertain
  }

  /// Settles what earlier programs left uncertain: those that were killed, and those whose scheduler did not answer.
  ///
  /// It takes some seconds where a submission is not found at once: only a second search in vain is believed.
  ///
  /// - Returns: each such submission, with what came of it.
  /// - Throws: `LauncherError` when the scheduler could not be asked; nothing is settled by that.
  public func reconcile() async throws -> [(job: TrackedJob, result: Reconciliation)] {
    try await settlement?.settleAll() ?? []
  }
}
