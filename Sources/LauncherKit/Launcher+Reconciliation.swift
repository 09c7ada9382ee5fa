import FoundationEssentials
import LauncherProtocol

/// The results of submissions that earlier programs left uncertain.
extension Launcher {
  /// The result of a submission whose answer was lost.
  public enum Reconciliation: Hashable, Sendable {
    /// The job exists.
    case submitted(JobReference)
    /// Certainly nothing was submitted.
    case notSubmitted
    /// The program or the native command that submits it is still running.
    case inProgress
    /// The scheduler does not show it, and it may still appear.
    case uncertain
  }

  /// Settles what earlier programs left uncertain: those that were killed, and those whose scheduler did not answer.
  ///
  /// It takes some seconds if a submission is not found at once: only a second fruitless search counts.
  ///
  /// - Returns: each such submission, with its result.
  /// - Throws: `LauncherError` when the scheduler could not be asked; that settles nothing.
  public func reconcile() async throws -> [(job: TrackedJob, result: Reconciliation)] {
    try await withTaskExecutorPreference(StoreExecutor.shared) { try await settlement?.settleAll() ?? [] }
  }
}
