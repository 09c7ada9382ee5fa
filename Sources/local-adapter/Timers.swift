import AdapterKit
import GRDB

extension QueueTransaction {
  /// Remembers that a submission has to be looked at when a time comes.
  func addTimer(_ submission: Int64, at time: Double) throws {
    try execute("INSERT OR IGNORE INTO timer VALUES (?, ?)", [time, submission])
    effects.timersChanged = true
  }

  /// Lets begin times and deadlines act that have come.
  func fireTimers() throws {
    let due = try rows("SELECT at, submission FROM timer WHERE at <= ?", [now])
    for timer in due {
      let submission: Int64 = timer["submission"]
      try execute("DELETE FROM timer WHERE at = ? AND submission = ?", [timer["at"] as Double, submission])
      let deadline = try row("SELECT deadlineAt FROM submission WHERE id = ?", [submission])?["deadlineAt"] as Double?
      if let deadline, deadline <= now {
        // Supervisors see to the deadlines of what runs.
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
