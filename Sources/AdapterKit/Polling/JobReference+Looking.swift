import FoundationEssentials
import LauncherProtocol

/// What a look says of a job that was asked for.
extension JobReference {
  /// Whether a job that was submitted at a moment is this one, as far as both times are known: numbers come back.
  ///
  /// - Parameter tolerance: how far two hosts' clocks may be apart, in seconds.
  public func isSubmitted(at moment: Date?, within tolerance: Double) -> Bool {
    guard let submittedAt, let moment else { return true }
    return abs(moment.timeIntervalSince(submittedAt)) <= tolerance
  }

  /// The status of a job that is not to be found.
  public func gone(_ why: String) -> JobStatus {
    var status = JobStatus(id: id, state: .unknown(.gone))
    status.server = server
    status.reason = JobReason(nil, why)
    return status
  }

  /// The status of a job whose record could not be read.
  public func unreadable(source: String) -> JobStatus {
    var status = JobStatus(id: id, state: .unknown(.unreadable))
    status.source = source
    return status
  }
}
