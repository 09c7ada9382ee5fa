import AdapterKit

/// What a word for a job's state means. Slurm's text shows one word: a flag such as COMPLETING hides the state below it.
struct SlurmState: Sendable {
  /// What the word means.
  enum Meaning: Sendable {
    /// Waiting; the reason says for what.
    case pending
    /// In this state, whatever the reason.
    case present(JobState)
    /// Ended.
    case ended(End)
  }

  /// The ways in which Slurm reports a job's end.
  enum End: Sendable {
    case completed, failed, cancelled, timeout, memory, node, preempted, deadline, revoked, launch
  }

  let word: StaticString
  let short: StaticString
  let meaning: Meaning

  /// One row per state. Sources: “recorded” in the recordings of 22.05.8, 23.11.11 and 26.05.3 under Tests/Fixtures;
  /// otherwise squeue(1), “JOB STATE CODES”, and `job_state_string` of Slurm's source.
  static let table: [SlurmState] = [
    SlurmState(word: "RUNNING", short: "R", meaning: .present(.running)),  // recorded: job-array
    SlurmState(word: "PENDING", short: "PD", meaning: .pending),  // recorded: job-held, job-pending-reasons
    SlurmState(word: "COMPLETED", short: "CD", meaning: .ended(.completed)),  // recorded: job-completed
    SlurmState(word: "FAILED", short: "F", meaning: .ended(.failed)),  // recorded: job-exit-3, job-signalled
    SlurmState(word: "CANCELLED", short: "CA", meaning: .ended(.cancelled)),  // recorded: job-cancelled
    SlurmState(word: "TIMEOUT", short: "TO", meaning: .ended(.timeout)),  // recorded: job-timeout
    SlurmState(word: "COMPLETING", short: "CG", meaning: .present(.finishing)),  // recorded: job-configuring-completing
    SlurmState(word: "CONFIGURING", short: "CF", meaning: .present(.starting)),  // recorded: job-configuring-completing
    SlurmState(word: "OUT_OF_MEMORY", short: "OOM", meaning: .ended(.memory)),  // recorded: job-out-of-memory
    SlurmState(word: "NODE_FAIL", short: "NF", meaning: .ended(.node)),  // recorded: job-node-failure
    SlurmState(word: "PREEMPTED", short: "PR", meaning: .ended(.preempted)),  // recorded: job-preempted
    SlurmState(word: "SUSPENDED", short: "S", meaning: .present(.suspended)),  // recorded: job-suspended
    SlurmState(word: "BOOT_FAIL", short: "BF", meaning: .ended(.node)),  // squeue(1)
    SlurmState(word: "DEADLINE", short: "DL", meaning: .ended(.deadline)),  // squeue(1)
    SlurmState(word: "REVOKED", short: "RV", meaning: .ended(.revoked)),  // squeue(1): a sibling cluster runs it
    SlurmState(word: "REQUEUED", short: "RQ", meaning: .present(.queued)),  // recorded: job-requeue
    SlurmState(word: "REQUEUE_FED", short: "RF", meaning: .present(.queued)),  // squeue(1)
    SlurmState(word: "REQUEUE_HOLD", short: "RH", meaning: .present(.held)),  // squeue(1)
    SlurmState(word: "SPECIAL_EXIT", short: "SE", meaning: .present(.held)),  // recorded: job-requeue
    SlurmState(word: "RESV_DEL_HOLD", short: "RD", meaning: .present(.held)),  // squeue(1)
    SlurmState(word: "RESIZING", short: "RS", meaning: .present(.running)),  // squeue(1)
    SlurmState(word: "SIGNALING", short: "SI", meaning: .present(.running)),  // squeue(1)
    SlurmState(word: "STAGE_OUT", short: "SO", meaning: .present(.finishing)),  // squeue(1)
    SlurmState(word: "STOPPED", short: "ST", meaning: .present(.suspended)),  // squeue(1): it keeps its processors
    SlurmState(word: "POWER_UP_NODE", short: "PO", meaning: .present(.starting)),  // job_state_string, 23.02
    SlurmState(word: "EXPEDITING", short: "EX", meaning: .present(.queued)),  // recorded: 26.05.3's list of states
  ]

  /// The meaning of a word: `COMPLETED`, `CD`, `CANCELLED by 1001`, `CANCELLED+`, `OUT_OF_ME+`; `nil` for an unknown
  /// one.
  static func meaning(of word: UnsafeRawBufferPointer) -> Meaning? {
    for state in table where word.equals(state.word) { return state.meaning }
    guard let first = word.first, first >= 0x41, first <= 0x5A else { return nil }
    for state in table where word.equals(state.short) { return state.meaning }
    // `sacct` adds who cancelled, after a blank.
    if let blank = word.firstPlace(of: 0x20) { return meaning(of: word.part(0..<blank)) }
    // Too narrow a column truncates the word and ends it with a plus.
    if word.last == 0x2B, word.count > 3 {
      let stem = word.part(0..<(word.count - 1))
      let fitting = table.filter { state in
        state.word.utf8CodeUnitCount >= stem.count
          && stem.equals(StaticPrefix(state.word, stem.count))
      }
      if fitting.count == 1 { return fitting[0].meaning }
    }
    return nil
  }

  /// The user in `CANCELLED by 1001`.
  static func canceller(in word: UnsafeRawBufferPointer) -> Int? {
    guard word.hasPrefix("CANCELLED by ") else { return nil }
    return word.part(from: 13).natural
  }
}

/// The first bytes of a fixed text.
struct StaticPrefix {
  let text: StaticString
  let count: Int

  init(_ text: StaticString, _ count: Int) {
    self.text = text
    self.count = count
  }
}

extension UnsafeRawBufferPointer {
  func equals(_ prefix: StaticPrefix) -> Bool {
    count == prefix.count && elementsEqual(UnsafeBufferPointer(start: prefix.text.utf8Start, count: prefix.count))
  }
}
