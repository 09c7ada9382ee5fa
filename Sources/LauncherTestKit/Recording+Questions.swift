import FoundationEssentials
import LauncherKit

extension Recording {
  /// A host that answers questions in the recording's own terms: its folders, its user.
  func host(_ outputs: CommandOutputs = CommandOutputs()) -> ReplayingHost {
    ReplayingHost([self], outputs: outputs, surroundings: scenario.surroundings)
  }

  /// The questions to ask. A job's begin and deadline are as far ahead as they were when it was recorded: the recorded
  /// ones have passed by now, and adapters that count from now would ask for something else.
  func questions(at now: Date) -> [Expectation.Question] {
    let questions = expectation?.questions ?? []
    guard let recorded = exchanges.lazy.compactMap(\.begun).first else { return questions }
    return questions.map { $0.moved(by: now.timeIntervalSince(recorded)) }
  }
}

extension Expectation.Question {
  fileprivate func moved(by age: TimeInterval) -> Expectation.Question {
    guard case .object(var request) = request, case .object(var spec)? = request["spec"] else { return self }
    for field in ["begin", "deadline"] {
      guard case .text(let text)? = spec[field], let instant = RFC3339.date(from: text) else { continue }
      spec[field] = .text(RFC3339.string(from: instant.addingTimeInterval(age)))
    }
    request["spec"] = .object(spec)
    var moved = self
    moved.request = .object(request)
    return moved
  }
}
