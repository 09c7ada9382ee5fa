import AdapterKit

/// Where a job runs.
enum Locations {
  /// The hosts in `node01,node[05-08]` on a cluster (recorded: many-nodes), in `0-7,3835` on a Cray XC, where host
  /// names are `nid` plus five digits (ALCF's user guide of Theta), or a block's name on a Blue Gene.
  static func hosts(_ text: String) -> [String] {
    guard !["", "None", "N/A", "-"].contains(text) else { return [] }
    let pieces = text.split(separator: ",")
    guard pieces.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2D } }) else {
      return NodeList.expand(text)
    }
    var names: [String] = []
    for piece in pieces {
      let ends = piece.split(separator: "-", maxSplits: 1).map(\.natural)
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last,
        last - first < NodeList.greatestCount - names.count
      else { return [text] }
      names += (first...last).map(host)
    }
    return names
  }

  /// The name of a Cray XC's node.
  static func host(_ number: Int) -> String {
    let digits = String(number)
    return "nid" + String(repeating: "0", count: max(0, 5 - digits.utf8.count)) + digits
  }
}
