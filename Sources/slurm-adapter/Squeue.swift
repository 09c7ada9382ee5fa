import AdapterKit
import FoundationEssentials

/// `squeue`: the jobs that the controller still knows, finished ones too until `MinJobAge` is over.
///
/// Its text, not its JSON: 22.05 ignores every filter with `--json`, exits 0 with no jobs when the controller is down,
/// and one name in Latin-1 makes the whole document invalid.
enum Squeue {
  /// The columns in their order: those that nobody can write anything odd into come first, free text last.
  enum Column: String, CaseIterable, Sendable {
    case jobArrayID = "JobArrayID"
    case jobID = "JobID"
    case state = "State"
    case exitCode = "exit_code"
    case restarts = "RestartCnt"
    case submitted = "SubmitTime"
    case started = "StartTime"
    case ended = "EndTime"
    case timeUsed = "TimeUsed"
    case user = "UserName"
    case userID = "UserID"
    case partition = "Partition"
    case cluster = "Cluster"
    case nodes = "NodeList"
    case dependency = "Dependency"
    case reason = "Reason"
    case directory = "WorkDir"
    case standardError = "StdErr"
    case standardOutput = "StdOut"
    case comment = "Comment"
    case name = "Name"
    case arrayTaskID = "ArrayTaskID"
    case timeLimit = "TimeLimit"
  }

  /// What a poll asks for.
  static let pollColumns = Column.allCases.filter { ![.comment, .arrayTaskID, .timeLimit].contains($0) }
  /// What a poll asks for where a column is not known: those that every version since 20.11 has.
  static let basicColumns: [Column] = [
    .jobArrayID, .jobID, .state, .exitCode, .restarts, .submitted, .started, .ended, .timeUsed, .user, .partition,
    .nodes, .reason, .directory, .name,
  ]
  /// What a search for a token asks for.
  static let findColumns: [Column] = [.jobArrayID, .jobID, .state, .submitted, .cluster, .comment]

  /// No name holds it but on purpose.
  static let delimiter: UInt8 = 0x1F

  /// The greatest length of a list of ids; beyond it the user's whole listing is read.
  static let greatestList = 100_000

  /// The arguments that list some jobs, or all of the user's. `-a`: 26.05 hides jobs in partitions that are closed to
  /// the user's group. `-t all`: finished ones too.
  ///
  /// - Parameter separately: each task of an array that waits gets a row of its own.
  static func arguments(_ columns: [Column], ids: [String]?, separately: Bool = false) -> [String] {
    let format = columns.map { "\($0.rawValue):\u{1F}" }.joined(separator: ",")
    let list = ids.map { $0.joined(separator: ",") }
    let which = list.map { $0.utf8.count <= greatestList ? ["--jobs=\($0)"] : ["--me"] } ?? ["--me"]
    return ["squeue", "--noheader", "--all", "--states=all"] + (separately ? ["--array"] : []) + which
      + ["--Format=\(format)"]
  }
}

/// A row of `squeue` that was read.
struct SqueueRow: Sendable {
  let id: SlurmID
  /// The job's own number, which an array task has beside its array's.
  let number: Int
  var status: JobStatus
  /// How it ended, when it did.
  let end: SlurmState.End?
  /// The number of the user whose job it is.
  var owner: Int?

  /// Whether it stands for tasks that wait for different things. 26.05 shows all of an array's waiting tasks as one, with
  /// all their reasons: `JobHeldUser,BeginTime`. Recorded: array-of-many-reasons.
  var isMixed: Bool {
    guard case .tasks = id, let reasons = status.native.reason?.split(separator: ","), reasons.count > 1 else {
      return false
    }
    return reasons.allSatisfy { SlurmReason.isKnown(String($0)) }
  }
}

