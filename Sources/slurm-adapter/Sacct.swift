import AdapterKit
import FoundationEssentials

/// `sacct`: what accounting knows of jobs, above all finished ones.
///
/// Its text, not its JSON: 22.05 reports every exit code except 0 as 0 there.
enum Sacct {
  static let columns = [
    "JobID", "JobIDRaw", "State", "ExitCode", "Partition", "Eligible", "Submit", "Start", "End", "ElapsedRaw",
    "TotalCPU", "MaxRSS", "User", "UID", "Cluster", "Timelimit", "NodeList", "Reason", "WorkDir", "JobName",
  ]

  /// The arguments that list some jobs with their steps, including earlier attempts of requeued ones.
  static func arguments(ids: [String]) -> [String] {
    [
      "sacct", "--noheader", "--parsable2", "--duplicates", "--noconvert", "--delimiter=\u{1F}",
      "--jobs=\(ids.joined(separator: ","))", "--format=\(columns.joined(separator: ","))",
    ]
  }

  /// Whether `sacct` reports that there is no accounting here (recorded: no-accounting).
  static func isDisabled(_ complaint: String) -> Bool {
    complaint.contains("accounting storage is disabled")
  }
}

/// A job as accounting reports it.
struct SacctRow: Sendable {
  let id: SlurmID
  let number: Int
  var status: JobStatus
  /// How it ended; `nil` when the row does not report a final end.
  var end: SlurmState.End?
  /// The number of the user who cancelled it.
  var canceller: Int?
  /// The number of the user whose job it is; in a row that is not completely written it may be anything.
  var owner: Int?
  /// Whether the row is completely written. Until about five seconds after an event it may lack its partition, call the
  /// job `allocation` and report an end that later changes.
  let isWhole: Bool
}

/// Reads what `sacct` prints; keeps the last attempt of each job, with what its steps used.
struct SacctReader {
  private(set) var rows: [SlurmID: SacctRow] = [:]
  private(set) var unreadable: [UnreadableRecord] = []
  private(set) var isCut = false
  /// The moment that the listings to come describe.
  var observedAt: Date
  private var place: [String: Int]
  private var count: Int
  /// The job whose row was read last, with a name of several lines.
  private var longName: SlurmID?

