import AdapterKit
import GRDB

/// An action that a user requests for a job.
enum JobAction: Sendable {
  case cancel
  case signal(UnixSignal)
  case hold, release, suspend, resume

  var word: String {
    switch self {
    case .cancel: "cancelled"
    case .signal: "signalled"
    case .hold: "held"
    case .release: "released"
    case .suspend: "suspended"
    case .resume: "resumed"
    }
  }
}

extension QueueTransaction {
  /// Applies an action to several jobs; with the last job of a request, makes the pass that follows from all.
  ///
  /// - Throws: when the queue cannot be changed at all; a refusal for one job is in its result.
  func act(
    _ action: JobAction,
    on jobs: some Sequence<JobReference>,
    isLast: Bool
  ) throws -> [ActionResult] {
    let results = try jobs.map { job in
      do {
        try act(action, on: job)
        return ActionResult(id: job.id)
      } catch let error as LauncherError {
        return ActionResult(id: job.id, error: error)
      }
    }
    if isLast { try pass() }
    return results
  }

  /// Applies an action to a job or to every task of an array.
  ///
  /// - Throws: `LauncherError`, before anything is changed, when it can be done to none of them.
  private func act(_ action: JobAction, on job: JobReference) throws {
    let key = try find(job)
    let found = try rows("SELECT DISTINCT state FROM task WHERE submission = ?\(key.narrowing)", [key.submission])
    let states = Set(found.map { $0["state"] as String })
    guard states != ["finished"] else {
      throw LauncherError(.alreadyFinished, "job \(job.id) has already finished; it cannot be \(action.word)")
    }
    let fitting = states.intersection(Self.states(for: action))
    guard !fitting.isEmpty else {
      let state = states.subtracting(["finished"]).sorted().joined(separator: " and ")
      throw LauncherError(
        .wrongState,
        "job \(job.id) is \(state) and cannot be \(action.word)",
        advice: Self.advice(for: action, state: state)
      )
    }
    if case .resume = action { try checkPaused(key) }
    switch action {
    case .cancel: try cancel(key)
    case .signal(let signal): try wish("signals = signals || '\(signal.number) '", key)
    case .hold: try hold(key)
    case .release: try release(key)
    case .suspend: try wish("pauseRequested = 1", key)
    case .resume: try wish("pauseRequested = 0", key)
    }
  }

  /// A pause may be requested but not done yet, so the state alone is not sufficient.
  private func checkPaused(_ key: TaskKey) throws {
    let paused = try number(
      "SELECT count(*) FROM task WHERE submission = ?\(key.narrowing) AND \(QueueSchema.active) AND pauseRequested = 1",
      [key.submission]
    )
    guard paused == 0 else { return }
    throw LauncherError(.wrongState, "job \(key.text) is not suspended and cannot be resumed")
  }

  private static func states(for action: JobAction) -> Set<String> {
    switch action {
    case .cancel: ["queued", "held", "waiting", "starting", "running", "suspended", "finishing"]
    case .signal: ["starting", "running", "suspended", "finishing"]
    case .hold: ["queued", "waiting", "held"]
    case .release: ["held"]
    case .suspend: ["starting", "running", "suspended"]
    case .resume: ["starting", "suspended", "running"]
    }
  }

  private static func advice(for action: JobAction, state: String) -> String? {
    switch action {
    case .hold: "Only a job that has not started can be held; suspend it instead."
    case .suspend, .resume: "Only a job that has started can be suspended and resumed; hold it instead."
    case .signal: "Only a job that has started has processes; cancel it without a signal to remove it."
    case .release: "Only a held job can be released."
    case .cancel: nil
    }
  }

  /// The job that a reference names.
  func find(_ job: JobReference) throws -> TaskKey {
    guard JobIDText.isWellFormed(job.id) else { throw LauncherError(.malformedID, JobIDText.complaint(about: job.id)) }
    let unknown = LauncherError(
      .unknownJob,
      "there is no job ‘\(job.id)’ in the queue of \(settings.host)",
      advice: "‘launcher status’ shows the jobs there are."
    )
    guard let key = TaskKey(job.id),
      let row = try row("SELECT submittedAt FROM submission WHERE id = ?", [key.submission])
    else { throw unknown }
    let tasks = try number(
      "SELECT count(*) FROM task WHERE submission = ? AND (? = -1 OR position = ?)",
      [key.submission, key.position, key.position]
    )
    guard tasks > 0, QueueReading.isSame(job, submittedAt: row["submittedAt"], host: settings.host) else {
      throw unknown
    }
    return key
  }

  private func cancel(_ key: TaskKey) throws {
    try cancelUnstarted([key])
    try wish("cancelRequested = 1, state = CASE state WHEN 'starting' THEN state ELSE 'finishing' END", key)
  }

  func cancelUnstarted(_ keys: [TaskKey]) throws {
    for key in keys { try finishUnstarted(key, as: .cancelled(by: .user), reason: "cancelled before it started") }
  }

  /// Writes a wish into the rows of started jobs, and makes their supervisors read it.
  private func wish(_ assignment: String, _ key: TaskKey) throws {
    let owners = try rows(
      "SELECT owner FROM task WHERE submission = ?\(key.narrowing) AND \(QueueSchema.active)",
      [key.submission]
    )
    try execute(
      "UPDATE task SET \(assignment) WHERE submission = ?\(key.narrowing) AND \(QueueSchema.active)",
      [key.submission]
    )
    // A claim has a `#` and does not parse as a process: its supervisor reads the row when it takes over the job.
    effects.owners.formUnion(owners.compactMap { $0["owner"] as String? })
  }

  private func hold(_ key: TaskKey) throws {
    try change(key, "held = 1, state = 'held'")
  }

  private func release(_ key: TaskKey) throws {
    try change(key, "held = 0, state = 'waiting'")
    try settle(key.submission)
  }

  private func change(_ key: TaskKey, _ assignment: String) throws {
    try execute(
      "UPDATE task SET \(assignment) WHERE submission = ?\(key.narrowing) AND \(QueueSchema.unstarted)",
      [key.submission]
    )
  }
}
