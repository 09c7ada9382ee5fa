import FoundationEssentials
import Glibc
import LauncherProtocol

/// Selects some of the user's jobs.
public struct JobFilter: Hashable, Sendable {
  /// States (`.running`) or outcomes (`.failed`); none for all.
  public var states: Set<State>
  /// Jobs that ended before this moment are left out; others never are.
  public var since: Date
  /// A name, or a pattern with `*`, `?` and `[…]`; `nil` for all.
  public var name: String?
  /// Labels that a job must have, each with its value; none for all.
  public var labels: [String: String]

  /// A filter.
  public init(states: Set<State> = [], since: Date, name: String? = nil, labels: [String: String] = [:]) {
    self.states = states
    self.since = since
    self.name = name
    self.labels = labels
  }

  /// A state, or the outcome of a job that finished, without what belongs to it. Its raw value is the word for it.
  public enum State: String, Hashable, Sendable, CaseIterable {
    case queued, held, starting, running, suspended, finishing, finished, unknown
    case succeeded, failed, cancelled, walltimeExceeded, memoryExceeded, nodeFailure, preempted, deadlineMissed,
      launchFailed, dependencyFailed, movedElsewhere
  }

  /// Whether a job is selected.
  public func admits(_ status: JobStatus) -> Bool {
    if status.state.isFinished, let ended = status.endedAt ?? status.observedAt, ended < since { return false }
    if let name, fnmatch(name, status.name ?? "", 0) != 0 { return false }
    guard labels.allSatisfy({ status.labels[$0] == $1 }) else { return false }
    guard !states.isEmpty else { return true }
    let words = [status.state.word, status.state.outcome?.word].compactMap { $0 }
    return words.contains { word in State(rawValue: word).map(states.contains) ?? false }
  }
}
