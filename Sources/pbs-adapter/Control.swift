import AdapterKit

/// `qdel`, `qhold`, `qrls` and `qsig`.
struct PBSControl<Host: CommandHost> {
  let pbs: PBS<Host>

  /// Ends jobs, or sends them a signal.
  ///
  /// All ids go into one command, each once: the same id twice, or an array with one of its jobs, has crashed `qdel` and
  /// the server itself (recorded: qdel-edge of OpenPBS 23.06.06).
  func cancel(_ jobs: [JobReference], signal: UnixSignal?) async throws -> [ActionResult] {
    if let signal {
      var results = try await change(["qsig", "-s", Self.name(of: signal)], jobs)
      for place in results.indices where results[place].error == nil && Self.endsShells(signal) {
        results[place].remark = Self.remark(on: signal, to: results[place].id)
      }
      return results
    }
    var (known, results) = Self.sorted(jobs)
    while !known.isEmpty { results += try await delete(Self.part(of: &known)) }
    return results
  }

  private func delete(_ known: [JobReference]) async throws -> [ActionResult] {
    let targets = Self.once(known)
    let answer = try await pbs.run(["qdel"] + targets.map(\.id), effect: .changes, timeLimit: PBSPatience.change)
    if let interruption = answer.interruption { throw interruption }
    var errors: [String: LauncherError] = [:]
    if !answer.succeeded {
      errors = Self.errors(in: answer, for: known)
      if known.count > 1, !errors.isEmpty {
        // Of several unknown jobs, only the first is complained about (recorded: unknown-ids/153).
        try await verify(known.filter { errors[$0.id] == nil }, answer, &errors)
      } else if known.count == 1, errors.isEmpty {
        errors[known[0].id] = Failures.ofAction(answer.complaint, on: known[0].id, answer)
      }
      if errors.isEmpty { throw Failures.ofQuery(answer, of: "the cancellation") }
      try Self.throwIfUnreachable(errors)
    }
    return known.map { ActionResult(id: $0.id, error: errors[$0.id]) }
  }

  /// Whether a signal ends a shell that does not handle it: all signals except those that stop or continue a process,
  /// and those that are ignored.
  private static func endsShells(_ signal: UnixSignal) -> Bool {
    !["SIGCHLD", "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGWINCH"].contains(signal.name)
  }

  /// Seen with OpenPBS 23.06.06 and Torque 6.1.3: `qsig` signals the whole session (livebatch/07).
  private static func remark(on signal: UnixSignal, to id: String) -> String {
    "job \(id): PBS sends \(signal.name) to the shell that it starts above a job's script too, which ends by it, and the "
      + "job with it, even where the job's program handles the signal"
  }

  /// Keeps waiting jobs from starting. A job that runs is left alone: PBS would accept the hold, let it run, and keep
  /// it from starting again later (recorded: livebatch/12).
  func hold(_ jobs: [JobReference]) async throws -> [ActionResult] {
    let (known, _) = Self.sorted(jobs)
    let states = try await SeenJobs.states(of: known.filter { PBSID($0.id)?.part != .array }, on: pbs)
    let started = jobs.filter { job in
      states[job.id].map { [.starting, .running, .suspended, .finishing].contains($0) } == true
    }
    let refused = started.map { job in
      let message = "job \(job.id): it has started already; suspend it instead; it was not held"
      return ActionResult(id: job.id, error: LauncherError(.wrongState, message))
    }
    let left = jobs.filter { job in !started.contains { $0.id == job.id } }
    return refused + (try await change(["qhold"], left))
  }

  /// Signals that PBS knows by name are passed by name, without the prefix `SIG`.
  private static func name(of signal: UnixSignal) -> String {
    signal.name.hasPrefix("SIGRT") ? "\(signal.number)" : String(signal.name.dropFirst(3))
  }

  private func verify(
    _ jobs: [JobReference],
    _ answer: CommandAnswer,
    _ errors: inout [String: LauncherError]
  ) async throws {
    guard !jobs.isEmpty, errors.values.contains(where: { $0.code == .unknownJob }) else { return }
    let states = (try? await SeenJobs.states(of: jobs, on: pbs)) ?? [:]
    for job in jobs {
      switch states[job.id] {
      case .unknown(.gone)?: errors[job.id] = Failures.ofAction("Unknown Job Id", on: job.id, answer)
      case .unknown?, nil:
        errors[job.id] = LauncherError(
          .unrecognisedFailure,
          "job \(job.id): ‘\(answer.command.argv[0])’ failed for another job and said nothing of this one",
          advice: "Ask for its status, and repeat what is left to do.",
          command: answer.failed
        )
      default: break
      }
    }
  }

