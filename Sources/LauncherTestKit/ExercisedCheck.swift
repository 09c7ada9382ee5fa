import LauncherKit

/// Reports which operations of an adapter no recording asks for: what is not asked for is not checked.
struct ExercisedCheck: Sendable {
  let adapter: AdapterUnderTest
  let recordings: [Recording]

  var check: Conformance.Check {
    Conformance.Check("recordings: which operations they ask for") { try await run() }
  }

  private func run() async throws -> Conformance.Outcome {
    let questions = recordings.flatMap { $0.expectation?.questions ?? [] }.filter { $0.adapter == adapter.file.name }
    let asked = Set(questions.map(\.operation))
    let outputs = CommandOutputs()
    let process = try await adapter.start(PretendHost(outputs) { _ in .notFound }, outputs)
    defer { process.close() }
    // An operation that an adapter announces twice counts once.
    let announced = Operation.allCases.filter { process.description.operations.contains($0) }
    return Conformance.Outcome(notes: announced.filter { !asked.contains($0) }.map { "\($0.rawValue): not recorded" })
  }
}
