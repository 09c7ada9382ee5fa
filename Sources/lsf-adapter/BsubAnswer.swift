import AdapterKit

/// What `bsub` answers: `Job <34> is submitted to default queue <normal>.`, and around it what the site's own checks and
/// the daemons say, on either stream.
struct BsubAnswer {
  var id: LSFID?
  var queue: String?
  var remarks: [String] = []

  init(stdout: String, stderr: String) {
    for line in stdout.split(separator: "\n") + stderr.split(separator: "\n") {
      // A banner may name another job; bsub writes last.
      if let (id, queue) = Self.job(in: line) {
        (self.id, self.queue) = (id, queue)
      } else if !line.allSatisfy(\.isWhitespace) {
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
