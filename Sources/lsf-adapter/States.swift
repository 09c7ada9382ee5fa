import AdapterKit

/// The meaning of a word of `bjobs` for a job's state.
struct LSFState: Sendable {
  /// What the word means.
  enum Meaning: Sendable {
    /// Waiting; the reason says for what.
    case pending
    /// In this state, whatever the reason.
    case present(JobState)
    /// LSF has lost the host that the job runs on. It may still run and end well.
    case lost
    /// Ended with success.
    case done
    /// Ended otherwise; the reason is elsewhere. Final unless the job is requeued.
    case exit
  }

  let word: StaticString
  let meaning: Meaning

  /// One row per state. “Recorded”: volclava 2.2, the scenario under Tests/Fixtures/volclava-2.2. Otherwise bjobs(1) of
  /// IBM Spectrum LSF 10.1, “Job states”.
  static let table: [LSFState] = [
    LSFState(word: "PEND", meaning: .pending),  // recorded: pending-for-slots
    LSFState(word: "PSUSP", meaning: .present(.held)),  // recorded: held, suspended-pending
    LSFState(word: "RUN", meaning: .present(.running)),  // recorded: done
    LSFState(word: "USUSP", meaning: .present(.suspended)),  // recorded: suspended-running; by the user
    LSFState(word: "SSUSP", meaning: .present(.suspended)),  // recorded: suspended-running, after bresume; by LSF
    LSFState(word: "DONE", meaning: .done),  // recorded: done
    LSFState(word: "EXIT", meaning: .exit),  // recorded: failed-exit-3
    LSFState(word: "UNKWN", meaning: .lost),  // bjobs(1): mbatchd cannot reach the sbatchd of the job's host
    LSFState(word: "ZOMBI", meaning: .lost),  // bjobs(1): killed, or rerun elsewhere, while the host is unreachable
    LSFState(word: "WAIT", meaning: .present(.queued)),  // bjobs(1): the member of a chunk job waits its turn
    LSFState(word: "PROV", meaning: .present(.starting)),  // bjobs(1): a host is being woken up for it
  ]

  /// The meaning of a word; `nil` for an unknown one, such as `NULL` and `ERROR` of volclava.
  static func meaning(of word: UnsafeRawBufferPointer) -> Meaning? {
    for state in table where word.equals(state.word) { return state.meaning }
    return nil
  }
}
