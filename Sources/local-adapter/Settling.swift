import AdapterKit
import GRDB

/// The state that a job that has not started belongs in.
enum Standing {
  case ready
  case waits(JobReason.Code, String)
  case never(String)
}

extension QueueTransaction {
  /// Records an end, once.
  func finish(_ key: TaskKey, _ record: AttemptRecord, source: String) throws {
    try execute(
      """
      UPDATE task SET state = 'finished', owner = NULL, outcome = ?, canceller = ?, exitCode = ?, exitSignal = ?,
        coreDumped = ?, reasonCode = ?, reason = ?, startedAt = ?, endedAt = ?, cpuSeconds = ?, peakMemory = ?,
        walltimeSeconds = ?, source = ?
      WHERE submission = ? AND position = ? AND state <> 'finished'
      """,
      [
        record.outcome, record.cancelledBy?.rawValue, record.exitCode, record.signal?.number, record.coreDumped,
        record.reasonCode?.rawValue, record.reason, record.startedAt, record.endedAt, record.cpuSeconds,
        record.peakMemoryBytes, record.walltimeSeconds, source, key.submission, key.position,
      ]
    )
    guard database.changesCount > 0 else { return }
    try count(ended: 1, failed: record.outcome == JobOutcome.succeeded.word ? 0 : 1, of: key.submission)
  }

  /// Ends every task of a submission that has not started; or one of them.
  func finishUnstarted(
    _ key: TaskKey,
    as outcome: JobOutcome,
    code: JobReason.Code? = nil,
    reason: String
  ) throws {
    var canceller: JobOutcome.Canceller?
    if case .cancelled(let by) = outcome { canceller = by }
    try execute(
      """
      UPDATE task SET state = 'finished', outcome = ?, canceller = ?, reasonCode = ?, reason = ?, endedAt = ?,
        source = 'queue'
      WHERE submission = ?\(key.narrowing) AND \(QueueSchema.unstarted)
      """,
      [outcome.word, canceller?.rawValue, code?.rawValue, reason, now, key.submission]
    )
    let count = database.changesCount
    if count > 0 { try self.count(ended: count, failed: count, of: key.submission) }
  }

  private func count(ended: Int, failed: Int, of submission: Int64) throws {
    try execute(
      """
      UPDATE submission SET openTasks = openTasks - ?1, failedTasks = failedTasks + ?2,
        endedAt = CASE WHEN openTasks <= ?1 THEN ?3 END
      WHERE id = ?4
      """,
      [ended, failed, now, submission]
    )
    if try number("SELECT openTasks FROM submission WHERE id = ?", [submission]) == 0 {
      try execute("DELETE FROM timer WHERE submission = ?", [submission])
      if database.changesCount > 0 { effects.timersChanged = true }
    }
    moved.append(submission)
  }

  /// Checks the jobs that wait for those that moved, and in turn the ones that wait for these.
  func settleDependents() throws {
    while let submission = moved.popLast() {
      let dependents = try rows("SELECT DISTINCT submission FROM dependency WHERE onSubmission = ?", [submission])
      for dependent in dependents { try settle(dependent["submission"]) }
    }
  }

  /// Puts the tasks of a submission that have not started into the state where they belong now.
  func settle(_ submission: Int64) throws {
    guard
      let row = try row("SELECT beginAt FROM submission WHERE id = ? AND openTasks > 0", [submission])
    else { return }
    let dependencies = try rows("SELECT * FROM dependency WHERE submission = ?", [submission])
    let parallel = dependencies.filter { $0["condition"] == JobDependency.Condition.aftercorr.rawValue }
    let common = dependencies.filter { $0["condition"] != JobDependency.Condition.aftercorr.rawValue }
    let standing = try self.standing(common, beginAt: row["beginAt"])
    guard !parallel.isEmpty, case .ready = standing else { return try put(TaskKey(submission), standing) }
    let waiting = try rows(
      "SELECT position FROM task WHERE submission = ? AND state IN ('waiting', 'held')",
      [submission]
    )
    for task in waiting {
      let key = TaskKey(submission, task["position"])
      let own = try parallel.map { try self.standing(ofTask: key.position, $0) }
      try put(key, own.first { if case .ready = $0 { false } else { true } } ?? .ready)
    }
  }

  private func put(_ key: TaskKey, _ standing: Standing) throws {
    switch standing {
    case .never(let reason):
      try finishUnstarted(key, as: .dependencyFailed, code: .dependencyNeverSatisfied, reason: reason)
    case .ready, .waits:
      var (state, code, reason): (String, String?, String?) = ("queued", nil, nil)
      if case .waits(let why, let text) = standing { (state, code, reason) = ("waiting", why.rawValue, text) }
      try execute(
        """
        UPDATE task SET state = CASE WHEN held THEN 'held' ELSE ?1 END, reasonCode = ?2, reason = ?3
        WHERE submission = ?4\(key.narrowing) AND \(QueueSchema.unstarted)
        """,
        [state, code, reason, key.submission]
      )
    }
  }

