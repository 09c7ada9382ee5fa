import AdapterKit

/// `bkill`, `bstop` and `bresume`.
struct LSFControl<Host: CommandHost> {
  let lsf: LSF<Host>
  let memory: ServerMemory

  /// Ends jobs, or sends a signal to their running ones.
  ///
  /// `bkill 0` would end every job of the user: no id reaches this place that is not a job's.
  func cancel(_ jobs: [JobReference], signal: UnixSignal?) async throws -> [ActionResult] {
    try await act(jobs, signal.map { ["bkill", "-s", "\($0.number)"] } ?? ["bkill"]) { _ in nil }
  }

  /// `bstop` keeps a waiting job from starting, and stops a running one: so the job's state is checked first.
  func hold(_ jobs: [JobReference]) async throws -> [ActionResult] {
    try await act(jobs, ["bstop"]) { state in
      switch state {
      case .running, .suspended, .starting: "it has started already; suspend it instead"
      default: nil
      }
    }
  }

  /// Stops running jobs.
  func suspend(_ jobs: [JobReference]) async throws -> [ActionResult] {
    try await act(jobs, ["bstop"]) { state in
      switch state {
      case .queued, .held: "it has not started; hold it instead"
      default: nil
      }
    }
  }

  /// Releases held jobs.
  func release(_ jobs: [JobReference]) async throws -> [ActionResult] {
    try await act(jobs, ["bresume"]) { state in
      switch state {
      case .running, .suspended, .starting: "it is not held: it has started; resume it instead"
      default: nil
      }
    }
  }

  /// Continues suspended jobs.
  func resume(_ jobs: [JobReference]) async throws -> [ActionResult] {
    try await act(jobs, ["bresume"]) { state in
      switch state {
      case .queued, .held: "it is not suspended: it has not started; release it instead"
      default: nil
      }
    }
  }

  private func act(
    _ jobs: [JobReference],
    _ command: [String],
    objection: (JobState) -> String?
  ) async throws -> [ActionResult] {
    var results: [ActionResult] = []
    var possible: [JobReference] = []
    for job in jobs {
      if let error = try await refusal(of: job) {
        results.append(ActionResult(id: job.id, error: error))
      } else {
        possible.append(job)
      }
    }
    guard !possible.isEmpty else { return results }
    var known: [JobReference] = []
    let states = command.first == "bkill" ? [:] : try await states(of: possible)
    for job in possible {
      if let words = states[job.id].flatMap(objection) {
        results.append(ActionResult(id: job.id, error: LauncherError(.wrongState, "job \(job.id): \(words)")))
      } else {
        known.append(job)
      }
    }
    for list in IDLists.split(known.map(\.id)) { results += try await run(command, list) }
    return results
  }

  /// Why a job is not acted on at all: the text is not an id here, or the id means another job here.
  private func refusal(of job: JobReference) async throws -> LauncherError? {
    guard let id = LSFID(job.id) else { return LauncherError(.malformedID, LSFID.complaint(about: job.id)) }
    guard job.server != nil || !id.isPossible(on: .volclava) else { return nil }
    let server = await memory.server(on: lsf.host)
    if let words = server.objection(to: job) { return LauncherError(.unknownJob, words + "; nothing was done") }
    return id.isPossible(on: server.flavour) ? nil : LauncherError(.malformedID, LSFID.complaint(about: job.id))
  }

  private func run(_ command: [String], _ ids: [String]) async throws -> [ActionResult] {
    let answer = try await lsf.run(command + ids, effect: .changes, timeLimit: LSFPatience.change)
    if answer.interruption != nil { throw Failures.ofCommand(answer, of: "the action") }
    // Which stream a message is on differs by version.
    let lines = Self.lines(answer.output(limit: 1 << 24) + "\n" + answer.complaint)
    // No job was mentioned: the command as a whole failed.
    let isRefused = ids.allSatisfy { lines[$0] == nil && Self.elements(of: $0, lines).isEmpty }
    if isRefused, !answer.succeeded || !lines.isEmpty {
      let code = Failures.code(of: answer.complaint)
      if ids.count > 1, code == .malformedID || code == .unknownJob {
        // The refusal says nothing about the members of the list.
        let half = ids.count / 2
        return try await run(command, Array(ids[..<half])) + run(command, Array(ids[half...]))
      }
      guard ids.count == 1, code == .unknownJob else { throw Failures.ofCommand(answer, of: "the action") }
    }
    return ids.map { id in
      let elements = Self.elements(of: id, lines)
      if let words = lines[id] {
        return ActionResult(id: id, error: Self.isDone(words) ? nil : Failures.ofAction(words, on: id, answer))
      }
      if !elements.isEmpty {
        // For an array, elements that have already ended are not a failure if others were reached.
        let failed = elements.first { !Self.isDone($0) }
        let isDone = elements.contains { Self.isDone($0) } || failed == nil
        return ActionResult(id: id, error: isDone ? nil : failed.map { Failures.ofAction($0, on: id, answer) })
      }
      return ActionResult(id: id, error: answer.succeeded ? nil : Failures.ofAction(answer.complaint, on: id, answer))
    }
  }

  /// Recorded: `is being terminated`, `is being stopped`, `is being resumed`, `Operation is in progress` for a large
  /// array, which completes a little later; IBM LSF also prints `is being signaled`.
  private static func isDone(_ words: String) -> Bool {
    words.contains("is being") || words.contains("in progress") || words.contains("will be")
  }

  /// The messages, by job: `Job <34[7]> is being terminated`, `Job <75>: Job has already finished`.
  static func lines(_ text: String) -> [String: String] {
    var lines: [String: String] = [:]
    for line in text.split(separator: "\n") {
      guard let opening = line.firstRange(of: "Job <"), let end = line[opening.upperBound...].firstIndex(of: ">") else {
        continue
      }
      let words = line[line.index(after: end)...].drop { $0 == ":" || $0 == " " }
      lines[String(line[opening.upperBound..<end])] = String(words)
    }
    return lines
  }

  private static func elements(of id: String, _ lines: [String: String]) -> [String] {
    guard LSFID(id)?.index == nil else { return [] }
    return lines.filter { $0.key.hasPrefix("\(id)[") }.map(\.value)
  }

  /// The states of the jobs; nothing for those that are not known.
  private func states(of jobs: [JobReference]) async throws -> [String: JobState] {
    let seen = SeenJobs()
    var poll = LSFPoll(
      jobs,
      on: lsf,
      memory: memory,
      isQuick: true,
      to: JobReporter { jobs, _ in await seen.add(jobs) }
    )
    do {
      // A job's state decides what the command does to it: without that, nothing is done.
      let answer = try await poll.run()
      if let problem = answer.problem { throw problem }
    } catch let error as LauncherError where error.code == .notRecorded {
      return [:]
    }
    return await seen.statuses.mapValues(\.state)
  }
}
