import AdapterKit

/// Which jobs a submission still has to wait for.
///
/// Cobalt accepts `--dependencies` on a job that it does not know, warns on standard error, and lets the new one wait
/// forever (recorded: dependency); and it forgets a job the moment it ends. So an earlier job that has ended with
/// success is not waited for, and every other one that the queue does not have is refused.
enum Dependencies {
  /// The ids to wait for, and remarks about the others.
  struct Plan {
    var ids: [String] = []
    var remarks: [String] = []
  }

  /// Checks for errors in dependencies that do not depend on how the jobs ended.
  static func check(_ dependencies: [JobDependency]) throws {
    for dependency in dependencies {
      guard CobaltID.isWellFormed(dependency.job) else {
        throw LauncherError.invalid("dependencies", CobaltID.complaint(about: dependency.job))
      }
      guard dependency.condition == .afterok else {
        throw LauncherError.invalid(
          "dependencies",
          "‘\(dependency)’ is not possible: Cobalt waits only for success, which is afterok"
        )
      }
    }
  }

  static func plan<Host: CommandHost>(_ dependencies: [JobDependency], on cobalt: Cobalt<Host>) async throws -> Plan {
    var plan = Plan()
    guard !dependencies.isEmpty else { return plan }
    var seen = Set<String>()
    let ids = dependencies.map(\.job).filter { seen.insert($0).inserted }
    let statuses = SeenStatuses()
    var poll = CobaltPoll(
      ids.map { JobReference(id: $0) },
      on: cobalt,
      to: JobReporter { jobs, _ in await statuses.add(jobs) }
    )
    let answer = try await poll.run()
    for id in ids {
      guard let status = await statuses.byID[id] else {
        throw answer.problem ?? LauncherError(.unreadableOutput, "qstat did not say how job \(id) is")
      }
      switch status.state {
      case .finished(.succeeded): plan.remarks.append("job \(id) has ended with success and is not waited for")
      case .finished(let outcome):
        throw LauncherError.invalid(
          "dependencies",
          "‘afterok:\(id)’ can never be met, since that job ended as \(outcome.word)"
        )
      case .held where status.reason?.canEverRun == false:
        throw LauncherError.invalid("dependencies", "‘afterok:\(id)’ can never be met, since that job can never run")
      case .unknown(let cause) where cause != .gone:
        let why = status.reason?.text ?? "qstat did not say how job \(id) is"
        throw LauncherError(.unreadableOutput, "dependencies: \(why); nothing was submitted")
      case .unknown:
        throw LauncherError(
          .unknownJob,
          "dependencies: Cobalt does not know job \(id), and the new one would wait forever; nothing was submitted"
        )
      default: plan.ids.append(id)
      }
    }
    return plan
  }
}

/// Statuses as they were reported.
actor SeenStatuses {
  private(set) var byID: [String: JobStatus] = [:]
  func add(_ jobs: [JobStatus]) { for job in jobs { byID[job.id] = job } }
}
