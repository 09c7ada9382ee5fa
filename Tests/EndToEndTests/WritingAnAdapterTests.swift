import Foundation
import Testing

/// `Documentation/WritingAnAdapter.md`, followed to the letter: its code is the adapter, its commands are run, and they
/// answer as it says.
@Suite struct WritingAnAdapterTests {
  private static let page = Program.repository + "/Documentation/WritingAnAdapter.md"

  /// The blocks of one kind, in order.
  private static func blocks(_ kind: String) throws -> [String] {
    let text = try String(contentsOfFile: page, encoding: .utf8)
    return text.components(separatedBy: "```\(kind)\n").dropFirst().map {
      $0.components(separatedBy: "\n```")[0]
    }
  }

  /// A command of the page, and its required answer, where `…` stands for anything.
  private struct Step {
    var command: String
    var answer: [String] = []
  }

  private static func steps() throws -> [Step] {
    var steps: [Step] = []
    for line in try blocks("console").flatMap({ $0.components(separatedBy: "\n") }) {
      if line.hasPrefix("$ ") {
        steps.append(Step(command: String(line.dropFirst(2))))
      } else if !steps.isEmpty {
        steps[steps.count - 1].answer.append(line)
      }
    }
    return steps
  }

  /// Whether a text matches what the page shows.
  private static func fits(_ text: String, _ shown: String) -> Bool {
    let parts = shown.components(separatedBy: "…")
    guard text.hasPrefix(parts[0]), text.hasSuffix(parts[parts.count - 1]) else { return false }
    guard parts.count > 1 else { return text == shown }
    var rest = text.dropFirst(parts[0].count)
    for part in parts.dropFirst() where !part.isEmpty {
      guard let place = rest.range(of: part) else { return false }
      rest = rest[place.upperBound...]
    }
    return true
  }

  @Test func `the tutorial, followed to the letter, ends with an adapter that holds`() async throws {
    let home = try Program.makeFolder("tutorial")
    let code = try Self.blocks("python").joined(separator: "\n\n\n") + "\n"
    try code.write(toFile: home + "/practice-adapter", atomically: true, encoding: .utf8)
    let steps = try Self.steps()
    #expect(steps.count > 10)
    let mark = "--- the next command ---"
    let script = steps.map { "\($0.command)\necho '\(mark)'\n" }.joined()
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let program = try Program(environment: [
      "HOME": home, "REPOSITORY": Program.repository, "PATH": "\(Program.buildFolder):\(path)",
      "LAUNCHER_ADAPTER": "", "LAUNCHER_ADAPTER_PATH": "",
    ])
    let outcome = try await program.run("sh", ["-c", "exec 2>&1\n" + script], directory: home)
    let answers = outcome.stdout.components(separatedBy: mark + "\n")
    #expect(answers.count == steps.count + 1, "\(outcome.stdout)")
    for (step, answer) in zip(steps, answers) {
      let said = answer.hasSuffix("\n") ? String(answer.dropLast()) : answer
      #expect(Self.fits(said, step.answer.joined(separator: "\n")), "$ \(step.command)\n\(said)")
    }
  }

  @Test func `each thing that goes wrong has a recording that is there`() throws {
    let text = try String(contentsOfFile: Self.page, encoding: .utf8)
    let links = text.components(separatedBy: "](../Tests/Fixtures/").dropFirst().map {
      "Tests/Fixtures/" + $0.components(separatedBy: ")")[0]
    }
    #expect(links.count > 20)
    for link in links {
      let path = "\(Program.repository)/\(link)/scenario.json"
      #expect(FileManager.default.fileExists(atPath: path), "\(link)")
    }
  }
}