  /// A reader for the given columns.
  init(columns: [String] = Sacct.columns, observedAt: Date = Date()) {
    self.observedAt = observedAt
    place = Dictionary(columns.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    count = columns.count
  }

  /// Reads a listing.
  mutating func read(path: String, delimiter: UInt8 = 0x1F) throws {
    var splitter = ColumnSplitter(columns: count, delimiter: delimiter, isTerminated: false)
    // A line with most of the columns is not the rest of the row before it, whatever it begins with.
    let most = count * 2 / 3
    let records = try RecordReader(path: path) { line in
      Self.isStart(line, delimiter: delimiter) || most > 1 && line.count(of: delimiter) >= most
    }
    while let record = try records.next() {
      longName = nil
      // A heading, or text that a site prints around the rows.
      if record.hasPrefix("JobID") || record.firstPlace(of: delimiter) == nil { continue }
      guard splitter.split(record) else {
        unreadable.append(
          UnreadableRecord(
            id: record.firstPlace(of: delimiter).map { record.part(0..<$0).text },
            source: "sacct",
            offset: records.offset,
            message: "\(splitter.count) columns where \(count) are expected",
            excerpt: record.excerpt()
          )
        )
        continue
      }
      take(record, splitter)
    }
    isCut = records.endsMidLine
    // Only its line ends a row: after the last one, a site's text looks like more of the name.
    if let id = longName, let name = rows[id]?.status.name {
      rows[id]?.status.name = name.split(separator: "\n", maxSplits: 1).first.map(String.init)
    }
  }

  /// Whether a line is the first of a record: it begins with an id and a number.
  private static func isStart(_ line: UnsafeRawBufferPointer, delimiter: UInt8) -> Bool {
    guard let first = line.first, first >= 0x30, first <= 0x39, let end = line.firstPlace(of: delimiter) else {
      return false
    }
    let second = line.part(from: end + 1)
    return second.first.map { $0 >= 0x30 && $0 <= 0x39 } ?? false
  }

  private mutating func take(_ record: UnsafeRawBufferPointer, _ splitter: ColumnSplitter) {
    func column(_ name: String) -> UnsafeRawBufferPointer { splitter.column(place[name] ?? -1, of: record) }
    let idText = column("JobID")
    if let point = idText.firstPlace(of: 0x2E) {
      guard let id = SlurmID(idText.part(0..<point)) else { return }
      takeStep(of: id, memory: column("MaxRSS"), state: column("State"))
      if idText.part(from: point).equals(".batch") { takeBatchStep(of: id, state: column("State")) }
      return
    }
    guard let id = SlurmID(idText) else { return }
    if column("JobName").firstPlace(of: 0x0A) != nil { longName = id }
    let word = column("State")
    let meaning = SlurmState.meaning(of: word)
    let submitted = SlurmTime.instant(column("Submit"))
    let eligible = SlurmTime.instant(column("Eligible"))
    let (started, ended) = (SlurmTime.instant(column("Start")), SlurmTime.instant(column("End")))
    // A job that is cancelled while held was never eligible, and 22.05 may report the end as the start too. Recorded:
    // liveslurm/07.
    let neverBegan: Bool
    if case .ended(let end)? = meaning, end == .cancelled || end == .deadline {
      neverBegan = eligible == nil && started == ended && place["Eligible"] != nil
    } else {
      neverBegan = false
    }
    var status = JobStatus(id: idText.text, state: .unknown(.unrecognised))
    status.native = JobStatus.NativeWords(state: word.text)
    status.source = "sacct"
    status.observedAt = observedAt
    status.submittedAt = submitted
    status.startedAt = neverBegan ? nil : started
    status.name = value(column("JobName"))
    status.user = value(column("User"))
    status.queue = value(column("Partition"))
    status.server = value(column("Cluster"))
    status.directory = value(column("WorkDir"))
    let nodes = value(column("NodeList"))
    if let nodes, nodes != "None assigned" { status.nodes = NodeList.expand(nodes) }
    var usage = ResourceUsage()
    if status.startedAt != nil {
      usage.walltime = column("ElapsedRaw").natural.map { .seconds($0) }
      usage.cpuTime = SlurmTime.span(column("TotalCPU"))
      status.usage = usage
    }
    let exit = SlurmExit(column("ExitCode"))
    // A job that started was eligible; a row that does not say when is not completely written.
    let isWhole =
      !column("Partition").isEmpty
      && (status.startedAt == nil || eligible != nil || place["Eligible"] == nil)
    if !isWhole, status.name == "allocation" { status.name = nil }
    var row = SacctRow(id: id, number: column("JobIDRaw").natural ?? id.number, status: status, isWhole: isWhole)
    switch meaning {
    case .ended(let end):
      row.end = end
      // Its reason is the one it waited for, which is long past: 22.05 calls a finished job's reason JobHeldUser.
      row.status.finish(end, exit: exit, reason: "")
      row.status.endedAt = ended
      if case .cancelled = end {
        row.canceller = SlurmState.canceller(in: word)
        row.owner = isWhole ? column("UID").natural : nil
        row.status.state = .finished(.cancelled(by: row.who(owner: nil)))
        // No canceller is named, and it was still waiting for its dependency: the scheduler removed it. Recorded:
        // job-dependency.
        if row.canceller == nil, column("Reason").hasPrefix("Dependency"), row.status.startedAt == nil {
          row.status.state = .finished(.dependencyFailed)
        }
      }
    case .present(let state): row.status.state = state
    case .pending: row.status.state = .queued
    case nil: break
    }
    if let earlier = rows[id], let before = earlier.status.submittedAt, let submitted, submitted >= before {
      row.status.attempt = (earlier.status.attempt ?? 1) + 1
    }
    rows[id] = row
  }

  private mutating func takeStep(of id: SlurmID, memory: UnsafeRawBufferPointer, state: UnsafeRawBufferPointer) {
    guard var row = rows[id] else { return }
    if let bytes = Self.bytes(memory), let known = row.status.usage {
      row.status.usage?.peakMemory = max(known.peakMemory ?? ByteCount(0), ByteCount(bytes))
    }
    // A job that failed because a step ran out of memory does not always show it itself.
    if case .ended(.memory) = SlurmState.meaning(of: state), case .failed = row.end {
      row.status.state = .finished(.memoryExceeded)
      row.status.exitStatus = nil
    }
    rows[id] = row
  }

  /// Slurm itself (user 0) ends the batch step of a job that uses more memory than it asked for, if nothing limits that
  /// beforehand, and reports the job as FAILED by signal 9, as if its program had failed. Recorded: job-out-of-memory.
  private mutating func takeBatchStep(of id: SlurmID, state: UnsafeRawBufferPointer) {
    guard let row = rows[id], row.status.exitStatus == .signal(.kill), state.equals("CANCELLED by 0") else { return }
    let peak = row.status.usage?.peakMemory.map { ", which used up to \($0) of memory" } ?? ""
    rows[id]?.status.reason = JobReason(nil, "Slurm killed its batch step\(peak)")
  }

  private func value(_ bytes: UnsafeRawBufferPointer) -> String? { bytes.isEmpty ? nil : bytes.text }

  /// `4720640`, `4744K`, `1612088K`, `5M`: bytes.
  static func bytes(_ text: UnsafeRawBufferPointer) -> Int64? {
    guard let last = text.last else { return nil }
    if let plain = text.natural { return Int64(plain) }
    guard let place = "KMGTP".utf8.enumerated().first(where: { $0.element == last })?.offset,
      let number = Double(text.part(0..<(text.count - 1)).text), number.isFinite, number >= 0, number < 1e15
    else { return nil }
    let bytes = number * Double(1 << (10 * (place + 1)))
    return bytes < 9e18 ? Int64(bytes) : nil
  }
}

extension SacctRow {
  /// The status of a job that the queue has forgotten and accounting has no end for: it has ended, and accounting is
  /// late according to its own documentation. So it is not gone.
  func lateStatus(id: String, server: String?) -> JobStatus {
    var late = JobStatus(id: id, state: .finishing)
    late.native = status.native
    late.submittedAt = status.submittedAt
    late.startedAt = status.startedAt
    late.name = status.name
    late.server = status.server ?? server
    late.source = "sacct"
    late.observedAt = status.observedAt
    late.reason = JobReason(nil, "the queue has forgotten it, and accounting does not know its end yet")
    return late
  }

  /// Whether it is a row of several array tasks, this one among them.
  func has(_ index: Int?) -> Bool {
    guard case .tasks(_, let list) = id, let index else { return false }
    return list.contains(index)
  }

  /// Who cancelled the job, given the number of its owner from another source.
  func who(owner other: Int?) -> JobOutcome.Canceller {
    guard let canceller else { return .unknown }
    guard let owner = other ?? owner else { return .unknown }
    return canceller == owner ? .user : .administrator
  }
}
