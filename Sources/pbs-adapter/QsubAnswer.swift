import AdapterKit

/// The answer of `qsub`: the job's id in the last line that is one, surrounded by the output of hooks and wrappers.
struct QsubAnswer {
  var id: String?
  var server: String?
  var remarks: [String] = []

  /// Reads an answer.
  ///
  /// - Parameters:
  ///   - stdout: its output.
  ///   - stderr: its messages.
  ///   - family: the family whose answer it is. Torque omits the server if `display_job_server_suffix` is off.
  init(stdout: String, stderr: String, family: PBSFamily = .pro) {
    let lines = stdout.split(separator: "\n").filter { !$0.allSatisfy(\.isWhitespace) }
    let ids = lines.map { Self.id(in: $0) }
    let chosen =
      ids.lastIndex { $0?.id.server != nil }
      ?? (family == .torque && ids.last.map { $0 != nil } == true ? ids.indices.last : nil)
    for (place, line) in lines.enumerated() {
      if place == chosen, let id = ids[place] {
        self.id = id.text
        server = id.id.server
      } else {
        remarks.append(ids[place]?.text ?? String(line))
      }
    }
    remarks += stderr.split(separator: "\n").map { line in
      line.hasPrefix("qsub: ") ? String(line.dropFirst(6)) : String(line)
    }
    remarks.removeAll { $0.allSatisfy(\.isWhitespace) }
  }

  /// The id of a job or an array in a line that holds nothing else.
  private static func id(in line: Substring) -> (text: String, id: PBSID)? {
    let words = line.split(whereSeparator: \.isWhitespace)
    guard words.count == 1, let word = words.first.map(String.init), let id = PBSID(word), id.index == nil else {
      return nil
    }
    return (word, id)
  }
}
