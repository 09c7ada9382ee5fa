import AdapterKit
import FoundationEssentials

/// What only Slurm's JSON reports about a job, for a poll that asks for this job alone.
///
/// It adds to what the text reported and never changes the state. An answer that fails or is missing adds nothing.
struct JobDetail<Host: CommandHost>: Sendable {
  let slurm: Slurm<Host>

  /// A status with the available details added.
  func added(to status: JobStatus) async -> JobStatus {
    guard let id = SlurmID(status.id), status.tasks == nil, status.taskCounts == nil else { return status }
    switch status.state {
    case .finishing where status.source == "squeue": return await withComing(status, id)
    case .finished where status.source == "sacct": return await withLedger(status, id)
    default: return status
    }
  }

  /// In `squeue`'s text, COMPLETING hides how the job will have ended.
  private func withComing(_ status: JobStatus, _ id: SlurmID) async -> JobStatus {
    guard let path = await answer(to: ControllerRecord.arguments(id: status.id)) else { return status }
    var found: ControllerRecord?
    try? ControllerRecord.read(path: path) { if $0.isJob(id) { found = $0 } }
    guard let found, let end = SlurmState.coming(found.words) else { return status }
    var status = status
    status.exitStatus = found.exit.flatMap { $0.exitStatus(isFinal: end) }
    status.native.state = found.words.joined(separator: ",")
    if let reason = found.reason, status.native.reason == nil { status.native.reason = reason }
    return status
  }

  private func withLedger(_ status: JobStatus, _ id: SlurmID) async -> JobStatus {
    guard let path = await answer(to: AccountingRecord.arguments(id: status.id)) else { return status }
    var found: AccountingRecord?
    try? AccountingRecord.read(path: path) { record in
      guard record.isJob(id), case .ended? = SlurmState.meaning(of: record.words) else { return }
      // Another job that had the same number, or an earlier attempt.
      if let mine = status.submittedAt, let other = record.submittedAt, abs(mine.timeIntervalSince(other)) > 2 {
        return
      }
      found = record
    }
    guard let found else { return status }
    var status = status
    if let restarts = found.restarts { status.attempt = restarts + 1 }
    status.standardOutput = status.standardOutput ?? found.standardOutput
    status.standardError = status.standardError ?? found.standardError
    if status.state == .finished(.nodeFailure), status.reason == nil, let node = found.failedNode {
      status.reason = JobReason(nil, "\(node) failed")
    }
    // The text shows 139 as 11, and 128 as nothing.
    if status.state == .finished(.failed), let exit = found.exit, exit.signal == 0, (128...255).contains(exit.code) {
      let cut = Int32(exit.code - 128)
      if status.exitStatus == nil && cut == 0 || status.exitStatus == .code(cut) {
        status.exitStatus = .code(Int32(exit.code))
      }
    }
    return status
  }

  /// Where the output of a command is; `nil` when it failed, which does not affect the poll.
  private func answer(to arguments: [String]) async -> String? {
    guard
      let answer = try? await slurm.run(arguments, timeLimit: .seconds(20), environment: SlurmEnvironment.forJSON),
      answer.succeeded
    else { return nil }
    return answer.result.stdoutPath
  }
}
