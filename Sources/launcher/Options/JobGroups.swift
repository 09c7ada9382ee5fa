import LauncherKit

/// The jobs that a command names, with the launchers that know them.
struct JobGroups {
  let ids: [String]
  let groups: [Launcher.JobGroup]

  /// Asks all launchers at once.
  ///
  /// - Returns: what each answered or failed with, in the order of the groups.
  func each<Answer: Sendable>(
    _ ask: @escaping @Sendable (Launcher, [JobReference]) async throws -> Answer
  ) async -> [Result<Answer, any Error>] {
    await eachGroup { try await ask(try $0.connection.get(), $0.jobs) }
  }

  /// Statuses of several launchers in the order in which the jobs were named.
  func inOrder<Answer>(_ answers: [Answer], id: (Answer) -> String) -> [Answer] {
    let byID = Dictionary(answers.map { (id($0), $0) }, uniquingKeysWith: { first, _ in first })
    return ids.compactMap { byID[$0] }
  }

  /// The state of the jobs; if a scheduler cannot be asked now, their last known state.
  ///
  /// - Throws: the error of a scheduler about whose jobs nothing is known, if there is nothing else to show.
  func statuses(fresh: Bool = false) async throws -> Poll {
    let polls = await eachGroup { try await $0.statuses(fresh: fresh) }
    let known = polls.compactMap { try? $0.get() }
    var poll = Poll(joining: known)
    for case .failure(let error) in polls {
      if known.isEmpty { throw error }
      poll.isComplete = false
      poll.problem = poll.problem ?? LauncherError(wrapping: error, during: "status")
    }
    poll.jobs = inOrder(poll.jobs, id: \.id)
    return poll
  }

  private func eachGroup<Answer: Sendable>(
    _ ask: @escaping @Sendable (Launcher.JobGroup) async throws -> Answer
  ) async -> [Result<Answer, any Error>] {
    await withTaskGroup(of: (Int, Result<Answer, any Error>).self) { tasks in
      for (place, group) in groups.enumerated() {
        tasks.addTask {
          do { return (place, .success(try await ask(group))) } catch { return (place, .failure(error)) }
        }
      }
      return await tasks.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }
}
