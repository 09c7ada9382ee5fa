import AdapterKit

/// An array's tasks, or a heterogeneous job's components, as several sources know them.
struct Members {
  private var tasks: [Int: JobStatus] = [:]
  private var isHeterogeneous = false
  /// There are more tasks than are known: the list of those that wait was truncated, or a row could not be read.
  private var hasMore: Bool
  /// Tasks that accounting has no end for and the queue does not show.
  private var open: [Int: SacctRow] = [:]
  private let first: JobStatus?

  /// Above this number of tasks, a status counts them instead of naming them: it has to fit into one message.
  static let greatestNamed = 10_000

  init(rows: [SqueueRow], accounting: [SacctRow] = [], records: [ExitRecord] = [], hasMore isPartial: Bool = false) {
    hasMore = isPartial
    first = rows.first?.status ?? accounting.first?.status
    var ledgers: [Int: SacctRow] = [:]
    for ledger in accounting {
      switch ledger.id {
      case .task(_, let index), .component(_, let index): ledgers[index] = ledger
      case .job, .tasks: break
      }
    }
    // Tasks that were cancelled together may share a row, in the queue and here: 41_[5-9]. Such a row alone is not
    // proof, since it keeps tasks that have started meanwhile.
    let lists = accounting.filter { if case .tasks = $0.id { true } else { false } }
    var recordOf: [Int: ExitRecord] = [:]
    for record in records { if case .task(_, let index) = SlurmID(record.id) { recordOf[index] = record } }
    for row in rows {
      switch row.id {
      case .task(_, let index): add(row, at: index, ledgers[index], recordOf[index])
      case .component(_, let offset):
        isHeterogeneous = true
        add(row, at: offset, ledgers[offset])
      case .tasks(_, let list):
        hasMore = hasMore || list.isCut
        for index in list.indices { add(row.task(index), at: index, ledgers[index] ?? lists.first { $0.has(index) }) }
      case .job:
        // The task that waits last has the array's own number.
        break
      }
    }
    for (index, ledger) in ledgers where tasks[index] == nil {
      if case .component = ledger.id { isHeterogeneous = true }
      if let status = AskedJob.status(ledger, recordOf[index], id: ledger.status.id) {
        tasks[index] = status.indexed(isHeterogeneous ? nil : index)
      } else {
        open[index] = ledger
      }
    }
    // A task that accounting has a row for was judged above: its record belongs to an earlier attempt.
    for (index, record) in recordOf where tasks[index] == nil && ledgers[index] == nil {
      tasks[index] = record.status(id: record.id).indexed(index)
    }
    // While the queue shows waiting tasks, it says which they are, and a list here may be older.
    let isWaiting = rows.contains { if case .tasks = $0.id { true } else { false } }
    for list in lists where list.end != nil || !isWaiting { take(list) }
  }

  /// Takes over the tasks of a row that have neither a row of their own nor a record.
  private mutating func take(_ list: SacctRow) {
    guard case .tasks(let array, let names) = list.id else { return }
    hasMore = hasMore || names.isCut
    for index in names.indices where tasks[index] == nil && open[index] == nil {
      if list.isWhole, list.end != nil {
        var status = list.status
        status.id = "\(array)_\(index)"
        tasks[index] = status.indexed(index)
      } else {
        open[index] = list
      }
    }
  }

  private mutating func add(_ row: SqueueRow, at index: Int, _ ledger: SacctRow?, _ record: ExitRecord? = nil) {
    var status = row.status.indexed(isHeterogeneous ? nil : index)
    if status.state.isFinished, let ledger { status.take(from: ledger, owner: row.owner) }
    if let record { status.take(from: record) }
    tasks[index] = status
  }

  /// The status of the whole; `nil` when a source failed and what is known looks finished, which it may not be. If the
  /// submitted indices are known and the end of each task is reported, no other source can add to that.
  func status(id: String, submitted: ArrayIndices?, isComplete: Bool) -> JobStatus? {
    if isComplete { return status(id: id, submitted: submitted) }
    let status = status(id: id)
    guard status.state.isFinished else { return status }
    return submitted.map { $0.indices.allSatisfy { tasks[$0] != nil } } == true ? status : nil
  }

  /// Slurm has a word for each task and none for an array: the words that all of them share, never the words of one for
  /// all.
  private static func sharedWords(of tasks: [JobStatus]) -> JobStatus.NativeWords {
    var shared = tasks.first?.native ?? JobStatus.NativeWords()
    for task in tasks {
      if task.native.state != shared.state { shared.state = nil }
      if task.native.reason != shared.reason { shared.reason = nil }
    }
    return shared
  }

  /// The status of the whole.
  ///
  /// - Parameter submitted: the indices that an array was submitted with, if known: then a task that no source reports
  ///   is missing.
  func status(id: String, submitted: ArrayIndices? = nil) -> JobStatus {
    var all = tasks
    for (index, ledger) in open {
      let taskID = if case .tasks(let array, _) = ledger.id { "\(array)_\(index)" } else { ledger.status.id }
      all[index] = ledger.lateStatus(id: taskID, server: nil).indexed(isHeterogeneous ? nil : index)
    }
    let sorted = all.sorted { $0.key < $1.key }.map(\.value)
    guard !sorted.isEmpty else {
      var status = first ?? JobStatus(id: id, state: .unknown(.unreadable))
      status.id = id
      return status
    }
    // A truncated list may have named the rest.
    let indices = isHeterogeneous || hasMore ? nil : submitted
    var status = JobStatus(arrayID: id, tasks: sorted, submitted: indices) { "\(id)_\($0)" }
    if hasMore, status.state.isFinished {
      status.state = .unknown(.unreadable)
      status.endedAt = nil
    }
    if isHeterogeneous {
      // Its components are one job: it has one exit code, that of the first that did not succeed.
      let told = sorted.first { $0.state == status.state && $0.exitStatus != nil } ?? sorted.first
      status.exitStatus = hasMore ? nil : told?.exitStatus
      status.standardOutput = sorted.first?.standardOutput
      status.standardError = sorted.first?.standardError
      status.tasks = nil
      status.taskCounts = nil
    } else if hasMore || status.tasks?.count ?? 0 > Self.greatestNamed {
      status.tasks = nil
      if hasMore { status.taskCounts = nil }
    }
    status.native = Self.sharedWords(of: sorted)
    return status
  }
}

extension JobStatus {
  fileprivate func indexed(_ index: Int?) -> JobStatus {
    var status = self
    status.index = index
    return status
  }
}
