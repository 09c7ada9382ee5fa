import AdapterKit

/// The lines of a record of `bjobs -l` or `bhist -l`, without the folds that these commands make.
///
/// They fold a long line at a column, in the middle of words too, and indent the rest by the width of a line's time: 21
/// blanks, 26 if times have a year (`LSB_DISPLAY_YEAR`). A blank that falls on the fold is printed, stripped or left
/// out, so that each fold stays in the text as a mark: a label is found whether or not its blank is there.
enum FoldedText {
  /// The mark where a line was folded.
  static let mark: Unicode.Scalar = "\u{1F}"
  private static let markByte: UInt8 = 0x1F

  /// The lines of a record, with a mark at each fold.
  static func lines(of record: String) -> [String] {
    var lines: [String] = []
    let parts = record.replacing("\u{1F}", with: " ").split(separator: "\n", omittingEmptySubsequences: false)
    let width = indentation(of: parts)
    var isOpen = false
    for line in parts {
      let blanks = line.utf8.prefix { $0 == 0x20 }.count
      if isOpen, blanks >= leastIndentation, blanks < line.utf8.count || blanks == width {
        lines[lines.count - 1] += "\(mark)" + line.dropFirst(min(blanks, width))
      } else {
        // A table is indented as well, and belongs to none of these.
        isOpen =
          line.hasPrefix("Job <") || timeLength(line) != nil || !line.isEmpty && (blanks == 1 || isOpen && blanks == 0)
        lines.append(String(line))
      }
    }
    return lines
  }

  /// No fold is indented less than this; the lines of tables are.
  private static let leastIndentation = 12

  /// How far folded lines are indented: the length of a time with its colon and blank, or the indentation that all of
  /// them share.
  private static func indentation(of lines: [Substring]) -> Int {
    var least: Int?
    for line in lines {
      if let length = timeLength(line) { return length + 2 }
      let blanks = line.utf8.prefix { $0 == 0x20 }.count
      if blanks >= leastIndentation, blanks < line.utf8.count { least = min(least ?? blanks, blanks) }
    }
    return least ?? 21
  }

  /// The length of the time that a line begins with: `Sat Nov 21 00:28:16`, followed by the year if that is shown.
  /// `nil` for other lines.
  static func timeLength(_ line: Substring) -> Int? {
    guard let first = line.utf8.first, first | 0x20 >= 0x61, first | 0x20 <= 0x7A, let colon = line.firstRange(of: ": ")
    else { return nil }
    let words = line[..<colon.lowerBound].split(separator: " ")
    guard words.count == 4 || words.count == 5, words[0].count == 3, words[1].count == 3, Int(words[2]) != nil,
      words[3].contains(":")
    else { return nil }
    return line.utf8.distance(from: line.startIndex, to: colon.lowerBound)
  }

  /// The text without marks. A blank at a fold may be missing.
  static func plain(_ text: some StringProtocol) -> String {
    text.utf8.contains(markByte) ? String(text).replacing("\u{1F}", with: "") : String(text)
  }

  /// The first place of a label; one of its blanks may be missing where the line was folded.
  static func first(_ label: StaticString, in text: Substring) -> Range<Substring.Index>? {
    let bytes = text.utf8
    var start = bytes.startIndex
    while start < bytes.endIndex {
      if bytes[start] == label.utf8Start[0], let end = end(of: label, in: bytes, from: start) { return start..<end }
      start = bytes.index(after: start)
    }
    return nil
  }

  /// The last place of a label.
  static func last(_ label: StaticString, in text: Substring) -> Range<Substring.Index>? {
    var found: Range<Substring.Index>?
    var rest = text
    while let next = first(label, in: rest) {
      found = next
      rest = text[next.upperBound...]
    }
    return found
  }

  private static func end(
    of label: StaticString,
    in bytes: Substring.UTF8View,
    from start: Substring.Index
  ) -> Substring.Index? {
    var place = start
    for index in 0..<label.utf8CodeUnitCount {
      let wanted = label.utf8Start[index]
      var isFolded = false
      while index > 0, place < bytes.endIndex, bytes[place] == markByte {
        place = bytes.index(after: place)
        isFolded = true
      }
      guard place < bytes.endIndex else { return nil }
      if bytes[place] == wanted {
        place = bytes.index(after: place)
      } else if !(wanted == 0x20 && isFolded) {
        return nil
      }
    }
    return place
  }
}
