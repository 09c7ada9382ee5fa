import AdapterKit
import FoundationEssentials

/// Reads what `squeue` prints, row by row.
struct SqueueReader {
  let columns: [Squeue.Column]
  private let records: RecordReader
  private let places: [Int]
  private let observedAt: Date
  private let delimiter: UInt8
  /// This many delimiters make a line, or the rest of one, a separate row.
  private let most: Int
  private let isTerminated: Bool
  private var splitter: ColumnSplitter
  /// What follows the row that was read last, if it may be another job's.
  private var hidden: Unreadable?
  private var texts = TextCache()
  private var nodeLists: [String: [String]] = [:]

  /// Opens a listing.
  ///
  /// - Parameters:
  ///   - path: the listing.
  ///   - columns: its columns in their order.
  ///   - delimiter: the byte between them.
  ///   - isTerminated: whether the delimiter follows the last column too, as `-O` with a suffix prints it.
  init(
    path: String,
    columns: [Squeue.Column],
    delimiter: UInt8 = Squeue.delimiter,
    isTerminated: Bool = true,
    observedAt: Date = Date()
  ) throws {
    self.columns = columns
    self.observedAt = observedAt
    self.delimiter = delimiter
    self.isTerminated = isTerminated
    places = Squeue.Column.allCases.sorted { Self.index(of: $0) < Self.index(of: $1) }
      .map { columns.firstIndex(of: $0) ?? -1 }
    splitter = ColumnSplitter(columns: columns.count, delimiter: delimiter, isTerminated: isTerminated)
    let shape = columns.prefix { $0 == .jobArrayID || $0 == .jobID || $0 == .state }
    // A line with most of the columns is not the rest of the row before it, whatever it begins with.
    let most = columns.count * 2 / 3
    self.most = most
    records = try RecordReader(path: path) { line in
      Self.isStart(line, shape: shape, delimiter: delimiter) || most > 1 && line.count(of: delimiter) >= most
    }
  }

  /// Whether the listing was truncated: its last line has no line break.
  var isCut: Bool { records.endsMidLine }

  /// A record: a row, or what could not be read of it. `nil` at the listing's end.
  ///
  /// A site's own text around the rows is neither: it has no delimiter.
  mutating func next() throws -> Result<SqueueRow, Unreadable>? {
    if let found = hidden {
      hidden = nil
      return .failure(found)
    }
    while let record = try records.next() {
      guard record.firstPlace(of: delimiter) != nil else { continue }
      let end = isTerminated ? end(of: record) : record.count
      if end < record.count, let place = record.part(from: end).firstPlace(of: delimiter) {
        // The rest of a row whose beginning is damaged.
        let rest = record.part(from: end)
        let lineStart = rest.part(0..<place).lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let id = SlurmID(rest.part(lineStart..<place))
        hidden = unreadable(rest, id: id, "a part of a row", offset: records.offset + end, holdsAnother: id == nil)
      }
      return row(record.part(0..<end))
    }
    return nil
  }

  /// Where a row ends: after the delimiter that follows its last column. That column may itself contain delimiters and
  /// line breaks: then the first delimiter that ends a line counts.
  private func end(of record: UnsafeRawBufferPointer) -> Int {
    if record.last == delimiter, record.firstPlace(of: 0x0A) == nil { return record.count }
    var count = 0
    var last = 0
    for (place, byte) in record.enumerated() where byte == delimiter {
      count += 1
      last = place + 1
      guard count >= columns.count, last < record.count else { continue }
      let next = record[last]
      if next == 0x0A || next == 0x0D && last + 1 < record.count && record[last + 1] == 0x0A { return last }
    }
    // Text in the same line, after a complete row.
    return count == columns.count ? last : record.count
  }

  private func unreadable(
    _ record: UnsafeRawBufferPointer,
    id: SlurmID?,
    _ message: String,
    offset: Int,
    text: String? = nil,
    holdsAnother: Bool
  ) -> Unreadable {
    Unreadable(
      record: UnreadableRecord(id: text, source: "squeue", offset: offset, message: message, excerpt: record.excerpt()),
      id: id,
      holdsAnother: holdsAnother
    )
  }

  /// A record that could not be read.
  struct Unreadable: Error {
    let record: UnreadableRecord
    let id: SlurmID?
    /// It contains another row, of an unknown job.
    var holdsAnother = false
  }

  /// Whether a line is the first of a record: it begins with an id, a number and a word in capitals.
  private static func isStart(
    _ line: UnsafeRawBufferPointer,
    shape: ArraySlice<Squeue.Column>,
    delimiter: UInt8
  ) -> Bool {
    var rest = line
    for column in shape {
      guard let first = rest.first else { return false }
      if column == .state {
        if first < 0x41 || first > 0x5A { return false }
      } else if first < 0x30 || first > 0x39 {
        return false
      }
      guard let end = rest.firstPlace(of: delimiter) else { return column == shape.last || line.count == rest.count }
      if column == .jobID, rest.part(0..<end).natural == nil { return false }
      rest = rest.part(from: end + 1)
    }
    return true
  }

