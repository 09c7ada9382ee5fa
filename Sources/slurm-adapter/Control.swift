import AdapterKit

/// `scancel`, and `scontrol` hold, release, suspend and resume.
struct SlurmControl<Host: CommandHost> {
  let slurm: Slurm<Host>

  /// Ends jobs, or sends a signal to their running ones, including shell and children.
  ///
  /// `scancel` is silent about unknown and finished jobs and exits 0; only `-v` reports them, on standard error.
  func cancel(_ jobs: [JobReference], signal: UnixSignal?) async throws -> [ActionResult] {
    let (known, refused) = Self.sorted(jobs)
    guard !known.isEmpty else { return refused }
    var words = ["scancel", "--verbose"]
    // By its number: scancel of 22.05 knows sixteen names, and SEGV is not among them.
    if let signal { words += ["--full", "--signal=\(signal.number)"] }
    let answer = try await slurm.run(words + known.map(\.id), effect: .changes)
    if let interruption = answer.interruption { throw interruption }
    let complaints = Self.complaints(in: answer.complaint)
    var errors: [String: LauncherError] = [:]
    for job in known {
      guard let words = complaints[job.id] else { continue }
      errors[job.id] = Failures.ofAction(words, on: job.id, answer)
    }
    if !answer.succeeded, errors.isEmpty {
      throw Failures.ofQuery(answer, of: "the cancellation")
    }
    // Silence alone says nothing: jobs that Slurm does not know are silently ignored.
    try await verify(
      known.filter { errors[$0.id] == nil || errors[$0.id]?.code == .unknownJob },
      signal,
      answer,
      &errors
    )
    return refused + known.map { ActionResult(id: $0.id, error: errors[$0.id]) }
  }

  private func verify(
    _ jobs: [JobReference],
    _ signal: UnixSignal?,
    _ answer: CommandAnswer,
    _ errors: inout [String: LauncherError]
  ) async throws {
    guard !jobs.isEmpty else { return }
    // If the second look fails, the first answer stands.
    guard let statuses = try? await look(at: jobs) else { return }
    for status in statuses {
      switch status.state {
      // Slurm immediately forgets a task that is cancelled while it waits with others in one record: 47_[1-9].
      case .unknown(.gone) where errors[status.id] == nil && SlurmID(status.id)?.isTask == true: break
      case .unknown(.gone): errors[status.id] = Failures.ofAction("Invalid job id", on: status.id, answer)
      case .finished(.cancelled) where errors[status.id] == nil: break
      // The queue has forgotten it, so it has ended.
      case .finishing where status.source == "sacct":
        errors[status.id] = Failures.ofAction("Job has already finished", on: status.id, answer)
      case .finished where errors[status.id] != nil || signal != nil:
        errors[status.id] = Failures.ofAction("Job has already finished", on: status.id, answer)
      case .queued where signal != nil, .held where signal != nil:
        errors[status.id] = Failures.ofAction(
          "Job is pending execution: it has no process to signal",
          on: status.id,
          answer
        )
      default: errors[status.id] = errors[status.id]?.code == .unknownJob ? nil : errors[status.id]
      }
    }
  }

  /// The state of some jobs.
  ///
  /// - Throws: `LauncherError` when a source could not be read to its end.
  private func look(at jobs: [JobReference]) async throws -> [JobStatus] {
    let seen = SeenJobs()
    var poll = SlurmPoll(jobs, on: slurm, to: JobReporter { jobs, _ in await seen.add(jobs) })
    let outcome = try await poll.run()
    guard outcome.complete else {
      throw outcome.problem ?? LauncherError(.unreadableOutput, "a row of squeue's answer cannot be read")
    }
    return await seen.statuses
  }

  /// Keeps waiting jobs from starting. `scontrol hold` also accepts a running job, and only changes what happens to it
  /// when it is requeued.
  func hold(_ jobs: [JobReference]) async throws -> [ActionResult] {
    let begun = await begun(among: jobs)
    let rest = jobs.filter { begun[$0.id] == nil }
    let refused = jobs.compactMap { job in
      begun[job.id].map { state in
        ActionResult(
          id: job.id,
          error: LauncherError(
            .wrongState,
            "job \(job.id) is \(state.word): a hold keeps waiting jobs from starting",
            advice: "Suspend it instead."
          )
        )
      }
    }
    return refused + (rest.isEmpty ? [] : try await change("hold", rest))
  }

