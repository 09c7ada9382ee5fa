/// Where a job is in its life. The end carries its outcome, and not knowing carries its cause, so
/// that no state has to be read together with another field to be understood.
public enum JobState: Hashable, Sendable {
  /// Waiting for its turn; the scheduler may start it whenever resources allow.
  case queued
  /// Waiting for a person or an event: a user's or administrator's hold, a dependency, a begin time.
  case held
  /// Resources are allocated to it and are being prepared.
  case starting
  /// Its processes run.
  case running
  /// It was running and is temporarily stopped.
  case suspended
  /// Its processes have ended or are being ended, and the scheduler is cleaning up; the outcome is not known yet.
  case finishing
  /// It ended. Final for this attempt.
  case finished(JobOutcome)
  /// Nothing reliable can be said now. Never final on its own.
  case unknown(UnknownCause)

  /// Whether the job ended, whatever the outcome.
  public var isFinished: Bool {
    if case .finished = self { return true }
    return false
  }

  /// How the job ended, once it has.
  public var outcome: JobOutcome? {
    if case .finished(let outcome) = self { return outcome }
    return nil
  }

  /// Why nothing can be said, if that is the case.
  public var unknownCause: UnknownCause? {
    if case .unknown(let cause) = self { return cause }
    return nil
  }

  /// The word for the state alone: `queued`, `held`, … `finished`, `unknown`.
  public var word: String {
    switch self {
    case .queued: "queued"
    case .held: "held"
    case .starting: "starting"
    case .running: "running"
    case .suspended: "suspended"
    case .finishing: "finishing"
    case .finished: "finished"
    case .unknown: "unknown"
    }
  }

  /// Every word that `word` can be, in the order of a job's life.
  public static let words = [
    "queued", "held", "starting", "running", "suspended", "finishing", "finished", "unknown",
  ]
}

extension JobState: CustomStringConvertible {
  /// The state with its outcome or cause: `running`, `finished: failed`, `unknown: gone`.
  public var description: String {
    switch self {
    case .finished(let outcome): "finished: \(outcome.word)"
    case .unknown(let cause): "unknown: \(cause.rawValue)"
    default: word
    }
  }
}

/// Why a job's state is not known.
public enum UnknownCause: String, Hashable, Sendable, Codable, CaseIterable {
  /// It was submitted, and the scheduler does not show it yet.
  case notYetVisible
  /// The scheduler answers, and no longer (or never) knows it; no other source reports how it ended.
  case gone
  /// The scheduler, or the machine on which it is asked, does not answer.
  case unreachable
  /// The scheduler's record of it could not be read.
  case unreadable
  /// The record was read, and its state is a word this adapter does not know.
  case unrecognised
}
