import Foundation
import Testing

/// `Documentation/FirstSteps.md`, typed line by line.
@Suite struct FirstStepsTests {
  /// A command of the page, and what the page shows beneath it.
  private struct Step {
    let command: String
    var shown: [String] = []
  }

  /// The commands of all `console` blocks, in their order.
  private static func steps() throws -> [Step] {
    let page = try String(contentsOfFile: Program.repository + "/Documentation/FirstSteps.md", encoding: .utf8)
    var steps: [Step] = []
    var isInside = false
    for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("```") {
        isInside = line == "```console"
      } else if isInside, line.hasPrefix("$ ") {
        steps.append(Step(command: String(line.dropFirst(2))))
      } else if isInside {
        steps[steps.count - 1].shown.append(String(line))
      }
    }
    return steps
  }

  /// Whether a line matches what the page shows: runs of blanks count as one, and `…` stands for anything.
  private static func isLike(_ shown: String, _ line: String) -> Bool {
    func words(_ text: String) -> String { text.split(separator: " ").joined(separator: " ") }
    let parts = shown.split(separator: "…", omittingEmptySubsequences: false).map { words(String($0)) }
    var rest = words(line)[...]
    guard let first = parts.first, let last = parts.last, rest.hasPrefix(first) else { return false }
    guard parts.count > 1 else { return rest == first }
    rest = rest.dropFirst(first.count)
    for part in parts.dropFirst().dropLast() where !part.isEmpty {
      guard let found = rest.range(of: part) else { return false }
      rest = rest[found.upperBound...]
    }
    return rest.hasSuffix(last)
  }

  @Test func `what the page shows is what comes`() async throws {
    let steps = try Self.steps()
    try #require(steps.count > 12)
    let mark = "=== next ==="
    let script = steps.map { "\($0.command)\necho '\(mark)'" }.joined(separator: "\n")
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let program = try Program(environment: ["PATH": "\(Program.buildFolder):\(path)", "clone": Program.repository])
    let place = try Program.makeFolder("steps")
    let outcome = try await program.run("sh", ["-c", "exec 2>&1\n" + script], directory: place)
    let outputs = outcome.stdout.components(separatedBy: mark + "\n")
    try #require(outputs.count == steps.count + 1, "\(outcome.stdout)")
    for (step, output) in zip(steps, outputs) {
      let lines = output.split(separator: "\n").map(String.init)
      let isAsShown = lines.count == step.shown.count && zip(step.shown, lines).allSatisfy { Self.isLike($0, $1) }
      #expect(isAsShown, "\(step.command)\n\(output)")
    }
  }
}
