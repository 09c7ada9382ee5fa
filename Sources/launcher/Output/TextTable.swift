/// A table for people: columns as wide as their widest value, separated by two blanks; empty columns are left out.
struct TextTable {
  private let titles: [String]
  private var rows: [[String]] = []

  init(_ titles: [String]) { self.titles = titles }

  mutating func add(_ row: [String?]) { rows.append(row.map { Terminal.harmless($0 ?? "") }) }

  func lines(colour: Bool = Terminal.showsColour) -> [String] {
    let shown = titles.indices.filter { column in rows.contains { !$0[column].isEmpty } }
    let widths = titles.indices.map { column in
      ([titles[column]] + rows.map { $0[column] }).map(\.count).max() ?? 0
    }
    func line(_ values: [String]) -> String {
      let padded = shown.map { column in
        column == shown.last
          ? values[column]
          : values[column] + String(repeating: " ", count: widths[column] - values[column].count)
      }
      return padded.joined(separator: "  ")
    }
    let title = line(titles)
    return [colour ? "\u{1B}[1m\(title)\u{1B}[0m" : title] + rows.map(line)
  }

  /// Writes the table; its values are already harmless, and the title's colour is intended.
  func write() { for line in lines() { StandardOutput.write(Array((line + "\n").utf8)) } }
}
