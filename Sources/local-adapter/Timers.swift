import AdapterKit
import GRDB

extension QueueTransaction {
  /// Remembers that a submission has to be checked at a time.
  func addTimer(_ submission: Int64, at time: Double) throws {
    try execute("INSERT OR IGNORE INTO timer VALUES (?, ?)", [time, submission])
    effects.timersChanged = true
  }

  /// Processes the begin times and deadlines that are due.
  func fireTimers() throws {
    let due = try rows("SELECT at, submission FROM timer WHERE at <= ?", [now])
    for timer in due {
      let submission: Int64 = timer["submission"]
      try execute("DELETE FROM timer WHERE at = ? AND submission = ?", [timer["at"] as Double, submission])
      let deadline = try row("SELECT deadlineAt FROM submission WHERE id = ?", [submission])?["deadlineAt"] as Double?
      if let deadline, deadline <= now {
        // Supervisors handle the deadlines of running jobs.
        try finishUnstarted(
          TaskKey(submission),
          as: .deadlineMissed,
          reason: "its deadline \(Instant.text(deadline)) passed before it started"
        )
      } else {
        try settle(submission)
      }
    }
  }

  /// When the next timer is due.
  func nextTimer() throws -> Double? {
    try row("SELECT min(at) AS at FROM timer")?["at"]
  }
}
