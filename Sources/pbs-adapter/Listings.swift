import AdapterKit

/// The commands that list jobs, and the readers of their answers.
struct ListingCommand: Sendable {
  /// The ids to ask for; if empty, all jobs of the server. Each opens a connection from a privileged port, of which a
  /// host runs out at several hundred a minute.
  var ids: [String] = []
  /// Whether to list finished jobs too, if the server keeps them. Torque shows what it keeps in any case.
  var history = false
  /// Whether to list the jobs of arrays too. Torque would list every job of the server for a bare array without it.
  var tasks = false
  /// Whether to use the form that people read, in place of JSON or XML.
  var isText = false

  /// The command; in the words that the recordings of OpenPBS 23.06.06 and Torque 6.1.3 hold.
  func arguments(_ family: PBSFamily) -> [String] {
    let tasks = tasks || family == .torque && ids.contains { PBSID($0)?.part == .array }
    let options =
      switch (family, isText) {
      case (.pro, false): (tasks ? ["-t"] : []) + (history ? ["-x"] : []) + ["-f", "-F", "json"]
      case (.pro, true):
        tasks ? ["-t"] + (history ? ["-x"] : []) + ["-f"] : [history ? "-fx" : "-f"]
      case (.torque, false): (tasks ? ["-t"] : []) + ["-x"]
      case (.torque, true): (tasks ? ["-t"] : []) + ["-f"]
      }
    return ["qstat"] + options + ids
  }

  /// What a status names as its source.
  func source(_ family: PBSFamily) -> String {
    switch (family, isText) {
    case (_, true): "qstat -f"
    case (.pro, false): history ? "qstat -x" : "qstat"
    case (.torque, false): tasks ? "qstat -t -x" : "qstat -x"
    }
  }

  /// The reader of the answer.
  func reader(_ family: PBSFamily, path: String) throws -> any PBSRecordReader {
    if isText { return try TextListing(path: path, family: family) }
    switch family {
    case .pro: return try JSONListing(path: path)
    case .torque: return try TorqueListing(path: path, source: source(family))
    }
  }
}