  /// Runs a command on jobs. If one of several fails without saying which, each is tried separately: all of these may
  /// be repeated.
  func change(_ words: [String], _ jobs: [JobReference]) async throws -> [ActionResult] {
    var (known, results) = Self.sorted(jobs)
    while !known.isEmpty { results += try await changePart(words, Self.part(of: &known)) }
    return results
  }

  private func changePart(_ words: [String], _ known: [JobReference]) async throws -> [ActionResult] {
    let targets = Self.once(known)
    let answer = try await pbs.run(words + targets.map(\.id), effect: .changes, timeLimit: PBSPatience.change)
    if let interruption = answer.interruption { throw interruption }
    var errors: [String: LauncherError] = [:]
    if !answer.succeeded {
      errors = Self.errors(in: answer, for: known)
      if known.count == 1 {
        errors[known[0].id] = errors[known[0].id] ?? Failures.ofAction(answer.complaint, on: known[0].id, answer)
      } else if Self.isUnreachable(answer) {
        throw Failures.ofQuery(answer, of: words[0])
      } else if words[0] != "qsig" {
        for job in known where errors[job.id] == nil {
          let one = try await pbs.run(words + [job.id], effect: .changes, timeLimit: PBSPatience.change)
          if let interruption = one.interruption { throw interruption }
          if !one.succeeded { errors[job.id] = Failures.ofAction(one.complaint, on: job.id, one) }
        }
      }
      if errors.isEmpty { throw Failures.ofQuery(answer, of: words[0]) }
      try Self.throwIfUnreachable(errors)
    }
    return known.map { ActionResult(id: $0.id, error: errors[$0.id]) }
  }

  /// Takes as many jobs as one command may name: nearly all requests fit into one command.
  private static func part(of jobs: inout [JobReference]) -> [JobReference] {
    var bytes = 0
    let count = jobs.prefix { job in
      bytes += job.id.utf8.count + 1
      return bytes <= 100_000
    }.count
    defer { jobs.removeFirst(max(1, count)) }
    return Array(jobs.prefix(max(1, count)))
  }

  private static func isUnreachable(_ answer: CommandAnswer) -> Bool {
    let code = Failures.code(of: answer.complaint)
    return code == .schedulerUnreachable || code == .schedulerTimedOut
  }

  private static func throwIfUnreachable(_ errors: [String: LauncherError]) throws {
    if let error = errors.values.first(where: { [.schedulerUnreachable, .schedulerTimedOut].contains($0.code) }) {
      throw error
    }
  }

  static func sorted(_ jobs: [JobReference]) -> (known: [JobReference], refused: [ActionResult]) {
    var known: [JobReference] = []
    var refused: [ActionResult] = []
    for job in jobs {
      if PBSID(job.id)?.isPossible != true {
        let message = "‘\(job.id)’ is not an id of PBS's: write 41, 41.server, 41[] or 41[3]"
        refused.append(ActionResult(id: job.id, error: LauncherError(.malformedID, message)))
      } else {
        known.append(job)
      }
    }
    return (known, refused)
  }

  /// Each job once, under its longest id; none that belongs to an array that is included as a whole.
  static func once(_ jobs: [JobReference]) -> [JobReference] {
    var kept: [(id: PBSID, job: JobReference)] = []
    for job in jobs.sorted(by: { $0.id.utf8.count > $1.id.utf8.count }) {
      guard let id = PBSID(job.id), !kept.contains(where: { $0.id.isSame(as: id) }) else { continue }
      kept.append((id, job))
    }
    let arrays = kept.filter { $0.id.part == .array }
    let chosen = kept.filter { entry in
      entry.id.index == nil || !arrays.contains { $0.id.isSame(as: entry.id.whole) }
    }
    let ids = Set(chosen.map(\.job.id))
    var seen = Set<String>()
    return jobs.filter { ids.contains($0.id) && seen.insert($0.id).inserted }
  }

  /// The complaints, by job: `qdel: Unknown Job Id 99`, `qhold: Invalid request 150[20].pbs01`.
  private static func errors(in answer: CommandAnswer, for jobs: [JobReference]) -> [String: LauncherError] {
    var errors: [String: LauncherError] = [:]
    for line in answer.complaint.split(separator: "\n") {
      let named = line.split(separator: " ").compactMap { PBSID($0) }
      for job in jobs where errors[job.id] == nil {
        guard let id = PBSID(job.id), named.contains(where: { $0.isSame(as: id) }) else { continue }
        errors[job.id] = Failures.ofAction(String(line), on: job.id, answer)
      }
    }
    return errors
  }
}
