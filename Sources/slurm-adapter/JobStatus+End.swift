import AdapterKit

extension JobStatus {
  /// Takes over the end of a job as Slurm reports it.
  mutating func finish(_ end: SlurmState.End, exit: SlurmExit?, reason text: String) {
    exitStatus = exit.flatMap { $0.exitStatus(isFinal: end) }
    switch end {
    case .completed: state = .finished(.succeeded)
    case .failed:
      let isLaunch = exit?.signal == SlurmExit.launchFailure || text == "JobLaunchFailure" && exitStatus == nil
      state = .finished(isLaunch ? .launchFailed : .failed)
    case .cancelled:
      state = .finished(text == "DependencyNeverSatisfied" ? .dependencyFailed : .cancelled(by: .unknown))
    case .timeout: state = .finished(.walltimeExceeded)
    case .memory: state = .finished(.memoryExceeded)
    case .node: state = .finished(.nodeFailure)
    case .preempted: state = .finished(.preempted)
    case .deadline: state = .finished(.deadlineMissed)
    case .revoked: state = .finished(.movedElsewhere)
    case .launch: state = .finished(.launchFailed)
    }
    guard !text.isEmpty, text != "None" else {
      if state == .finished(.launchFailed) { reason = JobReason(.launch, "Slurm could not start it") }
      return
    }
    // 22.05 reports JobLaunchFailure for a script that a signal ended; later versions report RaisedSignal:9(Killed).
    if text == "JobLaunchFailure", exitStatus != nil { return }
    // The reason of a cancelled job is the one it was waiting for.
    if case .cancelled = end, state != .finished(.dependencyFailed) { return }
    var code = SlurmReason.meaning(of: text).code
    if state == .finished(.launchFailed) { code = .launch }
    reason = JobReason(code, text)
  }
}