/// Reads what `squeue` prints, row by row.
struct SqueueReader {
  let columns: [Squeue.Column]
  private let records: RecordReader
  private let places: [Int]
  private let observedAt: Date
  private var splitter: ColumnSplitter
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
    places = Squeue.Column.allCases.sorted { Self.index(of: $0) < Self.index(of: $1) }
      .map { columns.firstIndex(of: $0) ?? -1 }
    splitter = ColumnSplitter(columns: columns.count, delimiter: delimiter, isTerminated: isTerminated)
    let shape = columns.prefix { $0 == .jobArrayID || $0 == .jobID || $0 == .state }
    // A line with most of the columns is no rest of the row before it, whatever it begins with.
    let most = columns.count * 2 / 3
    records = try RecordReader(path: path) { line in
      Self.isStart(line, shape: shape, delimiter: delimiter) || most > 1 && line.count(of: delimiter) >= most
    }
  }

  /// Whether the listing was cut: its last line has no end.
  var isCut: Bool { records.endsMidLine }

  /// A record: a row, or what could not be read of it. `nil` at the listing's end.
  mutating func next() throws -> Result<SqueueRow, Unreadable>? {
    while let record = try records.next() {
      if record.isEmpty || record.hasPrefix("CLUSTER: ") { continue }
      return row(record)
    }
    return nil
  }

  /// A record that could not be read.
  struct Unreadable: Error {
    let record: UnreadableRecord
    let id: SlurmID?
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
    guard isWhole, let id else {
      let message =
        isWhole
        ? "‘\(idText.excerpt(40))’ is not a job's id"
        : "\(splitter.count) columns where \(columns.count) are expected"
      return .failure(
        Unreadable(
          record: UnreadableRecord(
            id: id == nil ? nil : idText.text,
            source: "squeue",
            offset: records.offset,
            message: message,
            excerpt: record.excerpt()
          ),
          id: id
        )
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

  private mutating func fill(
    _ status: inout JobStatus,
    end: SlurmState.End?,
    hasRun: Bool,
    _ column: (Squeue.Column) -> UnsafeRawBufferPointer
  ) {
    status.source = "squeue"
    status.observedAt = observedAt
    status.name = value(column(.name))
    status.user = cached(column(.user))
    status.queue = cached(column(.partition))
    status.server = cached(column(.cluster))
    status.directory = cached(column(.directory))
    status.submittedAt = SlurmTime.instant(column(.submitted))
    status.attempt = column(.restarts).natural.map { $0 + 1 }
    status.nodes = nodes(column(.nodes))
    status.standardOutput = value(column(.standardOutput))
    status.standardError = value(column(.standardError))
    // For a job that has not started, the column tells when Slurm expects it to.
    switch status.state {
    case .running, .suspended, .finishing, .finished:
      guard hasRun else { break }
      status.startedAt = SlurmTime.instant(column(.started))
      status.usage = SlurmTime.span(column(.timeUsed)).map { ResourceUsage(walltime: $0) }
    case .queued, .held, .starting, .unknown: break
    }
    if end != nil { status.endedAt = SlurmTime.instant(column(.ended)) }
  }

  /// The reason, with the jobs that are waited for: `DependencyNeverSatisfied: afterok:21(failed)`.
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

extension JobStatus {
  /// Takes over how Slurm says a job ended.
  mutating func finish(_ end: SlurmState.End, exit: SlurmExit?, reason text: String) {
    exitStatus = exit.flatMap { $0.exitStatus(isFinal: end) }
    switch end {
    case .completed: state = .finished(.succeeded)
    case .failed:
      let isLaunch = exit?.signal == SlurmExit.launchFailure || text == "JobLaunchFailure" && exitStatus == nil
      state = .finished(isLaunch ? .launchFailed : .failed)
    case .cancelled:
      state = .finished(text == "DependencyNeverSatisfied" ? .dependencyFailed : .cancelled(by: .unknown))
    case .timeout: state = .finished(.walltimeExceeded)
    case .memory: state = .finished(.memoryExceeded)
    case .node: state = .finished(.nodeFailure)
    case .preempted: state = .finished(.preempted)
    case .deadline: state = .finished(.deadlineMissed)
    case .revoked: state = .finished(.movedElsewhere)
    case .launch: state = .finished(.launchFailed)
    }
    guard !text.isEmpty, text != "None" else { return }
    // 22.05 says JobLaunchFailure of a script that a signal ended; later versions say RaisedSignal:9(Killed).
    if text == "JobLaunchFailure", exitStatus != nil { return }
    // The reason of a cancelled job is the one it was waiting for.
    if case .cancelled = end, state != .finished(.dependencyFailed) { return }
    var code = SlurmReason.meaning(of: text).code
    if state == .finished(.launchFailed) { code = .launch }
    reason = JobReason(code, text)
  }
}
