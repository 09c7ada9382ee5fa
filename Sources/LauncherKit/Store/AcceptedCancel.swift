import FoundationEssentials
import LauncherProtocol

extension JobStatus {
  /// The `source` of an end that follows from an accepted cancellation alone.
  static let acceptedCancelSource = "accepted cancellation"

  /// How far two hosts' clocks may be apart, in seconds, before an end counts as older than the cancellation.
  private static let clockTolerance: Double = 60

  /// This status, given that a cancellation of the job or of some of its tasks was accepted: an end without another
  /// explanation, by the signals that schedulers cancel with or without a trace, is attributed to the cancellation.
  ///
  /// - Parameters:
  ///   - moment: when the scheduler accepted the cancellation of the whole job.
  ///   - tasks: the same for single tasks, by their ids.
  func afterCancel(at moment: Date?, tasks cancelled: [String: Date] = [:]) -> JobStatus {
    guard moment != nil || !cancelled.isEmpty else { return self }
    guard let tasks, !tasks.isEmpty else { return moment.map(cancelled(at:)) ?? self }
    let changed = tasks.map { task in (cancelled[task.id] ?? moment).map(task.cancelled(at:)) ?? task }
    return changed == tasks ? self : withTasks(changed)
  }

  private func cancelled(at moment: Date) -> JobStatus {
    var status = self
    switch state {
    case .unknown(.gone):
      status.reason = JobReason(
        nil,
        "the scheduler accepted at \(RFC3339.string(from: moment)) that it be cancelled, and does not show it any more"
      )
      status.source = Self.acceptedCancelSource
    case .finished(.unknown), .finished(.cancelled(by: .unknown)):
      guard mayFollow(moment) else { return self }
    case .finished(.failed):
      guard mayFollow(moment), let exitStatus, Self.signals.contains(exitStatus.shellValue - 128) else { return self }
    default: return self
    }
    status.state = .finished(.cancelled(by: .user))
    return status
  }

  private func mayFollow(_ moment: Date) -> Bool {
    endedAt.map { $0 >= moment - Self.clockTolerance } ?? true
  }

  /// The signals that schedulers end a cancelled job with: SIGINT (bkill), SIGTERM and SIGKILL.
  private static let signals: Set<Int32> = [2, 9, 15]
}
