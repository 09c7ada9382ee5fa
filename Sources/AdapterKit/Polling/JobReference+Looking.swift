import FoundationEssentials
import LauncherProtocol

/// The result of a look for a job that was asked for.
extension JobReference {
  /// Whether a job that was submitted at a given time is this one, as far as both times are known: numbers are reused.
  ///
  /// - Parameter tolerance: how far two hosts' clocks may be apart, in seconds.
  public func isSubmitted(at moment: Date?, within tolerance: Double) -> Bool {
    guard let submittedAt, let moment else { return true }
    return abs(moment.timeIntervalSince(submittedAt)) <= tolerance
  }

  /// The status of a job that cannot be found.
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
