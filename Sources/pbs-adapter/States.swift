/// PBS's letters for a job's state.
///
/// Both families', from qstat(1B) of OpenPBS 23.06 and of Torque 6.1; those that were recorded name the scenario.
enum PBSState {
  /// What a letter means.
  enum Meaning: Equatable {
    /// It has not ended.
    case present
    /// It ended; `Exit_status` and `substate` say how.
    case ended
    /// It was moved to another server.
    case moved
  }

  /// One letter.
  struct Row {
    let letter: String
    let state: StateWord
    let meaning: Meaning
  }

  /// The vocabulary's words that a letter can stand for while a job has not ended.
  enum StateWord { case queued, held, running, suspended, finishing, none }

  static let table = [
    Row(letter: "Q", state: .queued, meaning: .present),  // lack-of-resources
    Row(letter: "H", state: .held, meaning: .present),  // held, depend; after failed starts too
    Row(letter: "W", state: .held, meaning: .present),  // begin-later
    Row(letter: "T", state: .queued, meaning: .present),  // qstat(1B): being moved to another queue or server
    Row(letter: "R", state: .running, meaning: .present),  // complete-0
    Row(letter: "S", state: .suspended, meaning: .present),  // suspended
    Row(letter: "U", state: .suspended, meaning: .present),  // qstat(1B): the workstation's owner is back
    Row(letter: "E", state: .finishing, meaning: .present),  // exiting
    Row(letter: "B", state: .running, meaning: .present),  // array: some of its jobs have begun
    Row(letter: "X", state: .none, meaning: .ended),  // array: one of its jobs ended, others continue
    Row(letter: "F", state: .none, meaning: .ended),  // complete-0
    Row(letter: "C", state: .none, meaning: .ended),  // Torque's states, failures
    Row(letter: "M", state: .none, meaning: .moved),  // qstat(1B): moved to another server
  ]

  private static let byLetter = Dictionary(uniqueKeysWithValues: table.map { ($0.letter, $0) })

  static func row(_ letter: String) -> Row? { byLetter[letter] }

  /// Substates in which a job that is `R` has not begun: its files are brought in (41, recorded: depend/11), its nodes
  /// are provisioned (71) or join (72). From job.h of OpenPBS 23.06.
  static let startingSubstates: Set<Int> = [beingSent, 71, 72]

  /// The job is on its way to its node.
  static let beingSent = 41
}
