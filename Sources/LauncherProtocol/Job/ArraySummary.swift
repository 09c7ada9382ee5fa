import FoundationEssentials

extension JobStatus {
  /// The status of an array that follows from its tasks: running while any task runs, finished once all are, and then
  /// failed if any task did not succeed.
  ///
  /// - Parameters:
  ///   - id: the array's own id.
  ///   - tasks: every task's status; not empty.
  public init(arrayID id: String, tasks: [JobStatus]) {
    self.init(id: id, state: Self.state(ofArrayWith: tasks))
    let first = tasks.first
    adapter = first?.adapter
    server = first?.server
    name = first?.name
    user = first?.user
    queue = first?.queue
    directory = first?.directory
    source = first?.source
    observedAt = tasks.compactMap(\.observedAt).min()
    submittedAt = tasks.compactMap(\.submittedAt).min()
    startedAt = tasks.compactMap(\.startedAt).min()
    if state.isFinished { endedAt = tasks.compactMap(\.endedAt).max() }
    attempt = tasks.compactMap(\.attempt).max()
    var seen = Set<String>()
    nodes = tasks.flatMap(\.nodes).filter { seen.insert($0).inserted }
    if !state.isFinished {
      reason = tasks.first { $0.state == state && $0.reason != nil }?.reason
    }
    taskCounts = Dictionary(tasks.map { ($0.state.word, 1) }, uniquingKeysWith: +)
    self.tasks = tasks.sorted { ($0.index ?? 0) < ($1.index ?? 0) }
  }

  /// The status of an array whose submitted indices are known: a task that no source reports is `unknown`, its cause
  /// `gone`, so that an array never succeeds on the word of some of its tasks.
  ///
  /// - Parameters:
  ///   - id: the array's own id.
  ///   - tasks: the status of each task that is known; not empty.
  ///   - submitted: the indices it was submitted with; `nil` if they are not known, and `tasks` count as all.
  ///   - taskID: makes a task's id from its index.
  public init(arrayID id: String, tasks: [JobStatus], submitted: ArrayIndices?, taskID: (Int) -> String) {
    guard let submitted else {
      self.init(arrayID: id, tasks: tasks)
      return
    }
    let known = Set(tasks.compactMap(\.index))
    let missing = submitted.indices.filter { !known.contains($0) }.map { index in
      var task = JobStatus(id: taskID(index), state: .unknown(.gone))
      task.index = index
      task.reason = JobReason(nil, "no source reports this task any more")
      return task
    }
    self.init(arrayID: id, tasks: tasks + missing)
  }

  private static func state(ofArrayWith tasks: [JobStatus]) -> JobState {
    let words = Set(tasks.map(\.state.word))
    for state in [JobState.running, .starting, .suspended, .finishing] where words.contains(state.word) {
      return state
    }
    // Some tasks ended and others wait: the array as a whole has begun and continues.
    if words.contains("finished"), !words.isDisjoint(with: ["queued", "held"]) { return .running }
    if words.contains("queued") { return .queued }
    if words.contains("held") { return .held }
    if let unknown = tasks.first(where: { $0.state.unknownCause != nil }) { return unknown.state }
    let outcomes = tasks.compactMap(\.state.outcome)
    if outcomes.isEmpty { return .unknown(.unreadable) }
    if outcomes.allSatisfy({ $0 == .succeeded }) { return .finished(.succeeded) }
    // If all the tasks that did not succeed share one outcome, it is the array's; a mixture is a failure.
    let bad = Set(outcomes.filter { $0 != .succeeded })
    if bad.count == 1, let shared = bad.first { return .finished(shared) }
    // Cancelled tasks count as cancelled, even if it is not known for all of them who cancelled them.
    let cancelled = bad.allSatisfy { if case .cancelled = $0 { true } else { false } }
    return .finished(cancelled ? .cancelled(by: .unknown) : .failed)
  }
}
