import AdapterKit

/// What `bsub` answers: `Job <34> is submitted to default queue <normal>.`, surrounded by messages of the site's own
/// checks and the daemons, on either stream.
struct BsubAnswer {
  var id: LSFID?
  var queue: String?
  var remarks: [String] = []

  init(stdout: String, stderr: String) {
    // The id is on standard error only with `BSUB_STDERR`; a site's own check may name another job there.
    for lines in [stdout.split(separator: "\n"), stderr.split(separator: "\n")] {
      // A banner may name another job; bsub writes last.
      let place = id == nil ? lines.lastIndex { Self.job(in: $0) != nil } : nil
      if let place { (id, queue) = Self.job(in: lines[place]) ?? (nil, nil) }
      for (other, line) in lines.enumerated() where other != place && !line.allSatisfy(\.isWhitespace) {
        remarks.append(String(line))
      }
    }
  }

  private static func job(in line: Substring) -> (LSFID, String?)? {
    guard let opening = line.firstRange(of: "Job <"), let end = line[opening.upperBound...].firstIndex(of: ">"),
      line[end...].contains("is submitted to"), let id = LSFID(String(line[opening.upperBound..<end]))
    else { return nil }
    let rest = line[end...].firstRange(of: "queue <").map { line[$0.upperBound...].prefix { $0 != ">" } }
    return (id, rest.map(String.init))
  }
}
