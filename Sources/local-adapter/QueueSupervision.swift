import AdapterKit
import FoundationEssentials
import GRDB
import Processes

/// What a supervisor needs to know about its job.
struct JobOrder: Sendable {
  let key: TaskKey
  let token: String
  let attempt: Int
  let spec: JobSpec
  /// The variables from the submission.
  let environment: [String: String]
  let umask: UInt32
  let directory: String
  /// The most memory in bytes; 0 without a limit.
  let memory: Int64
  let deadlineAt: Double?
  let folder: String
  /// The command that an earlier supervisor left running, and when it had started.
  let adopted: ProcessIdentity?
  let startedAt: Double?
  let wishes: Wishes
}

/// What users want for a running job.
struct Wishes: Sendable {
  var isCancelled = false
  var isPaused = false
  var signals: [Int32] = []
}

extension QueueTransaction {
  /// Gives a claimed job to this process; `nil` when it can no longer be taken.
  func take(_ key: TaskKey, claim: String) throws -> JobOrder? {
    try execute(
      "UPDATE task SET owner = ? WHERE submission = ? AND position = ? AND owner = ? AND \(QueueSchema.active)",
      [ProcessIdentity.current.text, key.submission, key.position, claim]
    )
    guard database.changesCount > 0 else { return nil }
    let found = try row(
      """
      SELECT t.attempt, t.leader, t.startedAt, s.token, s.memory, s.deadlineAt, s.directory,
        c.specification, c.environment, c.umask
      FROM task t JOIN submission s ON s.id = t.submission JOIN content c ON c.submission = t.submission
      WHERE t.submission = ? AND t.position = ?
      """,
      [key.submission, key.position]
    )
    guard let found else { return nil }
    let leader = (found["leader"] as String?).flatMap { ProcessIdentity($0) }
    let wishes = try takeWishes(key)
    if leader == nil, wishes.isCancelled {
      var record = AttemptRecord(
        key,
        token: found["token"],
        attempt: found["attempt"],
        host: settings.host,
        outcome: .cancelled(by: .user)
      )
      record.reason = "cancelled before it started"
      record.endedAt = now
      try finish(key, record, source: "queue")
      try pass()
      return nil
    }
    return JobOrder(
      key: key,
      token: found["token"],
      attempt: found["attempt"],
      spec: try JSON.value(from: found["specification"] as String),
      environment: try JSON.value(from: found["environment"] as String),
      umask: found["umask"],
      directory: found["directory"],
      memory: found["memory"],
      deadlineAt: found["deadlineAt"],
      folder: settings.folder.job(key),
      adopted: leader,
      startedAt: found["startedAt"],
      wishes: wishes
    )
  }

  /// Reads the wishes, marks a cancellation as read (2), and removes the signals from the list so that each is sent
  /// once.
  func takeWishes(_ key: TaskKey) throws -> Wishes {
    let place: StatementArguments = [key.submission, key.position]
    let found = try row(
      "SELECT cancelRequested, pauseRequested, signals FROM task WHERE submission = ? AND position = ?",
      place
    )
    guard let found else { return Wishes() }
    let signals = (found["signals"] as String).split(separator: " ").compactMap { Int32($0) }
    if !signals.isEmpty || found["cancelRequested"] == 1 {
      try execute(
        """
        UPDATE task SET signals = '', cancelRequested = CASE cancelRequested WHEN 0 THEN 0 ELSE 2 END
        WHERE submission = ? AND position = ?
        """,
        place
      )
    }
    return Wishes(isCancelled: found["cancelRequested"], isPaused: found["pauseRequested"], signals: signals)
  }

  /// Records that the command runs.
  func started(_ key: TaskKey, leader: ProcessIdentity, at time: Double) throws {
    try execute(
      """
      UPDATE task SET leader = ?, startedAt = ?, state = CASE cancelRequested WHEN 0 THEN 'running' ELSE 'finishing' END
      WHERE submission = ? AND position = ? AND owner = ?
      """,
      [leader.text, time, key.submission, key.position, ProcessIdentity.current.text]
    )
    moved.append(key.submission)
    guard try number("SELECT count(*) FROM dependency WHERE onSubmission = ?", [key.submission]) > 0 else { return }
    try settleDependents()
    try pass()
  }

  /// Records that a job is temporarily stopped, or continues.
  func paused(_ key: TaskKey, _ isPaused: Bool) throws {
    try execute(
      "UPDATE task SET state = ? WHERE submission = ? AND position = ? AND state IN ('running', 'suspended')",
      [isPaused ? "suspended" : "running", key.submission, key.position]
    )
  }
}
