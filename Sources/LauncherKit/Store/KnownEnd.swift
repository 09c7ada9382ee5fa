import FoundationEssentials
import LauncherProtocol

extension JobStatus {
  /// This status, given an earlier one: what a scheduler has forgotten since then is not forgotten here, and an end
  /// that was reported stays.
  ///
  /// An end is final for its attempt. It is replaced by a later attempt, or by a source that knows more about the same
  /// end: the scheduler knows more than the job's own exit record, and that more than an accepted cancellation.
  func following(_ earlier: JobStatus?) -> JobStatus {
    guard let earlier else { return self }
    if let mine = tasks, let its = earlier.tasks {
      return filled(from: earlier, mine, its)
    }
    guard case .finished(let known) = earlier.state, !isLaterAttempt(than: earlier) else {
      return filled(from: earlier)
    }
    guard case .finished(let new) = state else { return earlier }
    if new == .unknown && known != .unknown || weight < earlier.weight { return earlier }
    if let total = earlier.taskTotal, taskTotal.map({ $0 < total }) ?? true { return earlier }
    return filled(from: earlier)
  }

  /// An array whose tasks are each followed separately: a look that shows some of them says nothing about the others.
  private func filled(from earlier: JobStatus, _ mine: [JobStatus], _ its: [JobStatus]) -> JobStatus {
    let known = Dictionary(its.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    let shown = Set(mine.map(\.id))
    let tasks = mine.map { $0.following(known[$0.id]) } + its.filter { !shown.contains($0.id) }.map(\.vanished)
    return tasks == mine ? filled(from: earlier) : withTasks(tasks).filled(from: earlier)
  }

  /// A task that was seen before and is no longer shown: how it ended, if that is known.
  private var vanished: JobStatus {
    guard !state.isFinished else { return self }
    var status = self
    status.state = .unknown(.gone)
    status.reason = JobReason(
      nil,
      "the scheduler does not show this task any more; it was \(state.word) when it was seen last"
    )
    return status
  }

  /// Whether it shows fewer tasks of an array than were submitted.
  func isPart(of array: ArrayIndices?) -> Bool {
    guard let array else { return false }
    return (tasks?.count ?? 0) < array.indices.count
  }

  /// This array with other statuses of its tasks, and what follows from them.
  func withTasks(_ tasks: [JobStatus]) -> JobStatus {
    let summary = JobStatus(arrayID: id, tasks: tasks)
    var status = self
    (status.state, status.tasks, status.taskCounts) = (summary.state, summary.tasks, summary.taskCounts)
    status.endedAt = summary.endedAt ?? (summary.state.isFinished ? endedAt : nil)
    return status
  }

  private var taskTotal: Int? { taskCounts.map { $0.values.reduce(0, +) } }

  /// Whether the job was put back into the queue since an earlier status: its attempt counts higher, or, if attempts
  /// are not counted, it is open again and certainly the same submission.
  private func isLaterAttempt(than earlier: JobStatus) -> Bool {
    if let attempt, let before = earlier.attempt { return attempt > before }
    guard !state.isFinished, state.unknownCause == nil else { return false }
    guard let submittedAt, let before = earlier.submittedAt else { return false }
    return abs(submittedAt.timeIntervalSince(before)) < 2
  }

  /// How much the source of this status knows about an end.
  private var weight: Int {
    switch source {
    case Self.acceptedCancelSource: 0
    case Self.exitRecordSource: 1
    default: 2
    }
  }

  /// This status, completed by what an earlier one knew and this one does not say: the job's identity and where its
  /// output goes.
  func filled(from earlier: JobStatus?) -> JobStatus {
    guard let earlier else { return self }
    var status = self
    status.name = name ?? earlier.name
    status.user = user ?? earlier.user
    status.server = server ?? earlier.server
    status.queue = queue ?? earlier.queue
    status.directory = directory ?? earlier.directory
    status.standardOutput = standardOutput ?? earlier.standardOutput
    status.standardError = standardError ?? earlier.standardError
    status.submittedAt = submittedAt ?? earlier.submittedAt
    status.index = index ?? earlier.index
    // What belongs to an attempt is only taken from the same attempt.
    guard attempt == nil || earlier.attempt == nil || attempt == earlier.attempt else { return status }
    status.startedAt = startedAt ?? (state == .queued || state == .held ? nil : earlier.startedAt)
    if nodes.isEmpty, status.startedAt != nil { status.nodes = earlier.nodes }
    return status
  }
}
