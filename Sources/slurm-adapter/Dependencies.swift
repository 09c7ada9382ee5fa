import AdapterKit

/// Whether the jobs that a submission waits for exist.
///
/// Slurm accepts `afterok:999999` and runs the job at once (recorded: job-dependency of 22.05.8): it treats a job that
/// it does not know as one that ended well. So jobs that are unknown, or that left the queue having ended the wrong
/// way, are refused.
enum Dependencies {
  /// - Parameter clusters: the clusters that the submission names; the local one if there are none.
  static func check(
    _ dependencies: [JobDependency],
    of clusters: String? = nil,
    on host: some CommandHost
  ) async throws {
    guard !dependencies.isEmpty else { return }
    if let clusters, clusters.isEmpty || clusters.contains(",") || clusters.lowercased() == "all" {
      throw LauncherError.invalid(
        "dependencies",
        "‘--clusters=\(clusters)’ leaves open on which cluster the jobs are that this one waits for; name one cluster"
      )
    }
    let seen = SeenStatuses()
    let jobs = Set(dependencies.map(\.job)).sorted().map { JobReference(id: $0) }
    let slurm = Slurm(host: host, cluster: clusters)
    var poll = SlurmPoll(jobs, on: slurm, to: JobReporter { jobs, _ in await seen.add(jobs) })
    let answer = try await poll.run()
    let statuses = await seen.statuses
    for dependency in dependencies {
      guard let status = statuses[dependency.job] else {
        // Slurm would treat a job that it has forgotten as one that succeeded.
        let why = answer.problem?.message ?? "no answer speaks of it"
        throw LauncherError(
          .schedulerBusy,
          "dependencies: how the job of ‘\(dependency)’ is cannot be found out now: \(why); nothing was submitted",
          advice: "Try again later."
        )
      }
      if status.state == .unknown(.gone) {
        throw LauncherError(
          .unknownJob,
          "dependencies: Slurm does not know the job of ‘\(dependency)’, and would not wait for it; "
            + "nothing was submitted"
        )
      }
      if status.state == .finishing, status.source == "sacct" {
        throw LauncherError(
          .schedulerBusy,
          "dependencies: Slurm's queue has forgotten the job of ‘\(dependency)’ and would not wait for it, and accounting "
            + "does not know its end yet; nothing was submitted",
          advice: "Try again in a minute."
        )
      }
      // While the queue has it, Slurm itself sees that the condition can never be met.
      guard status.source != "squeue", let outcome = status.state.outcome else { continue }
      let isMet =
        switch dependency.condition {
        case .afterok, .aftercorr: outcome == .succeeded
        case .afternotok: outcome != .succeeded && outcome != .unknown
        case .after, .afterany: true
        }
      if !isMet {
        throw LauncherError(
          .invalidValue,
          "dependencies: ‘\(dependency)’ can never be met, since that job ended as \(outcome.word); "
            + "nothing was submitted"
        )
      }
    }
  }

  private actor SeenStatuses {
    private(set) var statuses: [String: JobStatus] = [:]
    func add(_ jobs: [JobStatus]) { for job in jobs { statuses[job.id] = job } }
  }
}
