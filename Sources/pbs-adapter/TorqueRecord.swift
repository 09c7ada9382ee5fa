import AdapterKit

/// What Torque writes in addition to what it means, in XML and in text alike.
extension PBSRecord {
  /// Leaves out what says nothing about the job.
  mutating func dropWhatTorqueAdds() {
    dropIdleComment()
    dropIndexOfName()
  }

  /// Leaves out a comment that says nothing about the job's present state. Torque's scheduler writes “Job started on …”
  /// at every start, which stays permanently, and “Not Running: …” stays on a job that was deleted while it waited
  /// (recorded: failures/23 and 55 of 6.1.3).
  private mutating func dropIdleComment() {
    guard let comment = self[.comment] else { return }
    let hasEnded = self[.jobState] == "C"
    if comment.hasPrefix("Job started on ") || hasEnded && comment.hasPrefix("Not Running") { self[.comment] = nil }
  }

  /// Leaves out what Torque adds to the name of an array for each of its jobs: `arr-7` (recorded: array/49).
  private mutating func dropIndexOfName() {
    guard let index = PBSID(id)?.index, let name = self[.jobName], name.hasSuffix("-\(index)") else { return }
    self[.jobName] = String(name.dropLast("-\(index)".count))
  }
}
