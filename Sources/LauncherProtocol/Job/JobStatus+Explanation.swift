import FoundationEssentials

/// A status in sentences for people: why the job waits and until when, how it ended and by whose doing, what it used of
/// what it asked for. Everything that shows a status in sentences takes them from here.
extension JobStatus {
  /// The sentences, the most important first. Each ends with a full stop.
  public var explanation: [String] {
    var sentences = [stateSentence]
    if let sentence = reasonSentence { sentences.append(sentence) }
    if reason?.canEverRun == false, !state.isFinished { sentences.append("As things stand it can never run.") }
    if let sentence = limitSentence { sentences.append(sentence) }
    if let sentence = state.outcome?.blameSentence { sentences.append(sentence) }
    if let sentence = usageSentence { sentences.append(sentence) }
    if let sentence = taskSentence { sentences.append(sentence) }
    if let attempt, attempt > 1 { sentences.append("This is attempt \(attempt).") }
    return sentences
  }

  private var isArray: Bool { tasks != nil || taskCounts != nil }

  private var subject: String { name.map { "Job \(id) (\($0))" } ?? "Job \(id)" }

  private var place: String {
    switch nodes.count {
    case 0: ""
    case 1: " on \(nodes[0])"
    case 2...3: " on \(nodes.dropLast().joined(separator: ", ")) and \(nodes[nodes.count - 1])"
    default: " on \(nodes[0]) and \(nodes.count - 1) other nodes"
    }
  }

  private func since(_ moment: Date?) -> String { moment.map { " since \(RFC3339.string(from: $0))" } ?? "" }

  /// Since when it waits; after a requeue that is not the time of its submission.
  private var waitingSince: Date? { attempt ?? 1 > 1 ? nil : submittedAt }

  private var stateSentence: String {
    switch state {
    case .queued: "\(subject) waits\(queue.map { " in the queue \($0)" } ?? "")\(since(waitingSince))."
    case .held: "\(subject) is held."
    case .starting: "\(subject) is being started\(place)."
    case .running: "\(subject) runs\(place)\(since(startedAt))."
    case .suspended: "\(subject) is suspended\(place)."
    case .finishing: "\(subject) is ending; its outcome is not known yet."
    case .finished(.failed) where isArray && exitStatus == nil: "\(subject) failed: not all of its tasks succeeded."
    case .finished(let outcome): "\(subject) \(outcome.sentence(exitStatus))."
    case .unknown(let cause): "\(subject): \(cause.sentence)."
    }
  }

  /// Why it waits, with the scheduler's own words in quotes; or what is said of its end.
  private var reasonSentence: String? {
    guard let reason else { return nil }
    let words = reason.text.isEmpty ? nil : reason.text
    switch (reason.code?.sentence, words) {
    case (let sentence?, let words?) where !state.isFinished: return "\(sentence) (‘\(words)’)."
    case (let sentence?, nil): return "\(sentence)."
    case (_, let words?): return words.last == "." ? words : "\(words.prefix(1).uppercased())\(words.dropFirst())."
    case (nil, nil): return nil
    }
  }

  /// Until when it may run.
  private var limitSentence: String? {
    // Each task of an array has a limit of its own.
    guard state == .running, !isArray, let startedAt, let walltime = requested.walltime else { return nil }
    let end = startedAt.addingTimeInterval(walltime.duration.inSeconds)
    return "Its walltime of \(walltime) ends at \(RFC3339.string(from: end))."
  }

  /// What it used of what it asked for.
  private var usageSentence: String? {
    var parts: [String] = []
    if let span = ranFor {
      let limit = requested.walltime.map { " of the \($0) that it asked for" } ?? ""
      parts.append("ran \(Walltime(.seconds(Int64(span.rounded()))))\(limit)")
    }
    if let peak = usage?.peakMemory {
      let limit = requested.memory.map { " of the \($0.words) that it asked for" } ?? ""
      parts.append("used \(peak.rounded) of memory\(limit.isEmpty ? "" : ",")\(limit)")
    }
    if let time = usage?.cpuTime, time >= .seconds(1) {
      parts.append("used \(Walltime(.seconds(Int64(time.inSeconds)))) of processor time")
    }
    guard !parts.isEmpty else { return nil }
    return "It \(parts.joined(separator: ", and "))."
  }

  /// How long it ran, in seconds; `nil` before it ends.
  private var ranFor: Double? {
    guard state.isFinished, !isArray else { return nil }
    if let startedAt, let endedAt { return max(0, endedAt.timeIntervalSince(startedAt)) }
    return usage?.walltime?.inSeconds
  }

  private var taskSentence: String? {
    var counts: [String: Int] = [:]
    if let tasks {
      for task in tasks { counts[task.state.outcome?.word ?? task.state.word, default: 0] += 1 }
    } else if let taskCounts {
      counts = taskCounts
    }
    guard !counts.isEmpty else { return nil }
    let order = JobState.words + JobOutcome.words
    let parts = counts.sorted { order.firstIndex(of: $0.key) ?? 0 < order.firstIndex(of: $1.key) ?? 0 }
      .map { "\($0.value) \($0.key)" }
    let sum = counts.values.reduce(0, +)
    return "Of its \(sum) task\(sum == 1 ? "" : "s"): \(parts.joined(separator: ", "))."
  }
}

extension JobOutcome {
  /// What became of the job, as the rest of a sentence.
  fileprivate func sentence(_ exitStatus: JobExitStatus?) -> String {
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
    case .dependencyFailed: "did not run: a job that it depends on did not end as required"
    case .movedElsewhere: "was moved to another server or cluster, and goes on there"
    case .unknown: "ended, and no source reports how"
    }
  }

  /// Whose doing the end is, where that is not said already.
  fileprivate var blameSentence: String? {
    guard let blame else { return nil }
    let retry = isWorthRetrying ? "Submitted again, unchanged, it may well end better." : nil
    let cause: String? =
      switch blame {
      case .job where self == .dependencyFailed: nil
      case .job: "The cause lies in the job itself, not in the machines."
      case .infrastructure: "The cause lies in the machines, not in the job."
      case .policy where self == .deadlineMissed: nil
      case .policy: "The cause lies in the site's rules, not in the job."
      case .user, .administrator: nil
      }
    let sentences = [cause, retry].compactMap { $0 }
    return sentences.isEmpty ? nil : sentences.joined(separator: " ")
  }
}

extension UnknownCause {
  /// What is not known, as a sentence without its end.
  fileprivate var sentence: String {
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
  fileprivate var sentence: String {
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
  fileprivate var words: String {
    switch self {
    case .perNode(let amount): "\(amount.rounded) on each node"
    case .perCPU(let amount): "\(amount.rounded) for each processor"
    case .total(let amount): "\(amount.rounded)"
    }
  }
}
