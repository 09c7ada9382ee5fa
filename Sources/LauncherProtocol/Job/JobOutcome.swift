/// How a job ended.
public enum JobOutcome: Hashable, Sendable {
  /// Its command ended with exit code 0.
  case succeeded
  /// Its command ended with another exit code, or by a signal that nothing else accounts for.
  case failed
  /// It was removed, before or while it ran.
  case cancelled(by: Canceller)
  /// It ran longer than its walltime and was ended for it.
  case walltimeExceeded
  /// It used more memory than it asked for and was ended for it.
  case memoryExceeded
  /// A machine it ran on failed.
  case nodeFailure
  /// It was ended to make room for a more important job.
  case preempted
  /// Its deadline passed.
  case deadlineMissed
  /// It could not be started: no such program or directory, an unwritable output file, a failed prologue.
  case launchFailed
  /// A job it depends on did not end as required.
  case dependencyFailed
  /// It was passed to another server or cluster, where it continues.
  case movedElsewhere
  /// It ended, and no source reports how.
  case unknown

  /// Who removed a job.
  public enum Canceller: String, Hashable, Sendable, Codable, CaseIterable {
    /// The job's owner.
    case user
    /// An administrator, or another user with the right to do so.
    case administrator
    /// The scheduler itself.
    case scheduler
    /// It is not reported.
    case unknown
  }

  /// Who or what caused an outcome.
  public enum Blame: String, Hashable, Sendable, Codable, CaseIterable {
    /// The job's own command.
    case job
    /// The job's owner.
    case user
    /// An administrator.
    case administrator
    /// Machines, network, file systems.
    case infrastructure
    /// The site's rules: limits, preemption, deadlines.
    case policy
  }

  /// Who or what caused it; `nil` if nobody is to blame or it is not known.
  public var blame: Blame? {
    switch self {
    case .succeeded, .movedElsewhere, .unknown: nil
    case .failed, .memoryExceeded, .walltimeExceeded, .launchFailed: .job
    case .cancelled(by: .user): .user
    case .cancelled(by: .administrator): .administrator
    case .cancelled(by: .scheduler): .policy
    case .cancelled(by: .unknown): nil
    case .nodeFailure: .infrastructure
    case .preempted, .deadlineMissed: .policy
    case .dependencyFailed: .job
    }
  }

  /// Whether submitting the same job again, unchanged, has a good chance of ending better.
  public var isWorthRetrying: Bool {
    switch self {
    case .nodeFailure, .preempted: true
    case .succeeded, .failed, .cancelled, .walltimeExceeded, .memoryExceeded, .deadlineMissed, .launchFailed,
      .dependencyFailed, .movedElsewhere, .unknown:
      false
    }
  }

  /// The word for the outcome alone: `succeeded`, `failed`, `cancelled`, …
  public var word: String {
    switch self {
    case .succeeded: "succeeded"
    case .failed: "failed"
    case .cancelled: "cancelled"
    case .walltimeExceeded: "walltimeExceeded"
    case .memoryExceeded: "memoryExceeded"
    case .nodeFailure: "nodeFailure"
    case .preempted: "preempted"
    case .deadlineMissed: "deadlineMissed"
    case .launchFailed: "launchFailed"
    case .dependencyFailed: "dependencyFailed"
    case .movedElsewhere: "movedElsewhere"
    case .unknown: "unknown"
    }
  }

  /// Every word that `word` can be.
  public static let words = [
    "succeeded", "failed", "cancelled", "walltimeExceeded", "memoryExceeded", "nodeFailure", "preempted",
    "deadlineMissed", "launchFailed", "dependencyFailed", "movedElsewhere", "unknown",
  ]

  /// The outcome that a word stands for; `canceller` matters only for `cancelled`. `nil` for an unknown word.
  public init?(word: String, canceller: Canceller = .unknown) {
    switch word {
    case "succeeded": self = .succeeded
    case "failed": self = .failed
    case "cancelled": self = .cancelled(by: canceller)
    case "walltimeExceeded": self = .walltimeExceeded
    case "memoryExceeded": self = .memoryExceeded
    case "nodeFailure": self = .nodeFailure
    case "preempted": self = .preempted
    case "deadlineMissed": self = .deadlineMissed
    case "launchFailed": self = .launchFailed
    case "dependencyFailed": self = .dependencyFailed
    case "movedElsewhere": self = .movedElsewhere
    case "unknown": self = .unknown
    default: return nil
    }
  }
}
