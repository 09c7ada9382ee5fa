// The words of JobStatus.explanation.

extension JobOutcome {
  /// What became of the job, as the rest of a sentence.
  func sentence(_ exitStatus: JobExitStatus?) -> String {
    switch self {
    case .succeeded: "succeeded"
    case .failed:
      switch exitStatus {
      case .code(let code)?: "failed: its command ended with exit code \(code)"
      case .signal(let signal, let coreDumped)?:
        "failed: \(signal.name) ended its command\(coreDumped ? ", which left a core file" : "")"
      case nil: "failed, and its exit code is not known"
      }
    case .cancelled(by: .user): "was cancelled by its owner"
    case .cancelled(by: .administrator): "was cancelled by an administrator"
    case .cancelled(by: .scheduler): "was cancelled by the scheduler"
    case .cancelled(by: .unknown): "was cancelled; by whom is not known"
    case .walltimeExceeded: "ran longer than its walltime, and was ended for it"
    case .memoryExceeded: "used more memory than it may, and was ended for it"
    case .nodeFailure: "ended because a machine that it ran on failed"
    case .preempted: "was ended to make room for a more important job"
    case .deadlineMissed: "was ended because its deadline passed"
    case .launchFailed: "could not be started"
    case .dependencyFailed: "did not run, since a job that it depends on did not end as required"
    case .movedElsewhere: "was moved to another server or cluster, and goes on there"
    case .unknown: "ended, and no source reports how"
    }
  }

  /// Whose doing the end is, where that is not said already.
  func blameSentence(_ exitStatus: JobExitStatus?, _ reason: JobReason?) -> String? {
    let retry = isWorthRetrying ? "Submitted again, unchanged, it may well end better." : nil
    let sentences = [causeSentence(exitStatus, reason), retry].compactMap { $0 }
    return sentences.isEmpty ? nil : sentences.joined(separator: " ")
  }

  private func causeSentence(_ exitStatus: JobExitStatus?, _ reason: JobReason?) -> String? {
    switch (self, blame) {
    case (.failed, .job?):
      // Others can send these: the kernel that has too little memory, or a person.
      if case .signal(let signal, _)? = exitStatus, [.kill, .terminate].contains(signal), reason == nil {
        return "Who sent the signal is not known."
      }
      return "The cause lies in the job itself, not in the machines."
    case (.dependencyFailed, _), (.deadlineMissed, _): return nil
    case (_, .job?): return "The cause lies in the job or in what it asked for, not in the machines."
    case (_, .infrastructure?): return "The cause lies in the machines, not in the job."
    case (_, .policy?): return "The cause lies in the site's rules, not in the job."
    case (_, .user?), (_, .administrator?), (_, nil): return nil
    }
  }
}

extension UnknownCause {
  /// What is not known, as a sentence without its end.
  var sentence: String {
    switch self {
    case .notYetVisible: "it was submitted, and the scheduler does not show it yet"
    case .gone: "the scheduler does not know it, or not any more, and no source reports how it ended"
    case .unreachable: "the scheduler does not answer; this says nothing about the job"
    case .unreadable: "the scheduler's record of it could not be read; this says nothing about the job"
    case .unrecognised: "the scheduler reports a state that is not known here"
    }
  }
}

extension JobReason.Code {
  /// What keeps the job, as a sentence without its end.
  var sentence: String {
    switch self {
    case .resources: "It waits for processors, memory, nodes or devices that other jobs use now"
    case .priority: "Other jobs come first"
    case .heldByUser: "Its owner holds it"
    case .heldByAdministrator: "An administrator holds it"
    case .heldByScheduler: "The scheduler itself holds it"
    case .dependency: "It waits for another job"
    case .dependencyNeverSatisfied: "The job that it waits for did not end as required, or is not there"
    case .beginTime: "It waits for the time at which it may begin"
    case .limit: "A limit of its user, account, queue or quality of service is reached"
    case .arrayTaskLimit: "As many of the array's tasks run as may run at a time"
    case .nodesUnavailable: "The nodes that it asks for are down, drained or reserved"
    case .queueUnavailable: "Its queue is closed or stopped"
    case .licences: "It waits for licences"
    case .reservation: "It waits for a reservation"
    case .impossibleRequest: "Nothing there is can meet its request"
    case .launch: "Its program, its folder or its files are missing or not permitted"
    }
  }
}

extension MemoryRequest {
  /// The amount, and of what.
  var words: String {
    switch self {
    case .perNode(let amount): "\(amount.rounded) per node"
    case .perCPU(let amount): "\(amount.rounded) per processor"
    case .total(let amount): "\(amount.rounded)"
    }
  }
}
