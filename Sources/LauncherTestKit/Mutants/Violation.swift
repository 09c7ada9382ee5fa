import LauncherKit

/// A property that a mutant violates.
struct Violation: Sendable {
  /// What must be true for every mutant.
  enum Property: String, Sendable, CaseIterable {
    case survives = "the adapter neither dies nor hangs, and goes on answering"
    case obeys = "it keeps to the protocol"
    case neighbours = "a job whose lines are as they were keeps its status"
    case absence = "nothing finishes by absence"
    case cut = "what is missing from cut output is not called gone"
    case memory = "its memory stays bounded"
    case words = "words that nobody knows finish nothing"
    case harmless = "line ends and remarks change nothing"
    case explains = "an error says what could not be read, and names the command"
    case certain = "nothing is said to be done or found that the answer does not show"
  }

  let property: Property
  /// The mutant's name: `2/1/cut@117`.
  let mutant: String
  /// What was asked and what was damaged: `poll, 02-squeue`.
  let place: String
  let job: String?
  let sentence: String

  var text: String { "\(mutant) (\(place))" + (job.map { ", job \($0)" } ?? "") + ": \(sentence)" }

  /// Violations in the form for people: by property, the first of each, and how many more there are.
  static func sentences(_ violations: [Violation], shown: Int = 3) -> [String] {
    Property.allCases.flatMap { property -> [String] in
      let mine = violations.filter { $0.property == property }
      guard !mine.isEmpty else { return [] }
      let more = mine.count > shown ? ["  … and \(mine.count - shown) more"] : []
      return ["not so: \(property.rawValue)"] + mine.prefix(shown).map { "  " + $0.text } + more
    }
  }
}

extension JobStatus {
  /// In a few words.
  var brief: String {
    var words = [state.word]
    switch state {
    case .finished(let outcome): words.append(outcome.word)
    case .unknown(let cause): words.append(cause.rawValue)
    default: break
    }
    if let exitStatus { words.append("\(exitStatus)") }
    if let source { words.append("by \(source)") }
    return words.joined(separator: " ")
  }
}
