import AdapterKit
import FoundationEssentials

/// `squeue`: the jobs that the controller still knows, including finished ones until `MinJobAge` is over.
///
/// Its text, not its JSON: 22.05 ignores every filter with `--json`, exits 0 with no jobs when the controller is down,
/// and one name in Latin-1 makes the whole document invalid.
enum Squeue {
  /// The columns in their order: those that cannot contain anything unexpected come first, free text last.
  enum Column: String, CaseIterable, Sendable {
    case jobArrayID = "JobArrayID"
    case jobID = "JobID"
    case state = "State"
    case exitCode = "exit_code"
    case restarts = "RestartCnt"
    case submitted = "SubmitTime"
    case started = "StartTime"
    case ended = "EndTime"
    case timeUsed = "TimeUsed"
    case user = "UserName"
    case userID = "UserID"
    case partition = "Partition"
    case cluster = "Cluster"
    case nodes = "NodeList"
    case dependency = "Dependency"
    case reason = "Reason"
    case directory = "WorkDir"
    case standardError = "StdErr"
    case standardOutput = "StdOut"
    case comment = "Comment"
    case name = "Name"
    case arrayTaskID = "ArrayTaskID"
    case timeLimit = "TimeLimit"
  }

  /// What a poll asks for.
  static let pollColumns = Column.allCases.filter { ![.comment, .arrayTaskID, .timeLimit].contains($0) }
  /// What a poll asks for if a column is not known: those that every version since 20.11 has.
  static let basicColumns: [Column] = [
    .jobArrayID, .jobID, .state, .exitCode, .restarts, .submitted, .started, .ended, .timeUsed, .user, .partition,
    .nodes, .reason, .directory, .name,
  ]
  /// What a search for a token asks for.
  static let findColumns: [Column] = [.jobArrayID, .jobID, .state, .submitted, .cluster, .comment]

  /// No name contains it unless on purpose.
  static let delimiter: UInt8 = 0x1F

  /// The arguments that list some jobs, or all of the user's. `-a`: 26.05 hides jobs in partitions that are closed to
  /// the user's group. `-t all`: finished ones too. A list that is too long gives the user's whole listing.
  ///
  /// - Parameter separately: each task of an array that waits gets a row of its own.
  static func arguments(_ columns: [Column], ids: [String]?, separately: Bool = false) -> [String] {
    let format = columns.map { "\($0.rawValue):\u{1F}" }.joined(separator: ",")
    let list = ids.map { $0.joined(separator: ",") }
    let which = list.map { $0.utf8.count <= IDLists.greatest ? ["--jobs=\($0)"] : ["--me"] } ?? ["--me"]
    return ["squeue", "--noheader", "--all", "--states=all"] + (separately ? ["--array"] : []) + which
      + ["--Format=\(format)"]
  }
}

extension Squeue {
  /// Whether a list of ids was refused as a whole. Recorded: ‘Invalid job id: 0’ of 22.05; from source: ‘JobID larger
  /// than acceptable range’, ‘JobID can not be zero’.
  static func refusesIDs(_ answer: CommandAnswer) -> Bool {
    answer.exitCode != nil && ["Invalid job id", "JobID ", "Job Array ID "].contains { answer.complaint.contains($0) }
  }

  /// Whether the controller reports that it has no such job, if one job was asked for.
  static func lacksJob(_ answer: CommandAnswer) -> Bool { answer.complaint.contains("Invalid job id specified") }
}

/// A row of `squeue` that was read.
struct SqueueRow: Sendable {
  let id: SlurmID
  /// The job's own number, which an array task has in addition to its array's.
  let number: Int
  var status: JobStatus
  /// How it ended, when it did.
  let end: SlurmState.End?
  /// The number of the user whose job it is.
  var owner: Int?

  /// Whether it stands for tasks that wait for different things. 26.05 shows all of an array's waiting tasks as one
  /// row, with all their reasons: `JobHeldUser,BeginTime`. Recorded: array-of-many-reasons.
  var isMixed: Bool {
    guard case .tasks = id, let reasons = status.native.reason?.split(separator: ","), reasons.count > 1 else {
      return false
    }
    return reasons.allSatisfy { SlurmReason.isKnown(String($0)) }
  }
}
