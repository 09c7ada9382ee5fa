import AdapterKit

/// What `sbatch --parsable` answers: an id, `88;cluster` with several clusters, surrounded by the output of a site's
/// wrapper.
struct SbatchAnswer {
  var id: String?
  var cluster: String?
  var remarks: [String] = []

  init(stdout: String, stderr: String) {
    var others: [String] = []
    for line in stdout.split(separator: "\n") {
      // A banner may hold a bare number too; sbatch writes last.
      if let (id, cluster) = Self.job(in: line) {
        if let earlier = self.id { others.append(earlier) }
        (self.id, self.cluster) = (id, cluster)
      } else {
        others.append(String(line))
      }
    }
    let warnings = stderr.split(separator: "\n").map { line in
      line.hasPrefix("sbatch: ") ? String(line.dropFirst(8)) : String(line)
    }
    remarks = (others + warnings).filter { !$0.allSatisfy(\.isWhitespace) }
  }

  private static func job(in line: Substring) -> (id: String, cluster: String?)? {
    let words = line.split(separator: " ")
    if line.hasPrefix("Submitted batch job "), words.count >= 4, Int(words[3]) != nil {
      let cluster = words.count >= 7 && words[4] == "on" ? String(words[6]) : nil
      return (String(words[3]), cluster)
    }
    let parts = line.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
    guard let id = parts.first, !id.isEmpty, id.utf8.count <= 10, id.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    guard parts.count == 2 else { return (String(id), nil) }
    let harmless = parts[1].utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    return parts[1].isEmpty || !harmless ? nil : (String(id), String(parts[1]))
  }
}
