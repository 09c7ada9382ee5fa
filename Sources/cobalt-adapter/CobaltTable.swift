import AdapterKit

/// Reads one of Cobalt's tables: names of columns, a rule, and rows padded to the columns' widths.
struct CobaltTable {
  private let columns: [(name: String, start: Int)]
  /// The rows, by the names of their columns.
  private(set) var rows: [[String: String]] = []

  /// The first table in an answer; `nil` if there is none.
  init?(_ output: String) {
    let lines = output.withPlainLineEnds.split(separator: "\n", omittingEmptySubsequences: false)
    guard let rule = lines.firstIndex(where: { $0.utf8.count > 3 && $0.allSatisfy { "=-".contains($0) } }), rule > 0
    else { return nil }
    columns = Self.columns(Array(lines[rule - 1].utf8))
    guard !columns.isEmpty else { return nil }
    for line in lines[(rule + 1)...] where !line.allSatisfy({ $0 == " " }) { rows.append(row(Array(line.utf8))) }
  }

  /// Columns begin after two blanks; a name may contain one.
  private static func columns(_ header: [UInt8]) -> [(name: String, start: Int)] {
    var columns: [(name: String, start: Int)] = []
    var place = 0
    while place < header.count {
      guard header[place] != 0x20 else {
        place += 1
        continue
      }
      var end = place
      while end < header.count, header[end] != 0x20 || end + 1 < header.count && header[end + 1] != 0x20 { end += 1 }
      columns.append((String(decoding: header[place..<end], as: UTF8.self), place))
      place = end
    }
    return columns
  }

  private func row(_ line: [UInt8]) -> [String: String] {
    var row: [String: String] = [:]
    for (number, column) in columns.enumerated() where column.start < line.count {
      let end = number + 1 < columns.count ? min(columns[number + 1].start, line.count) : line.count
      let bytes = line[column.start..<end]
      let text = String(decoding: bytes, as: UTF8.self)
      row[column.name] = String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
    return row
  }
}
