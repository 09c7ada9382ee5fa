import AdapterKit

/// What Cobalt's words for a job's state mean.
enum CobaltState: String, CaseIterable {
  case queued
  case maxrunHold = "maxrun_hold"
  case userHold = "user_hold"
  case dependencyHold = "dep_hold"
  case dependencyFailed = "dep_fail"
  case administratorHold = "admin_hold"
  case starting, running, killing, preempting, preempted, exiting, done

  /// One row per state. Sources: “recorded” in the recordings of Cobalt 1.0.33 under Tests/Fixtures; otherwise
  /// `__get_job_state` of its queue manager (`cqm.py`).
  var state: JobState {
    switch self {
    case .queued: .queued  // recorded: pending-for-nodes
    case .maxrunHold: .held  // recorded: pending-for-nodes; the queue's limit of running jobs
    case .userHold: .held  // recorded: held
    case .dependencyHold: .held  // recorded: dependency
    case .dependencyFailed: .held  // cqm.py; checked once a minute
    case .administratorHold: .held  // recorded: held
    case .starting: .starting  // recorded: done
    case .running: .running  // recorded: done
    case .killing: .finishing  // recorded: killed-while-running; SIGKILL follows SIGTERM after five minutes
    case .preempting: .finishing  // cqm.py: this attempt is being ended
    case .preempted: .queued  // cqm.py: it starts again
    case .exiting: .finishing  // recorded: walltime
    case .done: .finished(.unknown)  // cqm.py; its record or its log shows how it ended
    }
  }

  /// Why it waits.
  func reason(dependencies: String, isHeldByUser: Bool, isHeldByAdministrator: Bool) -> JobReason? {
    switch self {
    case .maxrunHold: return JobReason(.limit, "the queue's limit of running jobs is reached")
    case .userHold where isHeldByAdministrator:
      return JobReason(.heldByUser, "held by its owner, and by an administrator too")
    case .userHold: return JobReason(.heldByUser, "held by its owner")
    case .administratorHold: return JobReason(.heldByAdministrator, "held by an administrator")
    case .dependencyHold: return JobReason(.dependency, "waits for \(Self.jobs(dependencies))")
    case .dependencyFailed:
      return JobReason(
        .dependencyNeverSatisfied,
        "waits for \(Self.jobs(dependencies)), which did not end with success",
        canEverRun: false
      )
    case .queued, .starting, .running, .killing, .preempting, .preempted, .exiting, .done: return nil
    }
  }

  private static func jobs(_ list: String) -> String {
    let ids = list.split { $0 == "," || $0 == ":" || $0 == " " }
    return ids.isEmpty ? "another job" : "job\(ids.count == 1 ? "" : "s") \(ids.joined(separator: ", "))"
  }
}
