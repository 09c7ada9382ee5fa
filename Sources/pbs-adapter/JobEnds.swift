import AdapterKit

/// What an exit record adds to the server's report of a job's end.
extension JobStatus {
  /// Whether only an exit record can say how it ended.
  var needsRecord: Bool { state == .finished(.unknown) || state == .unknown(.gone) || mayNotHaveStarted }

  /// Whether it can be reported although its exit record could not be looked up.
  var isKnown: Bool { state != .finished(.unknown) && state.unknownCause == nil }

  /// Whether it is a job of an array that ended without a trace: one that was deleted while it waited, or one that ended
  /// well on a server without history.
  var isSubjobWithoutTrace: Bool {
    state == .finished(.unknown) && native.reason == Ending.subjobFinished && nodes.isEmpty
  }

  /// It was deleted while it waited.
  var cancelledWhileWaiting: JobStatus {
    var status = self
    status.state = .finished(.cancelled(by: .unknown))
    return status
  }

  /// What can be reported about an array's end if the number of its jobs is not known.
  func ofIncompleteArray() -> JobStatus {
    guard state == .finished(.succeeded) else { return self }
    var status = self
    status.state = .finished(.unknown)
    status.reason = JobReason(nil, "its jobs that are still known succeeded; how many it has is not reported")
    return status
  }
}

extension ExitRecord {
  /// A status with what the record adds to it: an end that the server does not know, or that the command never started.
  /// An end that the server reported stays.
  func added(to status: JobStatus) -> JobStatus {
    let told = self.status(id: status.id)
    var status = status
    if status.mayNotHaveStarted {
      guard !wasLaunched else { return status }
      status.state = told.state
      status.exitStatus = nil
      status.reason = told.reason
      return status
    }
    status.state = told.state
    status.exitStatus = told.exitStatus
    status.reason = told.reason
    status.startedAt = told.startedAt ?? status.startedAt
    status.endedAt = told.endedAt ?? status.endedAt
    status.standardOutput = status.standardOutput ?? told.standardOutput
    status.standardError = status.standardError ?? told.standardError
    status.source = told.source
    return status
  }
}
