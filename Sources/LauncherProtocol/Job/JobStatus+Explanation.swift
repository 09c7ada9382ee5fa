import FoundationEssentials

/// A status in sentences for people: why the job waits and until when, how it ended and by whose doing, what it used of
/// what it asked for. Everything that shows a status in sentences takes them from here; the words are in
/// ExplanationWords.swift.
extension JobStatus {
  /// The sentences, the most important first. Each ends with a full stop.
  public var explanation: [String] {
    var sentences = [stateSentence]
    if let sentence = reasonSentence { sentences.append(sentence) }
    if reason?.canEverRun == false, !state.isFinished { sentences.append("As things stand it can never run.") }
    if let sentence = limitSentence { sentences.append(sentence) }
    if let sentence = state.outcome?.blameSentence(exitStatus, reason) { sentences.append(sentence) }
    if let sentence = usageSentence { sentences.append(sentence) }
    sentences += taskSentences
    if let attempt, attempt > 1 { sentences.append("This is attempt \(attempt).") }
    return sentences
  }

  private var isArray: Bool { tasks != nil || taskCounts != nil }

  private var subject: String { name.map { "Job \(id) (\($0))" } ?? "Job \(id)" }

  private var place: String { nodes.isEmpty ? "" : " on \(shortNodeList)" }

  private func since(_ moment: Date?) -> String { moment.map { " since \(Self.text($0))" } ?? "" }

  /// A moment to the second.
  private static func text(_ moment: Date) -> String {
    RFC3339.string(from: Date(timeIntervalSince1970: moment.timeIntervalSince1970.rounded(.down)))
  }

  /// Since when it waits; after a requeue that is not the time of its submission.
  private var waitingSince: Date? { attempt ?? 1 > 1 ? nil : submittedAt }

  private var stateSentence: String {
    switch state {
    case .queued: "\(subject) has been waiting\(queue.map { " in the queue \($0)" } ?? "")\(since(waitingSince))."
    case .held: "\(subject) is held."
    case .starting: "\(subject) is being started\(place)."
    case .running where startedAt == nil: "\(subject) is running\(place)."
    case .running: "\(subject) has been running\(place)\(since(startedAt))."
    case .suspended: "\(subject) is suspended\(place)."
    case .finishing: "\(subject) is ending; its outcome is not known yet."
    case .finished(.failed) where isArray && exitStatus == nil: "\(subject) failed: not all of its tasks succeeded."
    case .finished(let outcome): "\(subject) \(outcome.sentence(exitStatus))."
    case .unknown(.gone) where reason?.text.isEmpty == false: "\(subject): how it is, or how it ended, is not known."
    case .unknown(let cause): "\(subject): \(cause.sentence)."
    }
  }

  /// Why it waits, or what is said of its end. A scheduler's single word stands beside what it means.
  private var reasonSentence: String? {
    guard let reason else { return nil }
    let words = reason.text
    let isWord = !words.contains(" ")
    switch reason.code?.sentence {
    case let sentence? where words.isEmpty: return "\(sentence)."
    case let sentence? where !state.isFinished && isWord: return "\(sentence) (‘\(words)’)."
    default: return words.isEmpty ? nil : words.asSentence
    }
  }

  /// Until when it may run.
  private var limitSentence: String? {
    // Each task of an array has a limit of its own.
    guard state == .running, !isArray, let walltime = requested.walltime else { return nil }
    // Time that it was suspended need not count, where the scheduler says how long it ran.
    let begun = usage?.walltime.flatMap { ran in observedAt?.addingTimeInterval(-ran.inSeconds) } ?? startedAt
    guard let begun else { return nil }
    return "Its walltime of \(walltime) ends at \(Self.text(begun.addingTimeInterval(walltime.duration.inSeconds)))."
  }

  /// What it used of what it asked for.
  private var usageSentence: String? {
    var parts: [String] = []
    if let span = ranFor {
      let limit = requested.walltime.map { " of the \($0) that it asked for" } ?? ""
      parts.append("ran for \(Walltime(.seconds(Int64(span))))\(limit)")
    }
    if let peak = usage?.peakMemory {
      let limit = requested.memory.map { " of the \($0.words) that it asked for" } ?? ""
      parts.append("\(state.isFinished ? "used" : "has used") \(peak.rounded) of memory\(limit)")
    } else if !state.isFinished, let memory = requested.memory {
      parts.append("asked for \(memory.words) of memory")
    }
    if let time = usage?.cpuTime, time >= .seconds(1) {
      let verb = state.isFinished ? "used" : "has used"
      parts.append("\(verb) \(Walltime(.seconds(Int64(time.inSeconds)))) of processor time")
    }
    guard !parts.isEmpty else { return nil }
    return "It \(parts.joined(separator: ", and "))."
  }

  /// How long it ran, in seconds; `nil` before it ends, and where it did not run.
  private var ranFor: Double? {
    guard state.isFinished, !isArray else { return nil }
    if let walltime = usage?.walltime { return walltime.inSeconds }
    guard let startedAt, let endedAt else { return nil }
    return max(0, endedAt.timeIntervalSince(startedAt))
  }

  /// How the tasks of an array are, and which of them did not succeed.
  private var taskSentences: [String] {
    var counts: [String: Int] = [:]
    if let tasks {
      for task in tasks { counts[task.state.outcome?.word ?? task.state.word, default: 0] += 1 }
    } else if let taskCounts {
      counts = taskCounts
    }
    guard !counts.isEmpty else { return [] }
    let order = JobState.words + JobOutcome.words
    let parts = counts.sorted { order.firstIndex(of: $0.key) ?? 0 < order.firstIndex(of: $1.key) ?? 0 }
      .map { "\($0.value) \($0.key)" }
    let sum = counts.values.reduce(0, +)
    return ["Of its \(sum) task\(sum == 1 ? "" : "s"): \(parts.joined(separator: ", "))."] + lostTasks
  }

  private static let greatestNamed = 5

  private var lostTasks: [String] {
    let lost = (tasks ?? []).filter { $0.state.isFinished && $0.state != .finished(.succeeded) }
    guard !lost.isEmpty else { return [] }
    let named = lost.prefix(Self.greatestNamed).map { task in
      "\(task.id) (\(task.exitStatus.map { "\($0)" } ?? task.state.outcome?.word ?? "?"))"
    }
    let more = lost.count > named.count ? ", and \(lost.count - named.count) more" : ""
    return ["Did not succeed: \(named.joined(separator: ", "))\(more)."]
  }
}

extension String {
  /// With a capital and a full stop.
  fileprivate var asSentence: String {
    let text = prefix(1).uppercased() + dropFirst()
    return text.last == "." ? text : text + "."
  }
}