  private mutating func row(_ record: UnsafeRawBufferPointer) -> Result<SqueueRow, Unreadable> {
    let isWhole = splitter.split(record)
    let (splitter, places) = (splitter, places)
    func column(_ column: Squeue.Column) -> UnsafeRawBufferPointer {
      splitter.column(places[SqueueReader.index(of: column)], of: record)
    }
    let idText = column(.jobArrayID).isEmpty ? column(.jobID) : column(.jobArrayID)
    let id = SlurmID(idText)
    let holdsAnother = isWhole && most > 1 && holdsRow(splitter.column(columns.count - 1, of: record))
    guard isWhole, !holdsAnother, let id else {
      let message =
        holdsAnother
        ? "two rows stand in one line"
        : isWhole
          ? "‘\(idText.excerpt(40))’ is not a job's id"
          : "\(splitter.count) columns where \(columns.count) are expected"
      let text = id == nil ? nil : idText.text
      return .failure(
        unreadable(record, id: id, message, offset: records.offset, text: text, holdsAnother: holdsAnother)
      )
    }
    let word = column(.state)
    let meaning = SlurmState.meaning(of: word)
    var status = JobStatus(id: idText.text, state: .unknown(.unrecognised))
    status.native.state = texts.text(word)
    let reason = texts.text(column(.reason))
    if !reason.isEmpty, reason != "None" { status.native.reason = reason }
    let exit = SlurmExit(column(.exitCode))
    var end: SlurmState.End?
    switch meaning {
    case .pending:
      let known = SlurmReason.meaning(of: reason)
      status.state = known.holds ? .held : .queued
      if status.native.reason != nil {
        let text = Self.text(of: reason, known.code, dependency: value(column(.dependency)))
        status.reason = JobReason(known.code, text, canEverRun: known.canEverRun)
      }
    case .present(let state):
      status.state = state
      if state == .held { status.reason = JobReason(.heldByScheduler, reason) }
    case .ended(let how):
      end = how
      status.finish(how, exit: exit, reason: reason)
    case nil: break
    }
    fill(&status, end: end, hasRun: !column(.nodes).isEmpty, column)
    var row = SqueueRow(id: id, number: column(.jobID).natural ?? id.number, status: status, end: end)
    row.owner = column(.userID).natural
    return .success(row)
  }

  /// Whether the last column, which may contain anything, contains a whole row: then the line break before that row is
  /// lost.
  private func holdsRow(_ last: UnsafeRawBufferPointer) -> Bool {
    last.firstPlace(of: delimiter) != nil && last.count(of: delimiter) >= most
  }

  private mutating func fill(
    _ status: inout JobStatus,
    end: SlurmState.End?,
    hasRun: Bool,
    _ column: (Squeue.Column) -> UnsafeRawBufferPointer
  ) {
    status.source = "squeue"
    status.observedAt = observedAt
    // A job may be called `(null)` or `N/A`; one without a name has nothing here.
    status.name = column(.name).isEmpty ? nil : column(.name).text
    status.user = cached(column(.user))
    status.queue = cached(column(.partition))
    status.server = cached(column(.cluster))
    status.directory = cached(column(.directory))
    status.submittedAt = SlurmTime.instant(column(.submitted))
    status.attempt = column(.restarts).natural.map { $0 + 1 }
    status.nodes = nodes(column(.nodes))
    status.standardOutput = value(column(.standardOutput))
    status.standardError = value(column(.standardError))
    // For a job that has not started, the column shows when Slurm expects it to start.
    switch status.state {
    case .running, .suspended, .finishing, .finished:
      guard hasRun else { break }
      status.startedAt = SlurmTime.instant(column(.started))
      status.usage = SlurmTime.span(column(.timeUsed)).map { ResourceUsage(walltime: $0) }
    case .queued, .held, .starting, .unknown: break
    }
    if end != nil { status.endedAt = SlurmTime.instant(column(.ended)) }
  }

  /// The reason, with the jobs that it waits for: `DependencyNeverSatisfied: afterok:21(failed)`.
  private static func text(of reason: String, _ code: JobReason.Code?, dependency: String?) -> String {
    guard code == .dependency || code == .dependencyNeverSatisfied, let dependency else { return reason }
    return "\(reason): \(dependency)"
  }

  private func value(_ bytes: UnsafeRawBufferPointer) -> String? {
    bytes.isEmpty || bytes.equals("(null)") || bytes.equals("N/A") ? nil : bytes.text
  }

  private mutating func cached(_ bytes: UnsafeRawBufferPointer) -> String? {
    bytes.isEmpty || bytes.equals("(null)") || bytes.equals("N/A") ? nil : texts.text(bytes)
  }

  private mutating func nodes(_ bytes: UnsafeRawBufferPointer) -> [String] {
    guard !bytes.isEmpty, !bytes.equals("(null)"), !bytes.equals("None assigned") else { return [] }
    let text = texts.text(bytes)
    if let known = nodeLists[text] { return known }
    let names = NodeList.expand(text)
    if nodeLists.count > 4096 { nodeLists = [:] }
    nodeLists[text] = names
    return names
  }

  private static func index(of column: Squeue.Column) -> Int {
    switch column {
    case .jobArrayID: 0
    case .jobID: 1
    case .state: 2
    case .exitCode: 3
    case .restarts: 4
    case .submitted: 5
    case .started: 6
    case .ended: 7
    case .timeUsed: 8
    case .user: 9
    case .partition: 10
    case .cluster: 11
    case .nodes: 12
    case .reason: 13
    case .directory: 14
    case .standardError: 15
    case .standardOutput: 16
    case .comment: 17
    case .name: 18
    case .arrayTaskID: 19
    case .timeLimit: 20
    case .userID: 21
    case .dependency: 22
    }
  }
}
