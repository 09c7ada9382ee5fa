/// The short form of many host names that Slurm and Cobalt print: `node[01-03,7]x,login1`.
public enum NodeList {
  /// No list is expanded beyond this; the rest of it is left as written.
  public static let greatestCount = 100_000

  /// No host's name is longer or has more brackets: a text that does is left as written.
  private static let greatestLength = 255
  private static let greatestDepth = 8

  /// The names, one each.
  public static func expand(_ text: String) -> [String] {
    var names: [String] = []
    for piece in pieces(of: text) {
      guard names.count < greatestCount else { return names }
      names += expandPiece(piece)
    }
    return names
  }

  /// Splits at commas outside brackets.
  private static func pieces(of text: String) -> [Substring] {
    var pieces: [Substring] = []
    var depth = 0
    var start = text.startIndex
    for place in text.indices {
      switch text[place] {
      case "[": depth += 1
      case "]": depth -= 1
      case "," where depth == 0:
        pieces.append(text[start..<place])
        start = text.index(after: place)
      default: break
      }
    }
    pieces.append(text[start...])
    return pieces.filter { !$0.isEmpty }
  }

  private static func expandPiece(_ piece: Substring, depth: Int = 0) -> [String] {
    guard let open = piece.firstIndex(of: "["), let close = piece[open...].firstIndex(of: "]"), depth < greatestDepth
    else { return [String(piece)] }
    let heads = piece[..<open]
    let rest = piece[piece.index(after: close)...]
    let tails = expandPiece(rest, depth: depth + 1)
    guard heads.utf8.count <= greatestLength, tails.allSatisfy({ $0.utf8.count <= greatestLength }) else {
      return [String(piece)]
    }
    var names: [String] = []
    for part in piece[piece.index(after: open)..<close].split(separator: ",") {
      let ends = part.split(separator: "-", maxSplits: 1)
      guard let first = ends.first, let last = ends.last, let from = Int(first), let to = Int(last), from <= to,
        to - from < greatestCount, first.utf8.count <= 18,
        names.count + (to - from + 1) * max(1, tails.count) <= greatestCount
      else { return [String(piece)] }
      for number in from...to {
        let digits = String(number)
        let zeros = String(repeating: "0", count: max(0, first.utf8.count - digits.utf8.count))
        for tail in tails.isEmpty ? [""] : tails { names.append("\(heads)\(zeros)\(digits)\(tail)") }
      }
    }
    return names
  }
}
