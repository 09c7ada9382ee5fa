import LauncherKit

/// Checks a mutant's answer against the properties that all mutants must have.
struct Judge: Sendable {
  let baseline: Baseline
  let mutation: Mutation
  /// The damaged exchange; `nil` if all are.
  let mutated: Baseline.Exchange?
  /// All exchanges as they were answered.
  let exchanges: [Baseline.Exchange]
  let answer: Answer
  let asked: MutantHost.Asked
  let touched: Touched

  var name: String { "\(baseline.place)/\(mutation)" }

  var violations: [Violation] {
    if answer.isBreakdown { return [violation(.survives, answer.error?.message ?? "")] }
    var found = explanations
    if baseline.question.operation == .poll {
      found += reports + absences + losses + neighbours + harmlessness
    } else {
      found += certainty + harmlessness
    }
    return found
  }

  func violation(_ property: Violation.Property, job: String? = nil, _ sentence: String) -> Violation {
    let label = mutated?.label ?? "every answer"
    let place = "\(baseline.question.operation.rawValue), \(label)"
    return Violation(property: property, mutant: name, place: place, job: job, sentence: sentence)
  }

  /// The commands whose answers were damaged, in the form in which a status names its source.
  private var damagedCommands: Set<String> {
    Set(
      (mutated.map { [$0] } ?? baseline.exchanges).compactMap { $0.command.argv.first }
        .map { $0.split(separator: "/").last.map(String.init) ?? $0 }
    )
  }

  /// Whether a status is reported by something other than what was damaged.
  private func isToldByOthers(_ status: JobStatus) -> Bool {
    guard mutation.exchange != nil, let source = status.source else { return false }
    return !damagedCommands.contains(source)
  }

  // MARK: Errors

  private var explanations: [Violation] {
    if let error = answer.error, !asked.isBeyond { return complaints(about: error) }
    if let problem = answer.problem, !asked.isBeyond { return complaints(about: problem) }
    if baseline.question.operation == .poll, answer.error == nil, !answer.isComplete, answer.problem == nil,
      answer.unreadable.isEmpty
    {
      return [violation(.explains, "the poll is not complete, and nothing says why")]
    }
    return answer.unreadable.filter { $0.message.isEmpty || $0.source.isEmpty }.prefix(1).map { _ in
      violation(.explains, "a record could not be read, and its message or source is empty")
    }
  }

  private func complaints(about error: LauncherError) -> [Violation] {
    let commands = exchanges.compactMap { $0.command.argv.first }
    let names = commands.contains { error.message.contains($0.split(separator: "/").last ?? "") }
    if error.message.isEmpty { return [violation(.explains, "an error has no message")] }
    if error.command == nil, !names {
      return [violation(.explains, "the error names no command: \(error.message)")]
    }
    return []
  }

  // MARK: Polls

  private var reports: [Violation] {
    var found = answer.repeated.map { violation(.obeys, job: $0, "it was reported twice in one poll") }
    found += answer.earlyEnds.map { violation(.obeys, job: $0.id, "\($0), which only a job that has ended has") }
    if let asked = baseline.asked {
      found += answer.order.filter { !asked.contains($0) }
        .map { violation(.obeys, job: $0, "it was reported and not asked for") }
    }
    return found
  }

  private var absences: [Violation] {
    let before = Dictionary(
      baseline.answer.statuses.values.flatMap(\.withTasks).map { ($0.id, $0) },
      uniquingKeysWith: { first, _ in first }
    )
    return answer.order.compactMap { answer.statuses[$0] }.flatMap(\.withTasks).compactMap { status in
      guard status.state.isFinished else { return nil }
      let change = "\(before[status.id]?.brief ?? "not reported") → \(status.brief)"
      if mutation.exchange == nil {
        return violation(.absence, job: status.id, "no command answered, and it is finished: \(change)")
      }
      if case .unknownState = mutation.kind, status.native.state?.contains(Mutation.unknownWord) ?? false {
        return violation(.words, job: status.id, "‘\(status.native.state ?? "")’ finished it: \(change)")
      }
      // An array's state follows from the tasks that are shown: a missing whole line leaves no trace, and a line
      // without its id leaves no trace of whose it was, as long as the poll reports that there was one.
      if status.taskCounts != nil || status.tasks != nil {
        if missesWholeLines { return nil }
        if !answer.isComplete, answer.unreadable.contains(where: { $0.id == nil }) { return nil }
      }
      let wasFinished = before[status.id]?.state.isFinished ?? false
      if wasFinished || isToldByOthers(status) || isSaid(status, before: before[status.id]) { return nil }
      return violation(.absence, job: status.id, "nothing says so, and it is finished: \(change)")
    }
  }

  /// Whether whole lines are missing, without a trace.
  private var missesWholeLines: Bool {
    switch mutation.kind {
    case .drop: true
    case .cut(let place): mutated?.stdout.last == 0x0A || place == 0
    default: false
    }
  }

  /// Whether the damaged output itself has another of the scheduler's own words for the job's state.
  private func isSaid(_ status: JobStatus, before: JobStatus?) -> Bool {
    guard let word = status.native.state, !word.isEmpty, let mutated else { return false }
    // The damage turned it into another job's line, or made a list of an array's tasks longer.
    if before == nil, !(baseline.asked?.contains(status.id) ?? false) {
      return mutated.stdout.holds(Array(status.id.utf8.prefix { $0 != 0x5F }))
    }
    return word != before?.native.state && touched.says(word, of: status.id, in: mutated.stdout)
  }

