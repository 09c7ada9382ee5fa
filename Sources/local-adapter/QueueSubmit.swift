import AdapterKit
import FoundationEssentials
import GRDB
import Glibc

extension QueueTransaction {
  /// Puts a job into the queue; the same token twice is the same job.
  func submit(_ submission: CheckedSubmission, token: String) throws -> (id: Int64, submittedAt: Double) {
    if let row = try row("SELECT id, submittedAt FROM submission WHERE token = ?", [token]) {
      return (row["id"], row["submittedAt"])
    }
    try checkDependencies(of: submission)
    let spec = submission.spec
    try execute(
      """
      INSERT INTO submission (token, submittedAt, name, isArray, arrayLimit, cores, memory, exclusive, beginAt,
        deadlineAt, requeue, directory, stdout, stderr, tasks, openTasks)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        token, now, spec.name, spec.array != nil, spec.array?.concurrencyLimit, submission.demand.cores,
        submission.demand.memory, submission.demand.isExclusive, spec.begin?.date.timeIntervalSince1970,
        spec.deadline?.date.timeIntervalSince1970, spec.requeue ?? false, submission.directory, spec.standardOutput,
        spec.standardError, submission.positions.count, submission.positions.count,
      ]
    )
    let id = database.lastInsertedRowID
    try insertContent(id, spec)
    for (condition, target) in submission.dependencies {
      try execute(
        "INSERT INTO dependency VALUES (?, ?, ?, ?)",
        [id, condition.rawValue, target.submission, target.position]
      )
    }
    let insert = try database.cachedStatement(
      sql: "INSERT INTO task (submission, position, state, held, rank) VALUES (?, ?, ?, ?, ?)"
    )
    let isHeld = spec.hold ?? false
    let mayBeReady = submission.dependencies.isEmpty && spec.begin == nil
    let state = isHeld ? "held" : mayBeReady ? "queued" : "waiting"
    // Higher priorities come first, and an index is in ascending order.
    let rank = -Int64(spec.priority ?? 0)
    for position in submission.positions { try insert.execute(arguments: [id, position, state, isHeld, rank]) }
    if !mayBeReady || isHeld { try settle(id) }
    for time in [spec.begin, spec.deadline].compactMap({ $0?.date.timeIntervalSince1970 }) {
      try addTimer(id, at: time)
    }
    if id % 50 == 0 { try prune() }
    try pass()
    return (id, now)
  }

  private func insertContent(_ id: Int64, _ spec: JobSpec) throws {
    var stored = spec
    stored.environment = EnvironmentSpec()
    let mask = umask(0o077)
    umask(mask)
    try execute(
      "INSERT INTO content VALUES (?, ?, ?, ?)",
      [
        id, try JSON.text(of: stored), try JSON.text(of: JobEnvironment.submitted(spec.environment)), Int64(mask),
      ]
    )
  }

  private func checkDependencies(of submission: CheckedSubmission) throws {
    for (dependency, (condition, target)) in zip(submission.spec.dependencies, submission.dependencies) {
      let known =
        target.position == TaskKey.noIndex
        ? try number("SELECT count(*) FROM submission WHERE id = ?", [target.submission])
        : try number(
          "SELECT count(*) FROM task WHERE submission = ? AND position = ?",
          [target.submission, target.position]
        )
      guard known > 0 else { throw CheckedSubmission.unknownDependency(dependency) }
      guard condition == .aftercorr, submission.spec.array != nil, target.position == TaskKey.noIndex else { continue }
      let isArray = try number("SELECT isArray FROM submission WHERE id = ?", [target.submission])
      guard isArray == 1 else { continue }
      let theirs = Set(
        try rows("SELECT position FROM task WHERE submission = ?", [target.submission]).map { $0["position"] as Int }
      )
      if let missing = submission.positions.first(where: { !theirs.contains($0) }) {
        throw LauncherError.invalid(
          "dependencies",
          "\(dependency): array \(target.text) has no task with index \(missing)"
        )
      }
    }
  }

  /// Forgets some jobs that ended more than thirty days ago. Their number is bounded, since a user waits for a
  /// submission.
  private func prune() throws {
    let old = try rows(
      "SELECT id, tasks FROM submission WHERE endedAt < ? ORDER BY endedAt LIMIT 50",
      [now - 30 * 86_400]
    )
    var budget = 2_000
    for row in old {
      let (id, tasks): (Int64, Int) = (row["id"], row["tasks"])
      budget -= tasks
      if budget < 0, tasks <= 2_000 { return }
      for task in try rows("SELECT position FROM task WHERE submission = ? AND startedAt IS NOT NULL", [id]) {
        effects.folders.append(settings.folder.job(TaskKey(id, task["position"])))
      }
      for table in ["task", "content", "dependency", "timer"] {
        try execute("DELETE FROM \(table) WHERE submission = ?", [id])
      }
      try execute("DELETE FROM submission WHERE id = ?", [id])
    }
  }
}
