import AdapterKit
import FoundationEssentials

/// A job that a poll asks for, and what the queue reported about it.
struct AskedJob {
  let reference: JobReference
  /// Its id; `nil` for a text that is not one of Slurm's.
  let id: SlurmID?
  /// It has been reported; nothing more has to be found out.
  var isSettled = false
  /// Its row, when it has ended in the queue.
  var row: SqueueRow?
  /// The rows of an array's tasks, or of a heterogeneous job's components.
  var members: [SqueueRow] = []
  /// A row of the queue that belongs to this job could not be read: there is one more task than `members` shows.
  var hasUnreadableRow = false

  /// How far two hosts' clocks may be apart, in seconds: munge refuses a credential after 300 (`TTL` in munged(8)), so
  /// that Slurm does not work if they are further apart. A number is not reused within that time.
  static let clockTolerance: Double = 600

  init(_ reference: JobReference) {
    self.reference = reference
    id = SlurmID(reference.id)
  }

  /// Whether the job's own exit record may know more than accounting: when that has no end for it, or an exit code below
  /// 128, since `sacct` shows 139 as 11; and more than the queue, when the program may never have started.
  func needsRecord(_ accounting: [Int: [SacctRow]]) -> Bool {
    guard let id else { return false }
    if let row { return row.status.mayNotHaveStarted }
    let rows = (accounting[id.number] ?? []).filter { fits($0) }
    if !members.isEmpty {
      return !rows.allSatisfy { $0.isWhole && $0.end != nil && !$0.status.mayNotHaveStarted } || rows.isEmpty
        || members.contains { $0.status.mayNotHaveStarted }
    }
    return rows.isEmpty
      || rows.contains { row in
        guard row.isWhole, let end = row.end else { return true }
        if case .failed = end { return true }
        return false
      }
  }

  /// Whether a row belongs to this job and not to an earlier one with the same number. A requeue counts as a new, later
  /// submission.
  private func fits(_ row: SacctRow) -> Bool {
    guard let known = reference.submittedAt, let seen = row.status.submittedAt else { return true }
    return seen >= known - Self.clockTolerance
  }

  /// The job's status from all that is known; `nil` when a source that failed might have known more.
  func status(accounting: [SacctRow], records: [ExitRecord], _ fault: LauncherError?) -> JobStatus? {
    let accounting = accounting.filter { fits($0) }
    let records = records.filter { $0.belongs(to: reference, within: Self.clockTolerance) }
    if case .job(let number)? = id, row == nil {
      let tasks = accounting.filter { $0.id != .job(number) && $0.id.number == number }
      let taskRecords = records.filter { SlurmID($0.id) != .job(number) }
      if !members.isEmpty || !tasks.isEmpty || !taskRecords.isEmpty {
        return Members(rows: members, accounting: tasks, records: taskRecords, hasMore: hasUnreadableRow)
          .status(id: reference.id, submitted: reference.array, isComplete: fault == nil)
      }
    }
    let ledger = accounting.first { $0.id == id } ?? accounting.first { .job($0.number) == id } ?? shared(accounting)
    if let row {
      var status = row.status
      status.id = reference.id
      let list = accounting.first { $0.has(status.index) }
      if let ledger = ledger ?? list { status.take(from: ledger, owner: row.owner) }
      if let record = records.first(where: { SlurmID($0.id) == row.id }) { status.take(from: record) }
      return status
    }
    let record = records.first { SlurmID($0.id) == id }
    return Self.status(ledger, record, id: reference.id) ?? (fault == nil ? gone(ledger) : nil)
  }

  /// The row of tasks that were cancelled together while they waited, if this job is one of them. While such a row has
  /// no end, it may keep tasks that are gone.
  private func shared(_ accounting: [SacctRow]) -> SacctRow? {
    guard case .task(_, let index)? = id else { return nil }
    return accounting.first { $0.has(index) && $0.end != nil }
  }

  /// What accounting and the exit record say about one job that the queue does not have; `nil` when neither knows its
  /// end.
  static func status(_ ledger: SacctRow?, _ record: ExitRecord?, id: String) -> JobStatus? {
    let record = record.flatMap { found in ledger.map { $0.isOfThisAttempt(found) } ?? true ? found : nil }
    guard let ledger, ledger.isWhole, ledger.end != nil else {
      guard let record else { return nil }
      var status = record.status(id: id)
      if case .task(_, let index)? = SlurmID(record.id) { status.index = index }
      if let ledger {
        status.name = ledger.status.name ?? status.name
        status.submittedAt = ledger.status.submittedAt
      }
      return status
    }
    var status = ledger.status
    status.id = id
    if case .task(_, let index)? = SlurmID(id) { status.index = index }
    if case .task(_, let index) = ledger.id { status.index = index }
    // FAILED with 0:0 comes after an outage of slurmdbd; and 139 is shown as 11.
    if case .failed? = ledger.end, status.state == .finished(.failed), let record {
      let told = status.exitStatus
      if told == nil || told?.shellValue == record.code - 128 { status.exitStatus = record.exitStatus }
      status.take(from: record)
    }
    return status
  }

  private func gone(_ ledger: SacctRow?) -> JobStatus {
    guard let ledger else {
      return reference.gone("neither the queue nor accounting tells how it ended, and it left no exit record")
    }
    return ledger.lateStatus(id: reference.id, server: reference.server)
  }
}

extension JobStatus {
  /// Takes over from the job's own record that its program was never started: Slurm knows only the script's exit code.
  mutating func take(from record: ExitRecord) {
    guard mayNotHaveStarted, let failure = record.launchFailure, exitStatus == .code(record.code) else { return }
    if let attempt, let restarts = record.restarts, restarts + 1 != attempt { return }
    state = .finished(.launchFailed)
    exitStatus = nil
    reason = failure
  }

  /// Adds what accounting knows about a job that ended: who cancelled it, what it used, the exit code if it is missing.
  mutating func take(from ledger: SacctRow, owner: Int?) {
    // A row of an earlier attempt says nothing about this one.
    if let mine = submittedAt, let other = ledger.status.submittedAt, abs(mine.timeIntervalSince(other)) > 2 { return }
    if state == .finished(.cancelled(by: .unknown)) { state = .finished(.cancelled(by: ledger.who(owner: owner))) }
    // A job whose dependency cannot be met waits forever, unless it is removed: then that is reported.
    if state == .finished(.dependencyFailed), ledger.canceller != nil {
      state = .finished(.cancelled(by: ledger.who(owner: owner)))
      reason = nil
    }
    if state == .finished(.failed), ledger.status.state == .finished(.memoryExceeded) {
      state = ledger.status.state
    }
    if state == .finished(.failed), reason == nil { reason = ledger.status.reason }
    guard ledger.isWhole else { return }
    if exitStatus == nil { exitStatus = ledger.status.exitStatus }
    if let usage = ledger.status.usage { self.usage = usage }
  }
}
