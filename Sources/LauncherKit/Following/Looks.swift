import FoundationEssentials
import LauncherProtocol

/// Reports the state of the user's jobs at one scheduler: by asking the scheduler, or from what another program saw a
/// moment ago.
protocol Looks: Sendable {
  /// The state of some jobs.
  ///
  /// - Parameter fresh: ask the scheduler, even if it was asked a moment ago.
  /// - Returns: each of the jobs, in their order.
  /// - Throws: `LauncherError` when the scheduler could not be asked. That says nothing about the jobs.
  func look(at jobs: [JobReference], fresh: Bool) async throws -> Poll

  /// The state of all of the user's jobs: those that the scheduler shows, and those that it showed before.
  ///
  /// - Parameters:
  ///   - filter: which of them are wanted; the answer may contain others.
  ///   - fresh: ask the scheduler, even if it was asked a moment ago.
  /// - Throws: `LauncherError` when the scheduler could not be asked. That says nothing about the jobs.
  func lookAtAll(_ filter: JobFilter, fresh: Bool) async throws -> Poll

  /// The next look of a follower.
  ///
  /// - Parameters:
  ///   - jobs: those that are followed now.
  ///   - mark: where the follower's last look left off; `nil` in the first.
  /// - Throws: `LauncherError` when the look failed permanently. Other failures are part of the result.
  func news(of jobs: [JobReference], since mark: LookMark?) async throws -> LookNews
}

/// How far a follower has come.
struct LookMark: Sendable {
  /// The number of the last look that the follower saw.
  var look: Int64
  /// The store's numbers of the jobs that it followed then, by their ids.
  var keys: [String: Int64]
}

/// What a look brought a follower of jobs.
struct LookNews: Sendable {
  /// At least the jobs that changed since the mark, and those whose state is not known.
  var statuses: [JobStatus]
  /// What got in the way; the jobs keep the states that they had.
  var problem: LauncherError?
  /// Whether the scheduler could not be asked at all.
  var isFailure = false
  /// Where the next look continues; `nil` if each look shows all jobs.
  var mark: LookMark?
  /// How long until the next look of all followers; `nil` if each follower has its own pace.
  var wait: Duration?
}
