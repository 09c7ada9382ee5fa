import AdapterKit

/// Which jobs a submission still has to wait for.
///
/// LSF refuses a condition on a job that it has forgotten (recorded: dependency-never). How such a job ended may still
/// be known, from `bhist` or its exit record: a condition that its end meets is left out, with a remark; one that it
/// can never meet is refused by name. Jobs that `bjobs` shows are left to LSF.
struct Dependencies<Host: CommandHost> {
  let lsf: LSF<Host>
  let memory: ServerMemory

  /// The dependencies to pass on, and remarks about the others.
  struct Plan {
    var open: [JobDependency] = []
    var remarks: [String] = []
  }

  func plan(_ dependencies: [JobDependency]) async throws -> Plan {
    let jobs = Set(dependencies.map(\.job)).filter { LSFID($0) != nil }
    guard !jobs.isEmpty else { return Plan(open: dependencies) }
    let seen = SeenJobs()
    var poll = LSFPoll(
      jobs.sorted().map { JobReference(id: $0) },
      on: lsf,
      memory: memory,
      to: JobReporter { jobs, _ in await seen.add(jobs) }
    )
    // If nothing can be found out, LSF decides.
    guard (try? await poll.run()) != nil else { return Plan(open: dependencies) }
    let statuses = await seen.statuses
    var plan = Plan()
    for dependency in dependencies {
      guard let status = statuses[dependency.job], status.source != "bjobs",
        let outcome = status.state.outcome, outcome != .unknown
      else {
        plan.open.append(dependency)
        continue
      }
      guard Self.isMet(dependency.condition, by: outcome) else {
        throw LauncherError.invalid(
          "dependencies",
          "‘\(dependency)’ can never be met: job \(dependency.job), which LSF has forgotten, ended as \(outcome.word)"
        )
      }
      plan.remarks.append(
        "job \(dependency.job), which LSF has forgotten, ended as \(outcome.word): ‘\(dependency)’ is met"
      )
    }
    return plan
  }

  private static func isMet(_ condition: JobDependency.Condition, by outcome: JobOutcome) -> Bool {
    switch condition {
    case .after, .afterany: true
    case .afterok, .aftercorr: outcome == .succeeded
    case .afternotok: outcome != .succeeded
    }
  }
}

/// Statuses as they were reported.
actor SeenJobs {
  private(set) var statuses: [String: JobStatus] = [:]
  func add(_ jobs: [JobStatus]) { for job in jobs { statuses[job.id] = job } }
}
