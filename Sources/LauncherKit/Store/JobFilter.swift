import FoundationEssentials
import Glibc
import LauncherProtocol

/// Which of one's jobs are meant.
public struct JobFilter: Hashable, Sendable {
  /// Words of states (`running`) or outcomes (`failed`); none for all.
  public var states: Set<String>
  /// Jobs that ended before are left out; the others never are.
  public var since: Date
  /// A name, or a pattern with `*`, `?` and `[…]`; `nil` for all.
  public var name: String?
  /// Labels that a job must have, each with its value; none for all.
  public var labels: [String: String]

  /// A filter.
  public init(states: Set<String> = [], since: Date, name: String? = nil, labels: [String: String] = [:]) {
    self.states = states
    self.since = since
    self.name = name
    self.labels = labels
  }

  /// Every word that `states` may hold.
  public static let words = JobState.words + JobOutcome.words.filter { !JobState.words.contains($0) }

  /// Whether a job is meant.
  public func admits(_ status: JobStatus) -> Bool {
    if status.state.isFinished, let ended = status.endedAt ?? status.observedAt, ended < since { return false }
    if let name, fnmatch(name, status.name ?? "", 0) != 0 { return false }
    guard labels.allSatisfy({ status.labels[$0] == $1 }) else { return false }
    guard !states.isEmpty else { return true }
    return states.contains(status.state.word) || status.state.outcome.map { states.contains($0.word) } ?? false
  }
}
