import AdapterKit

/// `qdel`, `qhold` and `qrls`. None of them fails because of a job on which it does not act: all exit with 0.
struct CobaltControl<Host: CommandHost> {
  let cobalt: Cobalt<Host>

  /// Deletes jobs: SIGTERM, and SIGKILL five minutes later.
  func cancel(_ jobs: [JobReference], signal: UnixSignal?) async throws -> [ActionResult] {
    let (known, refused) = Self.sorted(jobs)
    guard !known.isEmpty else { return refused }
    if let signal {
      return refused
        + known.map { job in
          let why = "job \(job.id) was not sent \(signal.name): Cobalt has no command that sends a signal"
          return ActionResult(id: job.id, error: LauncherError(.invalidValue, why))
        }
    }
    let answer = try await run(["qdel"] + known.map(\.id))
    let text = answer.output()
    if !text.isEmpty, !text.endsWithLine { throw Failures.ofCutAnswer(answer) }
    // Unknown and finished jobs, and those of other users, are missing from its table (recorded: unknown-id).
    let deleted = Set(CobaltTable(text)?.rows.compactMap { $0["JobID"] } ?? [])
    let noted = known.map(\.id).filter { deleted.contains($0) }
    if !noted.isEmpty { _ = try? await cobalt.host.answerIfRecorded(to: CobaltLog.noting(deleted: noted)) }
    let silent = known.filter { !deleted.contains($0.id) }
    let look = try await Presence(of: silent, on: cobalt)
    let results = silent.map { job in
      ActionResult(id: job.id, error: look.error(about: job, passedOverBy: "qdel", answer))
    }
    return refused + known.filter { deleted.contains($0.id) }.map { ActionResult(id: $0.id) } + results
  }

  /// Holds the user's jobs, or releases the user's own hold.
  func change(_ program: String, _ jobs: [JobReference]) async throws -> [ActionResult] {
    let (known, refused) = Self.sorted(jobs)
    guard !known.isEmpty else { return refused }
    let answer = try await run([program] + known.map(\.id))
    let told = HoldAnswer(answer.output())
    let silent = known.filter { told.verdict(on: $0.id) == nil || told.verdict(on: $0.id) == .notFound }
    let look = try await Presence(of: silent, on: cobalt)
    return refused
      + known.map { job in
        switch told.verdict(on: job.id) {
        case .done: ActionResult(id: job.id)
        case .refused(let words):
          ActionResult(
            id: job.id,
            error: LauncherError(.wrongState, "job \(job.id) \(words); \(program) did nothing", command: answer.failed)
          )
        case .notFound, nil:
          ActionResult(id: job.id, error: look.error(about: job, passedOverBy: program, answer))
        }
      }
  }

  private func run(_ argv: [String]) async throws -> CommandAnswer {
    let answer = try await cobalt.run(argv, effect: .changes, timeLimit: CobaltPatience.change)
    if let interruption = answer.interruption { throw interruption }
    guard answer.succeeded else { throw Failures.ofCommand(answer, of: argv.first ?? "") }
    return answer
  }

  private static func sorted(_ jobs: [JobReference]) -> (known: [JobReference], refused: [ActionResult]) {
    var known: [JobReference] = []
    var refused: [ActionResult] = []
    for job in jobs {
      if CobaltID.isWellFormed(job.id) {
        known.append(job)
      } else {
        let error = LauncherError(.malformedID, CobaltID.complaint(about: job.id))
        refused.append(ActionResult(id: job.id, error: error))
      }
    }
    return (known, refused)
  }
}

/// What `qhold` and `qrls` print: headlines with jobs below them (recorded: held, held-running, unknown-id).
struct HoldAnswer {
  enum Verdict: Equatable {
    /// Done, or nothing was left to do.
    case done
    case notFound
    case refused(String)
  }

  private var verdicts: [String: Verdict] = [:]

  init(_ output: String) {
    for line in output.withPlainLineEnds.split(separator: "\n") {
      let words = line.split(separator: " ")
      if let word = words.first, words.count == 1, CobaltID.isWellFormed(String(word)) {
        verdicts[String(word)] = .done
      } else if words.count > 2, words[0] == "job", CobaltID.isWellFormed(String(words[1])) {
        let rest = words.dropFirst(2).joined(separator: " ")
        let verdict: Verdict =
          if rest == "not found" { .notFound } else if rest.hasPrefix("already in state") { .done } else {
            .refused(rest)
          }
        verdicts[String(words[1])] = verdict
      }
    }
  }

  /// The result for a job; `nil` if it is not mentioned.
  func verdict(on id: String) -> Verdict? { verdicts[id] }
}

/// A second look at jobs that a command skipped: which of them `qstat` knows, and how the others ended.
struct Presence<Host: CommandHost> {
  private var owners: [String: String] = [:]
  private var present: Set<String> = []
  private var ends: JobEnds<Host>

  init(of jobs: [JobReference], on cobalt: Cobalt<Host>) async throws {
    ends = JobEnds(cobalt: cobalt)
    guard !jobs.isEmpty else { return }
    let ids = jobs.map(\.id)
    let answer = try await cobalt.run(Qstat.plainArguments(ids: ids))
    if !Qstat.knowsNone(answer) {
      guard answer.succeeded else { throw Failures.ofQuery(answer, of: "the jobs") }
      for row in CobaltTable(answer.output(limit: 1 << 24))?.rows ?? [] {
        guard let id = row["JobID"] else { continue }
        present.insert(id)
        owners[id] = row["User"]
      }
      // A site's own columns may lack the ids; with one job the answer is about that one.
      if present.isEmpty, ids.count == 1 { present.insert(ids[0]) }
    }
    let absent = ids.filter { !present.contains($0) }
    if !absent.isEmpty { try await ends.read(ids: absent) }
  }

  /// Why nothing was done to a job.
  func error(about job: JobReference, passedOverBy program: String, _ answer: CommandAnswer) -> LauncherError {
    let id = job.id
    if present.contains(id) {
      let owner = owners[id].map { ", a job of \($0)'s" } ?? ""
      return LauncherError(
        .notPermitted,
        "\(program) passed over job \(id)\(owner): Cobalt changes a user's own jobs only",
        command: answer.failed
      )
    }
    if ends.status(of: AskedJob(reference: job)) != nil {
      return LauncherError(.alreadyFinished, "job \(id) has already finished", command: answer.failed)
    }
    return LauncherError(.unknownJob, "Cobalt does not know a job \(id), or not any more", command: answer.failed)
  }
}
