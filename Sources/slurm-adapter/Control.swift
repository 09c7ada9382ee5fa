import AdapterKit

/// `scancel`, and `scontrol` hold, release, suspend and resume.
struct SlurmControl<Host: CommandHost> {
  let slurm: Slurm<Host>

  /// Ends jobs, or sends a signal to their running ones, shell and children included.
  ///
  /// `scancel` is silent about unknown and finished jobs and exits 0; only `-v` tells, on standard error.
  func cancel(_ jobs: [JobReference], signal: UnixSignal?) async throws -> [ActionResult] {
    let (known, refused) = Self.sorted(jobs)
    guard !known.isEmpty else { return refused }
    var words = ["scancel", "--verbose"]
    // By its number: scancel of 22.05 knows sixteen names, and SEGV is not among them.
    if let signal { words += ["--full", "--signal=\(signal.number)"] }
    let answer = try await slurm.run(words + known.map(\.id), effect: .changes)
    if let interruption = answer.interruption { throw interruption }
    let complaints = Self.complaints(in: answer.complaint)
    var errors: [String: AdapterError] = [:]
    for job in known {
      guard let words = complaints[job.id] else { continue }
      errors[job.id] = Failures.ofAction(words, on: job.id, answer)
    }
    if !answer.succeeded, errors.isEmpty {
      throw Failures.ofQuery(answer, of: "the cancellation")
    }
    // Silence says nothing by itself: jobs that Slurm does not know are passed over in silence.
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
    _ errors: inout [String: AdapterError]
  ) async throws {
    guard !jobs.isEmpty else { return }
    let seen = SeenJobs()
    let reporter = JobReporter { jobs, _ in await seen.add(jobs) }
    var poll = SlurmPoll(jobs, on: slurm, to: reporter)
    // When the second look fails, the first answer stands.
    guard let outcome = try? await poll.run(), outcome.complete else { return }
    for status in await seen.statuses {
      switch status.state {
      // Slurm forgets a task at once that is cancelled while it waits with others in one record: 47_[1-9].
      case .unknown(.gone) where errors[status.id] == nil && SlurmID(status.id)?.isTask == true: break
      case .unknown(.gone): errors[status.id] = Failures.ofAction("Invalid job id", on: status.id, answer)
      case .finished(.cancelled) where errors[status.id] == nil: break
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

  /// Runs one of `scontrol`'s verbs on jobs.
  func change(_ verb: String, _ jobs: [JobReference]) async throws -> [ActionResult] {
    let (known, refused) = Self.sorted(jobs)
    guard !known.isEmpty else { return refused }
    let answer = try await slurm.run(["scontrol", verb, known.map(\.id).joined(separator: ",")], effect: .changes)
    if let interruption = answer.interruption { throw interruption }
    // 22.05 says so of a job that it does not know, and also when no controller answers: looking fails then.
    if answer.complaint.contains("Unexpected message received") {
      var look = SlurmPoll(known, on: slurm, to: JobReporter { _, _ in })
      _ = try await look.run()
    }
    let complaints = Self.complaints(in: answer.complaint)
    var results = refused
    for job in known {
      let words = complaints[job.id] ?? (known.count == 1 && !answer.succeeded ? answer.complaint : nil)
      results.append(ActionResult(id: job.id, error: words.map { Failures.ofAction($0, on: job.id, answer) }))
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
        let error = AdapterError(.malformedID, "‘\(job.id)’ is not an id of Slurm's: write 41, 41_3 or 41+1")
        refused.append(ActionResult(id: job.id, error: error))
      } else {
        known.append(job)
      }
    }
    return (known, refused)
  }

  /// By job, what was complained about: `Invalid job id specified for job 99`,
  /// `scancel: error: Kill job error on job id 99: Invalid job id specified`.
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