  /// The jobs that have started according to the queue; for arrays, those without a waiting task. If the queue cannot
  /// be asked, `scontrol` reports what is wrong.
  private func begun(among jobs: [JobReference]) async -> [String: JobState] {
    let columns: [Squeue.Column] = [.jobArrayID, .jobID, .state]
    let numbers = Set(jobs.compactMap { SlurmID($0.id)?.number }).sorted().map { "\($0)" }
    guard !numbers.isEmpty, let answer = try? await slurm.run(Squeue.arguments(columns, ids: numbers)),
      answer.succeeded, var reader = try? SqueueReader(path: answer.result.stdoutPath, columns: columns)
    else { return [:] }
    var rows: [SqueueRow] = []
    while let record = try? reader.next() { if case .success(let row) = record { rows.append(row) } }
    if reader.isCut { return [:] }
    var begun: [String: JobState] = [:]
    for job in jobs {
      let own = rows.filter { Self.isRow($0, of: job) && $0.end == nil }
      let states = own.map(\.status.state)
      guard let first = states.first,
        states.allSatisfy({ [.running, .starting, .suspended, .finishing].contains($0) })
      else { continue }
      begun[job.id] = first
    }
    return begun
  }

  private static func isRow(_ row: SqueueRow, of job: JobReference) -> Bool {
    switch (SlurmID(job.id), row.id) {
    case (.job(let number)?, let id): id.number == number || row.number == number
    case (.task(let array, let wanted)?, .tasks(let other, let list)): array == other && list.contains(wanted)
    case (let wanted?, let id): wanted == id
    case (nil, _): false
    }
  }

  /// Runs one of `scontrol`'s verbs on jobs.
  func change(_ verb: String, _ jobs: [JobReference]) async throws -> [ActionResult] {
    let (known, refused) = Self.sorted(jobs)
    guard !known.isEmpty else { return refused }
    let answer = try await slurm.run(["scontrol", verb, known.map(\.id).joined(separator: ",")], effect: .changes)
    if let interruption = answer.interruption { throw interruption }
    // 22.05 says this about a job that it does not know, and also when no controller answers: then a look fails.
    var unknown: Set<String> = []
    if answer.complaint.contains("Unexpected message received") {
      unknown = Set(try await look(at: known).filter { $0.state == .unknown(.gone) || $0.state.isFinished }.map(\.id))
    }
    let complaints = Self.complaints(in: answer.complaint)
    var results = refused
    for job in known {
      let words = complaints[job.id] ?? (known.count == 1 && !answer.succeeded ? answer.complaint : nil)
      let error = words.map { words in
        unknown.contains(job.id)
          ? Failures.ofAction(.unknownJob, words, on: job.id, answer) : Failures.ofAction(words, on: job.id, answer)
      }
      results.append(ActionResult(id: job.id, error: error))
    }
    if !answer.succeeded, results.allSatisfy({ $0.error == nil }) { throw Failures.ofQuery(answer, of: "\(verb)") }
    if known.count == 1, let error = results.last?.error,
      [.schedulerUnreachable, .schedulerTimedOut].contains(error.code)
    {
      throw error
    }
    return results
  }

  private static func sorted(_ jobs: [JobReference]) -> (known: [JobReference], refused: [ActionResult]) {
    var known: [JobReference] = []
    var refused: [ActionResult] = []
    for job in jobs {
      if SlurmID(job.id) == nil {
        refused.append(ActionResult(id: job.id, error: LauncherError(.malformedID, SlurmID.complaint(about: job.id))))
      } else {
        known.append(job)
      }
    }
    return (known, refused)
  }

  /// The complaints, by job: `Invalid job id specified for job 99`, `scancel: error: Kill job error on job id 99:
  /// Invalid job id specified`.
  static func complaints(in stderr: String) -> [String: String] {
    var complaints: [String: String] = [:]
    for line in stderr.split(separator: "\n") {
      if let mark = line.firstRange(of: " on job id ") {
        let rest = line[mark.upperBound...]
        guard let colon = rest.firstIndex(of: ":") else { continue }
        complaints[String(rest[..<colon])] = String(rest[rest.index(after: colon)...].drop { $0 == " " })
      } else if let mark = line.firstRange(of: " for job ") {
        complaints[String(line[mark.upperBound...])] = String(line[..<mark.lowerBound])
      }
    }
    return complaints
  }
}

/// What a second look saw.
private actor SeenJobs {
  private(set) var statuses: [JobStatus] = []
  func add(_ jobs: [JobStatus]) { statuses += jobs }
}