  /// The state that a job with these dependencies belongs in; what can never happen takes precedence over what has not
  /// happened yet.
  func standing(_ dependencies: [Row], beginAt: Double?) throws -> Standing {
    var waiting: Standing?
    for dependency in dependencies {
      switch try standing(dependency) {
      case .never(let reason): return .never(reason)
      case .waits(let code, let text): waiting = waiting ?? .waits(code, text)
      case .ready: break
      }
    }
    if let waiting { return waiting }
    if let beginAt, beginAt > now {
      return .waits(.beginTime, "it may begin at \(Instant.text(beginAt))")
    }
    return .ready
  }

  private func standing(_ dependency: Row) throws -> Standing {
    let target = TaskKey(dependency["onSubmission"], dependency["onPosition"])
    guard let condition = JobDependency.Condition(rawValue: dependency["condition"]) else { return .ready }
    guard target.position == TaskKey.noIndex else { return try standing(condition, task: target) }
    guard let row = try row("SELECT openTasks, failedTasks FROM submission WHERE id = ?", [target.submission]) else {
      return .never("job \(target.text), which it waits for, is not known any more")
    }
    let (open, failed): (Int, Int) = (row["openTasks"], row["failedTasks"])
    switch condition {
    case .after:
      let unstarted = try number(
        """
        SELECT EXISTS (SELECT 1 FROM task WHERE submission = ?1 AND \(QueueSchema.unstarted))
          OR EXISTS (SELECT 1 FROM task WHERE submission = ?1 AND \(QueueSchema.active) AND leader IS NULL)
        """,
        [target.submission]
      )
      return unstarted == 0 ? .ready : waits("for job \(target.text) to start")
    case .afterok, .aftercorr:
      if failed > 0 { return try .never(didNotSucceed(target)) }
      return open == 0 ? .ready : waits("for job \(target.text) to succeed")
    case .afternotok:
      guard open == 0 else { return waits("for job \(target.text) to fail") }
      return failed > 0 ? .ready : .never("job \(target.text) succeeded, and this one waited for it to fail")
    case .afterany:
      return open == 0 ? .ready : waits("for job \(target.text) to end")
    }
  }

  private func standing(ofTask position: Int, _ dependency: Row) throws -> Standing {
    let target: Int64 = dependency["onSubmission"]
    let same = TaskKey(target, position)
    let exists = try number(
      "SELECT count(*) FROM task WHERE submission = ? AND position = ?",
      [target, position]
    )
    return exists > 0 ? try standing(.afterok, task: same) : try standing(dependency)
  }

  private func standing(_ condition: JobDependency.Condition, task: TaskKey) throws -> Standing {
    let row = try row(
      "SELECT state, outcome, leader FROM task WHERE submission = ? AND position = ?",
      [task.submission, task.position]
    )
    guard let row else { return .never("job \(task.text), which it waits for, is not known any more") }
    let state: String = row["state"]
    let succeeded = row["outcome"] as String? == JobOutcome.succeeded.word
    switch condition {
    case .after:
      let started = state == "finished" || row["leader"] as String? != nil
      return started ? .ready : waits("for job \(task.text) to start")
    case .afterok, .aftercorr:
      guard state == "finished" else { return waits("for job \(task.text) to succeed") }
      return succeeded ? .ready : try .never(didNotSucceed(task))
    case .afternotok:
      guard state == "finished" else { return waits("for job \(task.text) to fail") }
      return succeeded ? .never("job \(task.text) succeeded, and this one waited for it to fail") : .ready
    case .afterany:
      return state == "finished" ? .ready : waits("for job \(task.text) to end")
    }
  }

  private func waits(_ what: String) -> Standing { .waits(.dependency, "it waits \(what)") }

  private func didNotSucceed(_ key: TaskKey) throws -> String {
    let row = try row(
      """
      SELECT position, outcome FROM task
      WHERE submission = ? AND (? = -1 OR position = ?) AND state = 'finished' AND outcome <> 'succeeded' LIMIT 1
      """,
      [key.submission, key.position, key.position]
    )
    let failed = row.map { TaskKey(key.submission, $0["position"]).text } ?? key.text
    let outcome = row?["outcome"] as String?
    return "job \(failed), which it depends on, did not succeed: \(outcome ?? "unknown")"
  }
}
