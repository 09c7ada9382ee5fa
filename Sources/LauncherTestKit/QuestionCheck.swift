import FoundationEssentials
import LauncherKit

/// Asks an adapter what the `expected.json` of a recording asks, in order, and compares.
struct QuestionCheck: Sendable {
  let adapter: AdapterUnderTest
  let recording: Recording

  var name: String { recording.folder.split(separator: "/").last.map(String.init) ?? recording.folder }

  var check: Conformance.Check {
    Conformance.Check("\(name): it concludes what it should") { try await run() }
  }

  private func run() async throws -> Conformance.Outcome {
    var outcome = Conformance.Outcome()
    guard let expectation = recording.expectation else { return outcome }
    let questions = recording.questions(at: Date())
    var differences: [String] = []
    var offences: [String] = []
    let host = recording.host()
    let process = try await adapter.start(host, CommandOutputs())
    defer { process.kill() }
    for (place, question) in questions.enumerated() where question.adapter == adapter.file.name {
      let answer = try await adapter.ask(question, process)
      let lines = Self.differences(question, answer)
      differences += lines.map { "question \(place + 1), \(question.operation.rawValue): \($0)" }
      if !lines.isEmpty, let because = question.because { differences.append("  it should, because \(because)") }
      offences += answer.offences.map { "question \(place + 1), \(question.operation.rawValue): \($0)" }
      if answer.isBreakdown { break }
    }
    // These are wrong whatever the recording's expectations are.
    if !offences.isEmpty { throw Conformance.Failure(offences + differences) }
    if !expectation.reviewed {
      outcome.notes = differences.isEmpty ? [Self.remark] : ["\(Self.remark), and it says otherwise:"] + differences
      return outcome
    }
    if differences.isEmpty { return outcome }
    throw Conformance.Failure(differences)
  }

  private static let remark = "nobody has reviewed its expected.json yet"

  private static func differences(_ question: Expectation.Question, _ answer: Answer) -> [String] {
    if let expected = question.fails {
      guard let error = answer.error else { return ["expected it to fail with \(expected.text), and it did not"] }
      return JSONDifference(expected: expected, found: try? JSONTree(error))?.lines ?? []
    }
    if let error = answer.error { return ["it failed: \(error.message)"] }
    guard let expected = question.concludes else { return [] }
    return JSONDifference(expected: expected, found: answer.conclusion)?.lines ?? []
  }
}
