import FoundationEssentials
import LauncherProtocol

extension ExitRecord {
  /// Whether it is the record of that job: if the reference names a server or a token, the record has the same one, and
  /// it was not written before the job was submitted. Native ids are not enough: two schedulers that share a home
  /// assign the same numbers, and numbers are reused.
  ///
  /// - Parameter tolerance: how far two hosts' clocks may be apart, in seconds.
  public func belongs(to job: JobReference, within tolerance: Double) -> Bool {
    if let token = job.token, token != self.token { return false }
    if let server = job.server, !self.server.isEmpty, server != self.server { return false }
    return isNotBefore(job.submittedAt, within: tolerance)
  }

  /// Whether it was written after a moment, as far as both are known.
  public func isNotBefore(_ moment: Date?, within tolerance: Double) -> Bool {
    guard let moment, let endedAt else { return true }
    return endedAt >= moment.addingTimeInterval(-tolerance)
  }
}
