import AdapterKit

/// `bjobs`: the jobs that the master daemon still knows, including finished ones until `CLEAN_PERIOD` is over, an hour
/// unless the site configures it.
///
/// Its plain table is never read: sites change its columns (`LSB_BJOBS_FORMAT`), fields run into each other, and
/// volclava truncates names at their beginning.
enum JobListing: Hashable, Sendable {
  /// `-o FIELDS -json`, with the fields that IBM Spectrum LSF 10.1 has beyond the common ones.
  case extendedJSON
  /// `-o FIELDS -json`, with the fields that IBM LSF and volclava 2.2 share.
  case basicJSON
  /// `-o "jobid stat" -json`: for recordings that hold nothing more.
  case leastJSON
  /// `-UF`: sentences, each on one line.
  case unfolded
  /// `-l`: sentences, folded at 80 columns.
  case long

  /// The fields, in JSON in capitals.
  enum Field: String, CaseIterable, Sendable {
    case number = "jobid"
    case state = "stat"
    case user
    case queue
    case hosts = "exec_host"
    case submitted = "submit_time"
    case started = "start_time"
    case ended = "finish_time"
    case cpuTime = "cpu_used"
    case name = "job_name"
    case index = "jobindex"
    case exitCode = "exit_code"
    case exitReason = "exit_reason"
    case killReason = "kill_reason"
    case suspendReason = "suspend_reason"
    case pendingReason = "pend_reason"
    case peakMemory = "max_mem"
    case runTime = "run_time"
    case error
  }

  /// All fields that volclava 2.2 knows, in its own order; IBM LSF has them too. `EXIT_CODE` and every other field is
  /// refused there with exit code 99 (recorded: unknown-id).
  static let basicFields =
    "jobid user stat queue from_host exec_host job_name submit_time proj_name cpu_used mem swap pids start_time finish_time"

  /// The fields to request from IBM LSF. The index distinguishes an array's elements (bjobs(1), `-o`).
  static let extendedFields =
    "jobid jobindex user stat queue exec_host submit_time start_time finish_time cpu_used max_mem run_time exit_code "
    + "exit_reason kill_reason suspend_reason pend_reason job_name"

  var isJSON: Bool { self == .extendedJSON || self == .basicJSON || self == .leastJSON }

  /// The arguments that list some jobs, or all of the user's, including finished ones.
  func arguments(ids: [String]?) -> [String] {
    let form: [String] =
      switch self {
      case .extendedJSON: ["-o", Self.extendedFields, "-json"]
      case .basicJSON: ["-o", Self.basicFields, "-json"]
      case .leastJSON: ["-o", "jobid stat", "-json"]
      case .unfolded: ["-UF"]
      case .long: ["-l"]
      }
    return ["bjobs"] + (ids == nil ? ["-a"] : []) + form + (ids ?? [])
  }

  /// Whether an answer says that this form, or one of its fields, is not known there.
  static func isRefusal(_ answer: CommandAnswer) -> Bool {
    let field = "is not a valid field name"
    // A job's name may contain these words, but it is on the other stream.
    if answer.succeeded { return answer.complaint.contains(field) }
    let words = [field, "Usage:", "usage:", "illegal option", "invalid option", "unknown option"]
    let said = answer.complaint + answer.output(limit: 4096)
    return words.contains { said.contains($0) }
  }
}
