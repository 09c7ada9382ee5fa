import AdapterKit

/// The end of a job's command as Slurm reports it.
struct SlurmExit: Hashable, Sendable {
  /// The exit code.
  let code: Int
  /// The signal, or 0. 53 is Slurm's mark for a job it could not start, 125 for one out of memory.
  let signal: Int

  /// Slurm's mark for a job it could not start: no such folder, an output file that cannot be written.
  static let launchFailure = 53

  /// An end as Slurm reports it.
  init(code: Int, signal: Int) {
    self.code = code
    self.signal = signal
  }

  /// Parses `3:0`, `0:9` (`scontrol`, `sacct`, `squeue` since 23.11), or the bare wait status that `squeue -O
  /// exit_code` of 22.05 prints (768 is exit code 3).
  init?(_ text: UnsafeRawBufferPointer) {
    if let colon = text.firstPlace(of: 0x3A) {
      guard let code = text.part(0..<colon).natural, let signal = text.part(from: colon + 1).natural else { return nil }
      self.code = code
      self.signal = signal
    } else {
      guard let status = text.natural, status <= 0xFFFF else { return nil }
      signal = status & 0x7F
      // Slurm's own marks come with bits that mean nothing: 4021 is signal 53.
      code = signal == 0 ? status >> 8 : 0
    }
  }

  /// What it says about the command; `nil` if it says nothing: no command ends by signal 53 or 125.
  func exitStatus(isFinal end: SlurmState.End) -> JobExitStatus? {
    switch end {
    case .completed: return .code(0)
    // The state is right and the code is not: 26.05 shows a node's failure as SIGHUP here and as 1:0 there.
    case .node, .revoked, .launch, .preempted: return nil
    case .failed, .cancelled, .timeout, .memory, .deadline:
      if signal != 0 {
        guard signal != Self.launchFailure, (1...64).contains(signal) else { return nil }
        return UnixSignal(number: Int32(signal)).map { .signal($0) }
      }
      return code == 0 ? nil : Int32(exactly: code).map { .code($0) }
    }
  }
}
