import AdapterKit

/// The result of a look at some jobs, for a step that depends on their state.
actor SeenJobs {
  private var states: [String: JobState] = [:]

  private func add(_ jobs: [JobStatus]) { for job in jobs { states[job.id] = states[job.id] ?? job.state } }

  /// The states of some jobs, of those that could be seen.
  ///
  /// - Throws: `LauncherError` if the server could not be asked, or did not answer for all of them. Not on a host that
  ///   cannot answer at all, like a recording without the question.
  static func states<Host: CommandHost>(of jobs: [JobReference], on pbs: PBS<Host>) async throws -> [String: JobState] {
    guard !jobs.isEmpty else { return [:] }
    let seen = SeenJobs()
    var poll = PBSPoll(jobs, on: pbs, to: JobReporter { jobs, _ in await seen.add(jobs) })
    do {
      let answer = try await poll.run()
      let states = await seen.states
      if let problem = answer.problem, jobs.contains(where: { states[$0.id] == nil }) { throw problem }
      return states
    } catch let error as LauncherError where error.code == .notRecorded {
      return await seen.states
    }
  }
}
