import AdapterKit
import GRDB
import Glibc
import Processes

extension QueueTransaction {
  /// A claim that no supervisor took over within this time is void, even if the claimer still lives.
  private var claimLifetime: Double { 30 }

  /// Repairs every started job whose supervisor, or whose claimer before that, no longer exists; wakes supervisors that
  /// have something to read.
  func repair() throws {
    for row in try rows(QueueReading.ownersSQL) {
      if QueueReading.isAbandoned(row, now: now) {
        try repair(row)
      } else if let owner: String = row["owner"], QueueReading.hasUnreadWish(row) {
        effects.owners.insert(owner)
      }
    }
  }

  private func repair(_ row: Row) throws {
    let key = TaskKey(row["submission"], row["position"])
    let folder = settings.folder.job(key)
    let attempt: Int = row["attempt"]
    let token: String = row["token"]
    let mark = JobMark(key, token: token)
    if var record = AttemptRecord.read(in: folder, token: token, attempt: attempt) {
      if record.startedAt == nil { record.startedAt = row["startedAt"] }
      return try finish(key, record, source: "exit record")
    }
    let owner: String? = row["owner"]
    let leader: ProcessIdentity? = (row["leader"] as String?).flatMap { ProcessIdentity($0) }
    if leader == nil, owner?.contains("#") ?? true {
      // Claimed, but never taken over: nothing of it ever ran.
      return try backToQueue(key)
    }
    let world = leader?.world ?? owner.flatMap { ProcessIdentity($0) }?.world
    if world?.isPast ?? true { return try endAfterRestart(key, row) }
    guard let leader = leader ?? ProcessTree.leader(carrying: mark) else {
      return try finishUnknown(
        key,
        row,
        "its supervisor was killed before it recorded the start; whether the command ran is not known"
      )
    }
    guard leader.isAlive else {
      // Without a supervisor and without the command, whatever else it started is left over.
      ProcessTree(root: .adopted(leader: leader, mark: mark)).send(SIGKILL)
      return try finishUnknown(
        key,
        row,
        "its supervisor was killed, and no exit record shows how the command ended"
      )
    }
    try adopt(key, leader)
  }

  private func adopt(_ key: TaskKey, _ leader: ProcessIdentity) throws {
    let claim = newClaim()
    try execute(
      """
      UPDATE task SET owner = ?, claimedAt = ?, leader = ?, reason = ?,
        state = CASE WHEN state = 'starting' THEN 'running' ELSE state END, startedAt = ifnull(startedAt, claimedAt)
      WHERE submission = ? AND position = ?
      """,
      [
        claim, now, leader.text,
        "its supervisor is gone (killed?); another one watches it, and how it ends will not be known",
        key.submission, key.position,
      ]
    )
    effects.launches.append(QueueEffects.Launch(key: key, claim: claim))
  }

  private func backToQueue(_ key: TaskKey) throws {
    try execute(
      "UPDATE task SET state = 'queued', owner = NULL, claimedAt = NULL WHERE submission = ? AND position = ?",
      [key.submission, key.position]
    )
    let wishes = try row(
      "SELECT cancelRequested FROM task WHERE submission = ? AND position = ?",
      [key.submission, key.position]
    )
    if wishes?["cancelRequested"] == true { try cancelUnstarted([key]) }
  }

  private func endAfterRestart(_ key: TaskKey, _ row: Row) throws {
    guard row["requeue"] == 1, row["cancelRequested"] == false else {
      var record = AttemptRecord(
        key,
        token: row["token"],
        attempt: row["attempt"],
        host: settings.host,
        outcome: row["cancelRequested"] == true ? .cancelled(by: .user) : .nodeFailure
      )
      record.startedAt = row["startedAt"]
      record.reason = "the machine was restarted while it ran"
      return try finish(key, record, source: "queue")
    }
    try requeue(key, reason: "the machine was restarted while it ran; it waits for another attempt")
  }

  /// Starts a new attempt: the job goes back to its place in the queue.
  func requeue(_ key: TaskKey, reason: String) throws {
    try execute(
      """
      UPDATE task SET state = 'queued', attempt = attempt + 1, owner = NULL, leader = NULL, claimedAt = NULL,
        startedAt = NULL, pauseRequested = 0, signals = '', reason = ?
      WHERE submission = ? AND position = ?
      """,
      [reason, key.submission, key.position]
    )
  }

  private func finishUnknown(_ key: TaskKey, _ row: Row, _ reason: String) throws {
    var record = AttemptRecord(
      key,
      token: row["token"],
      attempt: row["attempt"],
      host: settings.host,
      outcome: .unknown
    )
    record.startedAt = row["startedAt"]
    record.reason = reason
    try finish(key, record, source: "queue")
  }
}
