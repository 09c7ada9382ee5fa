import FoundationEssentials

/// All that is known of a job at one moment, and where the knowledge comes from.
///
/// A value that no source reported is `nil`; nothing here is guessed from silence.
public struct JobStatus: Hashable, Sendable {
  /// The scheduler's id of the job, or of the array task.
  public var id: String
  /// The adapter that answered. The host fills it in.
  public var adapter: String?
  /// The machine on which the scheduler's commands run (`ssh://login`); `nil` for this one. The host fills it in.
  public var host: String?
  /// The token of the submission that created the job, if it was submitted from here. The host fills it in.
  public var token: String?
  /// The labels that the job was submitted with from here. The host fills them in.
  public var labels: [String: String] = [:]
  /// What the job asked for when it was submitted from here. The host fills it in.
  public var requested = RequestedResources()
  /// The server or cluster the job belongs to.
  public var server: String?
  /// The job's name.
  public var name: String?
  /// Who owns the job.
  public var user: String?
  /// The queue or partition it is in.
  public var queue: String?
  /// Where it is in its life.
  public var state: JobState
  /// The code or signal its command ended with.
  public var exitStatus: JobExitStatus?
  /// Why it waits, or why it ended.
  public var reason: JobReason?
  /// 1 for the first attempt; each requeue starts the next.
  public var attempt: Int?
  /// The hosts it runs or ran on, expanded, one name each.
  public var nodes: [String]
  /// When it was submitted.
  public var submittedAt: Date?
  /// When its command started, in this attempt.
  public var startedAt: Date?
  /// When it ended, in this attempt.
  public var endedAt: Date?
  /// What it used.
  public var usage: ResourceUsage?
  /// Its working directory.
  public var directory: String?
  /// The file with its standard output.
  public var standardOutput: String?
  /// The file with its standard error; equal to `standardOutput` if the two are merged.
  public var standardError: String?
  /// The scheduler's own words.
  public var native: NativeWords
  /// The native command, file or record that reported this: `squeue`, `sacct`, `exit record` …
  public var source: String?
  /// When the source was asked.
  public var observedAt: Date?
  /// The task's index, when this is an array task.
  public var index: Int?
  /// The tasks, when this is an array that was asked for in full.
  public var tasks: [JobStatus]?
  /// How many tasks there are in each state (`JobState.word`), when this is an array.
  public var taskCounts: [String: Int]?

  /// The `source` of a status that the job's own exit record reports: it knows how the command ended, but not why.
  public static let exitRecordSource = "exit record"

  /// Makes a status of which only the id and the state are known.
  public init(id: String, state: JobState) {
    self.id = id
    self.state = state
    self.nodes = []
    self.native = NativeWords()
  }

  /// The job's permanent name, as far as this status shows it.
  public var reference: JobReference {
    JobReference(id: id, adapter: adapter, host: host, server: server, submittedAt: submittedAt, token: token)
  }

  /// The scheduler's own words for a job, as it wrote them.
  public struct NativeWords: Hashable, Sendable, Codable {
    /// Its word for the state.
    public var state: String?
    /// Its word or sentence for the reason.
    public var reason: String?

    /// Makes a pair of words.
    public init(state: String? = nil, reason: String? = nil) {
      self.state = state
      self.reason = reason
    }

    var isEmpty: Bool { state == nil && reason == nil }
  }
}

extension JobStatus: CustomStringConvertible {
  /// One line: `41  running on node3`, `41  finished: failed, exit code 3`.
  public var description: String {
    var text = "\(id)  \(state)"
    if let exitStatus { text += ", \(exitStatus)" }
    if !nodes.isEmpty, !state.isFinished { text += " on \(shortNodeList)" }
    if let reason, !reason.text.isEmpty { text += " (\(reason.text))" }
    if let taskCounts {
      let parts = JobState.words.compactMap { word in taskCounts[word].map { "\($0) \(word)" } }
      text += "  tasks: \(parts.joined(separator: ", "))"
    }
    return text
  }

  /// The names of a few nodes, the number of many.
  public var shortNodeList: String {
    nodes.count <= 3 ? nodes.joined(separator: ",") : "\(nodes[0]) and \(nodes.count - 1) more"
  }
}
