import FoundationEssentials
import LauncherProtocol

/// All of the user's jobs.
extension SharedLooks {
  func lookAtAll(_ filter: JobFilter, fresh: Bool) async throws -> Poll {
    let (outcome, unreadable) = try await list(fresh: fresh)
    // A submission whose result is not known yet is not a job; ‘reconcile’ reports it.
    let jobs = try store.jobs(of: scope, settledAfter: filter.since, labels: filter.labels)
      .filter { $0.reference != nil }
    return Poll(
      jobs: outcome.newcomers + jobs.map { $0.told(seen: outcome.unkept[$0.key], look: nil) },
      unreadable: unreadable,
      isComplete: outcome.isComplete,
      problem: outcome.problem
    )
  }

  /// Ensures that the store knows all of the user's jobs.
  private func list(fresh: Bool) async throws -> (outcome: LookOutcome, unreadable: [UnreadableRecord]) {
    let lock = try await lock()
    defer { _ = lock }
    if isShared, !fresh, let look = try store.look(scope: scope) {
      if look.isFailure, isRecent(look.endedAt), let problem = look.problem { throw problem }
      if isRecent(look.listedAt) { return (LookOutcome(look), []) }
      try await pause(after: look)
    }
    let listing = try await listing()
    var look = listing.look
    let open = try store.open(scope: scope)
    // A listing may show only some tasks of an array: the state of the others is asked for by the array's id.
    for job in open where look.statuses[job.key].map({ $0.isPart(of: job.reference.array) }) ?? false {
      look.statuses[job.key] = nil
    }
    let missing = open.filter { look.statuses[$0.key] == nil }
    if !missing.isEmpty, look.isComplete {
      let rest = try await poll(missing)
      look.statuses.merge(rest.statuses) { $1 }
      look.asked.formUnion(rest.asked)
      look.isComplete = rest.isComplete
      look.problem = rest.problem
      look.took += rest.took
    }
    return (record(look), listing.unreadable)
  }

  private func listing() async throws -> (look: FinishedLook, unreadable: [UnreadableRecord]) {
    var (answer, look) = try await ask(for: nil)
    look.isListing = true
    for (status, entry) in zip(answer.jobs, try store.known(answer.jobs, scope: scope)) {
      guard let entry else {
        look.newcomers.append(status)
        continue
      }
      look.statuses[entry] = status
      look.asked.insert(entry)
    }
    return (look, answer.unreadable)
  }
}
