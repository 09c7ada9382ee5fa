import LauncherProtocol

/// A job that was submitted.
public struct Submission: Hashable, Sendable {
  /// The job's permanent name.
  public var job: JobReference
  /// The remarks of the scheduler or the adapter: a rounded walltime, a site's banner.
  public var remarks: [String]
  /// Whether the job was submitted before, with the same token.
  public var isRepeated: Bool

  /// A job that was just submitted.
  public init(job: JobReference, remarks: [String] = []) {
    self.job = job
    self.remarks = remarks
    isRepeated = false
  }

  /// A job that was submitted before, with the same token.
  init(repeating job: JobReference) {
    self.job = job
    remarks = ["a job with this token was submitted before: \(job.id)"]
    isRepeated = true
  }
}
