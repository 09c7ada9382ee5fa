import LauncherProtocol

/// The result of one look at some jobs.
public struct Poll: Sendable {
  /// The jobs: each that was asked for, in that order; or all that were found.
  public var jobs: [JobStatus]
  /// Records that could not be read; they affect no other job.
  public var unreadable: [UnreadableRecord]
  /// Whether every source was read to its end.
  public var isComplete: Bool
  /// What got in the way, if it is not complete.
  public var problem: LauncherError?

  package init(jobs: [JobStatus], unreadable: [UnreadableRecord], isComplete: Bool, problem: LauncherError?) {
    self.jobs = jobs
    self.unreadable = unreadable
    self.isComplete = isComplete
    self.problem = problem
  }
}

extension Poll {
  /// Combines the looks at several schedulers: complete when all of them are.
  package init(joining polls: [Poll]) {
    self.init(
      jobs: polls.flatMap(\.jobs),
      unreadable: polls.flatMap(\.unreadable),
      isComplete: polls.allSatisfy(\.isComplete),
      problem: polls.compactMap(\.problem).first
    )
  }

  /// What a poll concluded, in the form in which it is stored and compared.
  package struct Conclusion: Encodable {
    let complete: Bool
    let jobs: [JobStatus]
    let unreadable: Int?
    let problem: LauncherError?
  }

  package var conclusion: Conclusion {
    Conclusion(
      complete: isComplete,
      jobs: jobs,
      unreadable: unreadable.isEmpty ? nil : unreadable.count,
      problem: problem
    )
  }
}
