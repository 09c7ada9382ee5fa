import AdapterKit

/// Reads what `qstat -l` prints, record by record: `JobID: 501001` at the line's beginning, then one ` Name : value`
/// per line in the order of the header, then a blank line.
///
/// A job's name may hold line breaks (recorded: awkward-names). So a record counts only when it ends with every field
/// that was asked for, in order, and nothing before them looks like another one: otherwise it might be two, with a line
/// lost between them.
struct QstatReader {
  /// One record, or what is wrong with it.
  enum Item {
    case record(QstatRecord)
    /// `mayHideOthers` if it may be several, with the first line of some lost.
    case unreadable(UnreadableRecord, mayHideOthers: Bool)
  }

  /// The answer ended within a line.
  private(set) var isCut = false
  private let records: RecordReader
  private let key: String
  private let labels: [String]

  /// A reader of records with these labels; the first one begins a record.
  init(path: String, labels: [String]) throws {
    let key = labels.first ?? ""
    self.key = key
    self.labels = Array(labels.dropFirst())
    let prefix = Array("\(key): ".utf8)
    records = try RecordReader(path: path) { $0.starts(with: prefix) }
  }

  /// The next record; `nil` at the end.
  mutating func next() throws -> Item? {
    while let record = try records.next() {
      isCut = records.endsMidLine
      // Text before the first record belongs to none: a site's banner.
      guard record.starts(with: Array("\(key): ".utf8)) else {
        guard looksLikeRecord(record) else { continue }
        return .unreadable(unreadable(record, id: nil, "it does not begin with ‘\(key)’"), mayHideOthers: true)
      }
      var lines = lines(of: record)
      // The beginning of the next record, in an answer that ends there.
      if isCut, let last = lines.last, !last.isEmpty, last.count <= key.utf8.count + 1,
        Array("\(key): ".utf8).starts(with: last)
      {
        lines.removeLast()
      }
      while lines.last?.allSatisfy({ $0 == 0x20 }) == true { lines.removeLast() }
      let id = trimmed(lines[0].part(from: key.utf8.count + 2).text)
      guard let fields = fields(lines.dropFirst()) else {
        let known = CobaltID.isWellFormed(id) ? id : nil
        return .unreadable(
          unreadable(record, id: known, "its fields are not those that were asked for"),
          mayHideOthers: lines.count { value($0, labels.last ?? "") != nil || value($0, labels[0]) != nil } > 2
        )
      }
      return .record(QstatRecord(fields.merging([key: id]) { _, last in last }))
    }
    return nil
  }

  private func lines(of record: UnsafeRawBufferPointer) -> [UnsafeRawBufferPointer] {
    record.split(separator: 0x0A, omittingEmptySubsequences: false).map { line in
      let text = UnsafeRawBufferPointer(rebasing: line)
      return text.last == 0x0D ? text.part(0..<(text.count - 1)) : text
    }
  }

  /// The fields, of which only the first may extend over several lines: it is the job's name.
  private func fields(_ lines: ArraySlice<UnsafeRawBufferPointer>) -> [String: String]? {
    guard lines.count >= labels.count, let first = lines.first, var value = value(first, labels[0]) else { return nil }
    let tail = lines.suffix(labels.count - 1)
    var fields: [String: String] = [:]
    for (label, line) in zip(labels.dropFirst(), tail) {
      guard let text = self.value(line, label) else { return nil }
      fields[label] = trimmed(text)
    }
    for line in lines.dropFirst().dropLast(labels.count - 1) {
      guard labels[0] == "JobName", !labels.contains(where: { self.value(line, $0) != nil }) else { return nil }
      value += "\n" + line.text
    }
    fields[labels[0]] = labels[0] == "JobName" ? value : trimmed(value)
    return fields
  }

  /// The value in ` WallTime : 00:10:00`; `nil` if the line has another label.
  private func value(_ line: UnsafeRawBufferPointer, _ label: String) -> String? {
    guard line.hasPrefix("    "), line.count > 4 + label.utf8.count, line[4...].starts(with: label.utf8) else {
      return nil
    }
    var place = 4 + label.utf8.count
    while place < line.count, line[place] == 0x20 { place += 1 }
    guard place < line.count, line[place] == 0x3A else { return nil }
    return line.part(from: min(place + 2, line.count)).text
  }

  private func looksLikeRecord(_ record: UnsafeRawBufferPointer) -> Bool {
    lines(of: record).contains { line in labels.contains { value(line, $0) != nil } }
  }

  private func unreadable(_ record: UnsafeRawBufferPointer, id: String?, _ message: String) -> UnreadableRecord {
    UnreadableRecord(id: id, source: "qstat", offset: records.offset, message: message, excerpt: record.excerpt())
  }

  private func trimmed(_ text: String) -> String {
    String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
