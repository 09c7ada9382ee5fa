import AdapterKit

/// Which jobs a submission still has to wait for.
///
/// Torque lets a job wait endlessly for one that ended otherwise, and both families refuse, or never start, a job that
/// waits for one that the server has forgotten. So what is known of the earlier jobs, including their exit records, is
/// evaluated here: a condition that is met is not passed on, one that can never be met is refused, and unknown cases
/// are left to the server.
enum Dependencies {
  /// The conditions to pass on, and remarks about the others.
  struct Plan {
    var left: [JobDependency] = []
    var remarks: [String] = []
  }

  static func plan<Host: CommandHost>(_ dependencies: [JobDependency], on pbs: PBS<Host>) async throws -> Plan {
    var plan = Plan()
    let ids = dependencies.map(\.job).filter { PBSID($0) != nil }
    guard !ids.isEmpty else { return Plan(left: dependencies) }
    // If nothing can be learned about them, the server decides.
    let statuses = (try? await SeenJobs.states(of: ids.map { JobReference(id: $0) }, on: pbs)) ?? [:]
    for dependency in dependencies {
      guard case .finished(let outcome)? = statuses[dependency.job],
        let isMet = isMet(dependency.condition, by: outcome)
      else {
        plan.left.append(dependency)
        continue
      }
      guard isMet else {
        throw LauncherError.invalid(
          "dependencies",
          "‘\(dependency.condition.rawValue):\(dependency.job)’ can never be met: that job ended as \(outcome.word)"
        )
      }
      plan.remarks.append("job \(dependency.job) ended as \(outcome.word) and is not waited for")
    }
    return plan
  }

  /// Whether a job's end meets a condition; `nil` if that is not known.
  private static func isMet(_ condition: JobDependency.Condition, by outcome: JobOutcome) -> Bool? {
    if [.unknown, .movedElsewhere].contains(outcome) { return nil }
    return switch condition {
    case .after, .afterany: true
    case .afterok: outcome == .succeeded
    case .afternotok: outcome != .succeeded
    case .aftercorr: nil
    }
  }
}
