import AdapterKit
import FoundationEssentials

/// `qstat`: its arguments.
///
/// Always with `--header`: without it, the columns depend on the site's `cobalt.conf`. And always with `--long`, one
/// value per line: in a table, values with blanks cannot be distinguished from columns.
enum Qstat {
  /// What a poll asks for. A field that a Cobalt does not know is printed as `-` (recorded: unknown-id).
  private static let fields = [
    "JobID", "JobName", "User", "State", "short_state", "Queue", "Nodes", "WallTime", "QueuedTime", "RunTime",
    "TimeRemaining", "StartTime", "SubmitTime", "Location", "OutputPath", "ErrorPath", "Est_Start_Time", "Score",
    "Dependencies", "User_Hold", "Admin_Hold",
  ]

  /// The labels of a poll's record: `short_state` is printed as `S` (recorded).
  static let labels = fields.map { $0 == "short_state" ? "S" : $0 }
  /// The same without names that users choose.
  static let labelsWithoutNames = labels.filter { $0 != "JobName" }
  /// The labels of a record in the listing of commands.
  static let commandLabels = ["JobID", "User", "SubmitTime", "Command"]

  /// The listing of some jobs.
  static func arguments(ids: [String]) -> [String] { ["qstat", "-l", header(fields)] + ids }

  /// The listing of a user's jobs.
  static func arguments(user: String) -> [String] { ["qstat", "-l", header(fields), "-u", user] }

  /// The same without names that users choose. One name that is not ASCII ends `qstat` with a traceback instead of a
  /// listing.
  static func withoutNames(_ arguments: [String]) -> [String] {
    arguments.map { $0.hasPrefix("--header=") ? header(fields.filter { $0 != "JobName" }) : $0 }
  }

  /// The plain listing of some jobs: whether `qstat` knows them at all.
  static func plainArguments(ids: [String]) -> [String] { ["qstat"] + ids }

  /// The same in other words.
  static func fullArguments(ids: [String]) -> [String] { ["qstat", "-f"] + ids }

  /// The commands of a user's jobs: the token is in the name of the script.
  static func commandArguments(user: String) -> [String] {
    ["qstat", "-l", header(commandLabels), "-u", user]
  }

  private static func header(_ fields: [String]) -> String { "--header=" + fields.joined(separator: ":") }

  /// Whether an answer says that none of the ids is known: exit code 1 and no output (recorded: unknown-id). With the
  /// same exit code, an unreachable server leaves a message on standard error.
  static func knowsNone(_ answer: CommandAnswer) -> Bool {
    answer.exitCode == 1 && answer.complaint.allSatisfy(\.isWhitespace)
      && answer.output(limit: 256).allSatisfy(\.isWhitespace)
  }

  /// Whether `qstat` failed because of a text that it cannot print.
  static func brokeOverText(_ answer: CommandAnswer) -> Bool {
    !answer.succeeded && (answer.complaint.contains("UnicodeEncodeError") || answer.complaint.contains("UnicodeDecode"))
  }
}

/// One record of a listing, as text by field.
struct QstatRecord {
  private(set) var fields: [String: String]

  init(_ fields: [String: String]) { self.fields = fields }

  /// A field's value; `nil` if there is none. `None`, `N/A` and `-` all mean that, in any field except a name.
  subscript(name: String) -> String? {
    guard let value = fields[name], !["", "None", "N/A", "-"].contains(value) else { return nil }
    return value
  }

  /// The job's id; `nil` if it is not one.
  var id: String? { fields["JobID"].flatMap { CobaltID.isWellFormed($0) ? $0 : nil } }
}

/// Cobalt's ids are numbers from 1, which it stores in 32 bits.
enum CobaltID {
  static func isWellFormed(_ id: String) -> Bool {
    guard let number = id.natural, number > 0, number <= Int(Int32.max) else { return false }
    // As Cobalt writes it.
    return "\(number)" == id
  }

  static func complaint(about id: String) -> String {
    id.contains("[") || id.contains("_")
      ? "‘\(id)’ is not an id of Cobalt's, which knows no arrays: ids are numbers"
      : "‘\(id)’ is not an id of Cobalt's: ids are numbers from 1"
  }
}