  /// Jobs that are missing from truncated output, or from a command that failed.
  private var losses: [Violation] {
    guard answer.error == nil, answer.isComplete else { return [] }
    switch mutation.kind {
    case .cut(let place):
      guard let exchange = mutation.exchange else { return [] }
      let original = baseline.exchanges[exchange].stdout
      let isMidLine = place > 0 && place <= original.count && original[place - 1] != 0x0A && original.last == 0x0A
      // A document is whole or truncated; only what follows its last character may be missing.
      let isMidDocument =
        touched.isDocument(exchange) && place > 0 && original[place...].contains { $0 > 0x20 }
      guard isMidLine || isMidDocument else { return [] }
    case .failing, .failed, .timedOut, .killed: break
    default: return []
    }
    return baseline.answer.order.compactMap { baseline.answer.statuses[$0] }.compactMap { before in
      if case .unknown = before.state { return nil }
      if baseline.asked == nil, answer.statuses[before.id] == nil {
        return violation(.cut, job: before.id, "it is not reported by a complete poll: \(before.brief) → nothing")
      }
      guard let after = answer.statuses[before.id] else {
        return violation(.cut, job: before.id, "it is not reported by a complete poll: \(before.brief) → gone")
      }
      guard after.state == .unknown(.gone) else { return nil }
      return violation(.cut, job: before.id, "\(before.brief) → \(after.brief), in a complete poll")
    }
  }

  private var neighbours: [Violation] {
    guard mutation.kind != .carriageReturns, mutation.kind != .noise else { return [] }
    let degrees =
      mutated.map { touched.degrees(mutation, mutated: $0) } ?? (of: [:], others: Touched.Degree.doubtful)
    return baseline.answer.order.compactMap { id in
      guard let before = baseline.answer.statuses[id] else { return nil }
      var degree = degrees.of[id] ?? degrees.others
      // What it asked for in addition would have shown the rest.
      if degree == .untouched, asked.isBeyond { degree = .doubtful }
      let after = answer.statuses[id]
      switch degree {
      case .damaged: return nil
      case .untouched:
        if after == before || lacksOnlyItsServer(after, before) { return nil }
        if after == nil, !answer.isComplete || answer.error != nil, mayGoUnsaid(before) { return nil }
        return violation(.neighbours, job: id, difference(before, after))
      case .doubtful:
        guard let after, after.state != before.state, !isToldByOthers(after) else { return nil }
        if case .unknown = after.state { return nil }
        if after.state.isFinished { return nil }  // reported by the property of absence, if it is a violation
        return violation(.neighbours, job: id, "\(before.brief) → \(after.brief)")
      }
    }
  }

  /// Whether all that is missing is the server's name. A command of its own may report that, and a whole line that is
  /// missing from it leaves no trace.
  private func lacksOnlyItsServer(_ after: JobStatus?, _ before: JobStatus) -> Bool {
    guard missesWholeLines, var after, after.server == nil else { return false }
    after.server = before.server
    for (place, task) in (before.tasks ?? []).enumerated() where after.tasks?.indices.contains(place) == true {
      if after.tasks?[place].server == nil { after.tasks?[place].server = task.server }
    }
    return after == before
  }

  /// Whether a job may be left out of a poll that is not complete: nothing was known of it anyway; or it is an array, and
  /// what is missing from cut output may be tasks of it.
  private func mayGoUnsaid(_ before: JobStatus) -> Bool {
    if case .unknown = before.state { return true }
    return mutated?.stdout.last != 0x0A && (before.tasks != nil || before.taskCounts != nil)
  }

  private func difference(_ before: JobStatus, _ after: JobStatus?) -> String {
    guard let after else {
      let why = answer.error?.message ?? answer.problem?.message
      return "\(before.brief) → not reported" + (why.map { " (\($0))" } ?? "")
    }
    let trees = [before, after].map { (try? JSONTree($0)) ?? .null }
    let lines =
      JSONDifference(expected: trees[0], found: trees[1])?.lines
      ?? JSONDifference(expected: trees[1], found: trees[0])?.lines.map { $0 + ", before the damage" } ?? []
    return lines.prefix(3).joined(separator: "; ")
  }

  private var harmlessness: [Violation] {
    switch mutation.kind {
    case .noise:
      if answer.error?.code != baseline.answer.error?.code {
        return [violation(.harmless, "a remark on standard error: \(answer.error?.message ?? "it succeeds")")]
      }
      guard baseline.question.operation == .poll else { return [] }
      return baseline.answer.order.compactMap { id in
        guard let before = baseline.answer.statuses[id], answer.statuses[id] != before else { return nil }
        return violation(.harmless, job: id, "a remark on standard error: \(difference(before, answer.statuses[id]))")
      }
    case .carriageReturns:
      guard answer.error == nil else { return [] }
      return baseline.answer.order.compactMap { id in
        guard let before = baseline.answer.statuses[id] else { return nil }
        let after = answer.statuses[id]
        let isUnread = !answer.isComplete || answer.unreadable.contains { $0.id == id }
        if after == before || after == nil && isUnread { return nil }
        if case .unknown? = after?.state { return nil }
        if let after, isToldByOthers(after) || asked.isBeyond && after.state == before.state { return nil }
        return violation(.harmless, job: id, "with CR LF: \(difference(before, after))")
      }
    default: return []
    }
  }
}
