import FoundationEssentials
import LauncherProtocol

/// The user's own jobs, on all schedulers that are in use from here.
extension Launcher {
  /// The user's jobs of every scheduler: those of the one that the options name or that is detected, and those that
  /// were submitted to others from here. If a scheduler is named, only its jobs.
  ///
  /// - Parameters:
  ///   - filter: which of them.
  ///   - fresh: ask the schedulers, even if they were asked a moment ago.
  /// - Returns: what each scheduler shows; if one could not be asked, what was seen last, with the problem.
  /// - Throws: `LauncherError` when no scheduler was found and no job is known either.
  public static func allJobs(_ filter: JobFilter, fresh: Bool = false, _ options: Options = Options()) async throws
    -> [Poll]
  {
    try await withTaskExecutorPreference(StoreExecutor.shared) { try await everyJob(filter, fresh: fresh, options) }
  }

  private static func everyJob(_ filter: JobFilter, fresh: Bool, _ options: Options) async throws -> [Poll] {
    let isAnywhere = options.host == nil && options.namedAdapter == nil && options.destination == nil
    let store = isAnywhere ? options.openStore() : nil
    let options = options.sharing(store)
    let others = try store?.scopes(settledAfter: filter.since) ?? []
    let first: Launcher
    do {
      first = try await detect(options)
    } catch let error as LauncherError {
      if others.isEmpty { throw error }
      return [Poll(jobs: [], unreadable: [], isComplete: false, problem: error)]
        + (await polls(of: others, filter, fresh: fresh, options))
    }
    let rest = others.filter { $0 != first.scope }
    async let more = polls(of: rest, filter, fresh: fresh, options)
    return [try await first.knownJobs(filter, fresh: fresh)] + (await more)
  }

  private static func polls(of scopes: [StoreScope], _ filter: JobFilter, fresh: Bool, _ options: Options) async
    -> [Poll]
  {
    await withTaskGroup(of: (Int, Poll).self) { group in
      for (place, scope) in scopes.enumerated() {
        group.addTask {
          do {
            return (place, try await detect(options.at(scope)).ownJobs(filter, fresh: fresh))
          } catch {
            let problem = LauncherError(wrapping: error, during: "status")
            // Asking again does not bring back an adapter that was removed: it must not make each command fail.
            let isOver = problem.isForGood
            if isOver {
              options.logger.warning(
                "jobs of the \(scope.adapter) adapter are shown as they were seen last: \(problem.message)"
              )
            }
            let known = options.openStore().map { LastKnown(store: $0, scope: scope).jobs(filter, because: problem) }
            return (
              place, Poll(jobs: known ?? [], unreadable: [], isComplete: isOver, problem: isOver ? nil : problem)
            )
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }

  /// The user's jobs; if the scheduler cannot be asked now, their last known states.
  private func knownJobs(_ filter: JobFilter, fresh: Bool) async throws -> Poll {
    do {
      return try await jobs(filter, fresh: fresh)
    } catch let error as LauncherError where !error.isForGood {
      let known = lastKnown?.jobs(filter, because: error) ?? []
      return Poll(jobs: known, unreadable: [], isComplete: false, problem: error)
    }
  }

  /// The jobs that were submitted from here to a scheduler that is not this machine's default.
  private func ownJobs(_ filter: JobFilter, fresh: Bool) async throws -> Poll {
    guard let tracking else { return Poll(jobs: [], unreadable: [], isComplete: true, problem: nil) }
    let known = try tracking.store.submittedJobs(of: tracking.scope, filter)
    var poll = try await knownStatuses(of: known.compactMap(\.reference), fresh: fresh)
    poll.jobs = poll.jobs.filter(filter.admits)
    return poll
  }

  /// The state of some jobs; if the scheduler cannot be asked now, their last known state.
  package func knownStatuses(of jobs: [JobReference], fresh: Bool = false) async throws -> Poll {
    do {
      return try await statuses(of: jobs, fresh: fresh)
    } catch let error as LauncherError where !error.isForGood {
      guard let lastKnown else { throw error }
      let known = lastKnown.statuses(of: jobs, because: error)
      return Poll(jobs: known, unreadable: [], isComplete: false, problem: error)
    }
  }
}
