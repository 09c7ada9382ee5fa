import AdapterKit

/// How a Torque job ended.
extension Ending {
  /// Reads the end of a job in state `C`. Torque has no substates, and does not report who deleted a job.
  static func torque(_ record: PBSRecord, _ status: Int?) -> Ending {
    // An array as a whole ends without a word about its jobs (recorded: array/41 of 6.1.3).
    if PBSID(record.id)?.part == .array { return Ending(.unknown) }
    // Recorded: states/28, with exit status 271.
    if record[.comment]?.has("deleted as result of dependency") == true {
      return Ending(.dependencyFailed, code: .dependencyNeverSatisfied)
    }
    guard let status else {
      // Deleted while it waited (recorded: failures/55, array/50). One that had begun would have a number.
      return Ending(record[.execHost] == nil ? .cancelled(by: .unknown) : .unknown)
    }
    switch status {
    case 271:
      // The end of a job that is deleted while it runs (recorded: failures/32 and, although it traps the signal, 43),
      // and, before -11 existed, also of one that ran too long.
      if let used = PBSTime.span(record[.usedWalltime]), let limit = PBSTime.span(record[.walltimeLimit]), used > limit
      {
        return Ending(.walltimeExceeded, exitStatus: plain(status, nil).exitStatus)
      }
      return Ending(.cancelled(by: .unknown), exitStatus: plain(status, nil).exitStatus)
    case 0...:
      // A shell that does not exist, and a code that a job may also end with itself (recorded: failures/61).
      let words = status == 254 ? "the job ended so itself, or its shell or program is not there" : nil
      var ending = plain(status, nil)
      ending.words = ending.words ?? words
      return ending
    default: return torqueNumber(status)
    }
  }

  /// Torque's own numbers, from its administrator guide, “Job exit status”, of 6.1.2; -11 is recorded (failures/23).
  private static func torqueNumber(_ status: Int) -> Ending {
    let number = "exit status \(status)"
    return switch status {
    case -1, -2, -3: Ending(.launchFailed, code: .launch, words: "Torque could not start it (\(number))")
    case -4, -5, -6: Ending(.nodeFailure, words: "it was aborted when its node started again (\(number))")
    case -7: Ending(.launchFailed, code: .launch, words: "its checkpoint could not be started again (\(number))")
    case -8: Ending(.launchFailed, code: .launch, words: "its shell or program could not be run (\(number))")
    case -9: Ending(.launchFailed, code: .launch, words: "its output files could not be opened (\(number))")
    case -10: Ending(.memoryExceeded, words: "it used more memory than it asked for (\(number))")
    case -11: Ending(.walltimeExceeded, words: "it ran longer than its walltime")
    case -12: Ending(.failed, code: .limit, words: "it used more processor time than it asked for (\(number))")
    case -13: Ending(.launchFailed, code: .launch, words: "its control group could not be made (\(number))")
    case -14: Ending(.launchFailed, code: .launch, words: "the site's prologue failed (\(number))")
    default: Ending(.unknown, words: number)
    }
  }
}
