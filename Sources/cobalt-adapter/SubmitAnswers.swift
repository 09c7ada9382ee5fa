import AdapterKit
import FoundationEssentials

/// What `qsub` answers: an id on a line of its own, and on some machines lines of text before it.
struct QsubAnswer {
  var id: String?
  /// The time on the host when it was run, which it also writes into the job's log.
  var time: Date?
  var remarks: [String] = []

  init(stdout: String, stderr: String) {
    var others: [String] = []
    var removed: [String] = []
    for line in stdout.withPlainLineEnds.split(separator: "\n") {
      if line.hasPrefix("launcher_time=") {
        time = Int64(line.dropFirst(14)).map { Date(timeIntervalSince1970: Double($0)) }
        continue
      }
      if line.hasPrefix(ScriptStore.removedMark) {
        removed.append(String(line.dropFirst(ScriptStore.removedMark.utf8.count)))
        continue
      }
      let word = line.split(whereSeparator: \.isWhitespace)
      // A site's text may hold a bare number too; qsub writes last (ALCF's user guide of Theta).
      if word.count == 1, CobaltID.isWellFormed(String(word[0])) {
        if let id { others.append(id) }
        id = String(word[0])
      } else {
        others.append(String(line))
      }
    }
    let warnings = stderr.split(separator: "\n").map(String.init).filter { !$0.hasPrefix("No handlers could be found") }
    remarks = (others + warnings).filter { !$0.allSatisfy(\.isWhitespace) }
    if let remark = SetVariables.remark(removed, hiddenFrom: "qsub") { remarks.append(remark) }
  }
}
