import AdapterKit

/// How a job ended, from its state, substate, exit status and comment.
struct Ending: Equatable {
  var outcome: JobOutcome
  var exitStatus: JobExitStatus?
  var code: JobReason.Code?
  /// What the number means, if no comment explains it.
  var words: String?

  init(_ outcome: JobOutcome, exitStatus: JobExitStatus? = nil, code: JobReason.Code? = nil, words: String? = nil) {
    self.outcome = outcome
    self.exitStatus = exitStatus
    self.code = code
    self.words = words
  }

  /// Reads the end of a job that ended.
  ///
  /// - Parameters:
  ///   - record: the job.
  ///   - family: the family whose numbers these are.
  ///   - hasHistory: whether the server keeps what ended, so that a job of an array without a trace of a run did not
  ///     run; `nil` if it did not say.
  init(of record: PBSRecord, family: PBSFamily, hasHistory: Bool?) {
    let status = record[.exitStatus].flatMap { Int($0) }
    switch family {
    case .pro: self = Self.pro(record, status, hasHistory)
    case .torque: self = Self.torque(record, status)
    }
  }

  // MARK: PBS Pro and OpenPBS

  /// The comment of a job of an array that ended without leaving a trace.
  static let subjobFinished = "Subjob finished"

  /// The substates of finished jobs, from job.h of OpenPBS 23.06.
  private enum Substate {
    static let terminated = 91
    static let finished = 92
    static let failed = 93
    static let moved = 94
  }

  private static func pro(_ record: PBSRecord, _ status: Int?, _ hasHistory: Bool?) -> Ending {
    let comment = record[.comment] ?? ""
    let substate = record[.substate].flatMap { Int($0) }
    if substate == Substate.moved { return Ending(.movedElsewhere) }
    // A job of an array that was deleted while it waited ends with exit status 0 and this comment alone; without
    // history, one that ended well looks the same (recorded: array/80 of 23.06.06).
    if comment == subjobFinished, record[.execHost] == nil {
      return hasHistory == true ? Ending(.cancelled(by: .unknown)) : Ending(.unknown)
    }
    if comment.has("too many failed attempts") { return Ending(.launchFailed, code: .launch) }
    // The same qdel ends as 143, 271, 265 or without a number (recorded: deleted/10, 23, 26, 44).
    if substate == Substate.terminated {
      let end = status.flatMap { $0 > 0 ? plain($0, substate).exitStatus : nil }
      let ran = record[.execHost] != nil
      return Ending(.cancelled(by: canceller(comment, record)), exitStatus: ran ? end : nil)
    }
    guard let status else {
      // Its dependency failed: 92, held by the system, and no comment (recorded: depend/32).
      let isHeld = record[.dependencies] != nil || record[.holdTypes]?.contains("s") == true
      if isHeld, record[.exitStatus] == nil, record[.execHost] == nil {
        return Ending(.dependencyFailed, code: .dependencyNeverSatisfied, words: "a job it depends on ended otherwise")
      }
      return Ending(.unknown)
    }
    if let limit = exceeded(comment) { return limit }
    return status < 0 ? proNumber(status) : plain(status, substate)
  }

  /// The job's own number: its exit code, or 256 plus the signal that ended its shell.
  static func plain(_ status: Int, _ substate: Int?) -> Ending {
    switch status {
    case 0: return Ending(substate == Substate.failed ? .failed : .succeeded, exitStatus: .code(0))
    case 1...255: return Ending(.failed, exitStatus: .code(Int32(status)))
    case 257...320:
      return Ending(.failed, exitStatus: UnixSignal(number: Int32(status - 256)).map { .signal($0) })
    default: return Ending(.failed, words: "exit status \(status)")
    }
  }

  /// The server reports what was exceeded, whatever number the job ended with (recorded: limit-exceeded/11, 22).
  private static func exceeded(_ comment: String) -> Ending? {
    guard comment.has("exceeded resource "), let mark = comment.firstRange(of: "exceeded resource ") else { return nil }
    switch comment[mark.upperBound...].prefix(while: { $0 != " " }) {
    case "walltime": return Ending(.walltimeExceeded)
    case "mem", "vmem", "pmem", "pvmem": return Ending(.memoryExceeded)
    default: return Ending(.failed, code: .limit)
    }
  }

  /// Negative numbers, from job.h of OpenPBS 23.06; -27 and -29 are recorded (limit-exceeded), -31 and -32 are PBS
  /// Professional 2025's.
  private static func proNumber(_ status: Int) -> Ending {
    let number = "exit status \(status)"
    return switch status {
    case -29: Ending(.walltimeExceeded, words: "it ran longer than its walltime (\(number))")
    case -27, -26: Ending(.memoryExceeded, words: "it used more memory than it asked for (\(number))")
    case -31: Ending(.memoryExceeded, words: "it used more memory in huge pages than it asked for (\(number))")
    case -28: Ending(.failed, code: .limit, words: "it used more processor time than it asked for (\(number))")
    case -25, -24: Ending(.failed, code: .limit, words: "it used more processors than it asked for (\(number))")
    case -20, -14: Ending(.nodeFailure, words: "the server lost the job's node (\(number))")
    case -32: Ending(.nodeFailure, words: "its node was set up anew, or lost what it knew of the job (\(number))")
    case -4, -5, -6: Ending(.nodeFailure, words: "the job was aborted when its node started again (\(number))")
    case -1, -2, -3, -7, -10, -13, -17, -21, -22, -23, -30:
      Ending(.launchFailed, code: .launch, words: "PBS could not start it (\(number))")
    case -19: Ending(.cancelled(by: .scheduler), words: "a hook of the site deleted it (\(number))")
    default: Ending(.unknown, words: number)
    }
  }

  private static func canceller(_ comment: String, _ record: PBSRecord) -> JobOutcome.Canceller {
    guard let mark = comment.firstRange(of: "terminated by ") else { return .unknown }
    let name = comment[mark.upperBound...].prefix { $0 != "@" && $0 != " " }
    guard let owner = record[.jobOwner]?.split(separator: "@").first, !name.isEmpty else { return .unknown }
    return name == owner ? .user : .administrator
  }
}
