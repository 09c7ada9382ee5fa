import FoundationEssentials
import LauncherProtocol

/// Answers how the user's jobs at one scheduler are: by asking the scheduler, or with what somebody saw a moment ago.
protocol Looks: Sendable {
  /// How some jobs are.
  ///
  /// - Parameter fresh: ask the scheduler, even if somebody did so a moment ago.
  /// - Returns: each of the jobs, in their order.
  /// - Throws: `LauncherError` when the scheduler could not be asked. That says nothing about the jobs.
  func look(at jobs: [JobReference], fresh: Bool) async throws -> Poll

  /// How all of the user's jobs are: those that the scheduler shows, and those that it showed before.
  ///
  /// - Parameters:
  ///   - filter: which of them are wanted; others may be among the answer.
  ///   - fresh: ask the scheduler, even if somebody did so a moment ago.
  /// - Throws: `LauncherError` when the scheduler could not be asked. That says nothing about the jobs.
  func lookAtAll(_ filter: JobFilter, fresh: Bool) async throws -> Poll

  /// The next look of somebody who follows jobs.
  ///
  /// - Parameters:
  ///   - jobs: those that are followed now.
  ///   - mark: where the follower's last look left off; `nil` in the first.
  /// - Throws: `LauncherError` when the look failed for good. Others are in what is returned.
  func news(of jobs: [JobReference], since mark: LookMark?) async throws -> LookNews
}

/// How far somebody who follows jobs has come.
struct LookMark: Sendable {
  /// The number of the last look that the follower saw.
  var look: Int64
  /// The store's numbers of the jobs that it followed then, by their ids.
  var keys: [String: Int64]
}

/// What a look brought somebody who follows jobs.
struct LookNews: Sendable {
  /// At least those jobs that changed since the mark, and those whose state is not known.
  var statuses: [JobStatus]
  /// What came in the way; the jobs keep the states that they had.
  var problem: LauncherError?
  /// Whether the scheduler could not be asked at all.
  var isFailure = false
  /// Where the next look goes on; `nil` where each look shows all jobs.
  var mark: LookMark?
  /// How long until the next look of all followers; `nil` where each has a pace of its own.
  var wait: Duration?
}
