import LauncherProtocol

/// Looks made by this program alone: each asks the scheduler.
struct LoneLooks: Looks {
  let session: AdapterSession
  let scope: StoreScope

  func look(at jobs: [JobReference], fresh: Bool) async throws -> Poll { try await poll(jobs) }

  func lookAtAll(_ filter: JobFilter, fresh: Bool) async throws -> Poll { try await poll(nil) }

  func news(of jobs: [JobReference], since mark: LookMark?) async throws -> LookNews {
    do {
      let poll = try await poll(jobs)
      return LookNews(statuses: poll.jobs, problem: poll.problem)
    } catch let error as LauncherError where !error.isForGood {
      return LookNews(statuses: [], problem: error, isFailure: true)
    }
  }

  private func poll(_ jobs: [JobReference]?) async throws -> Poll {
    var poll = try await session.poll(jobs)
    let submitted = Dictionary((jobs ?? []).map { ($0.id, $0.submittedAt) }, uniquingKeysWith: { first, _ in first })
    for index in poll.jobs.indices {
      poll.jobs[index].host = scope.host
      // A job of which that is known existed, also where the scheduler does not show it.
      if poll.jobs[index].submittedAt == nil {
        poll.jobs[index].submittedAt = submitted[poll.jobs[index].id] ?? nil
      }
    }
    return poll
  }
}
