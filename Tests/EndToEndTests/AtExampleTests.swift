import Foundation
import Testing

private let hasJQ = ["/usr/bin/jq", "/usr/local/bin/jq"].contains { FileManager.default.isExecutableFile(atPath: $0) }

/// `Examples/at-adapter`: the smallest that works, in shell. It needs jq; the daemon of at is a recording.
@Suite("The least that works", .enabled(if: hasJQ, "there is no jq"))
struct AtExampleTests {
  private static let folder = Program.repository + "/Examples/at-adapter"

  @Test func `it has fewer than eighty lines`() throws {
    let text = try String(contentsOfFile: Self.folder + "/at-adapter", encoding: .utf8)
    #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count - 1 < 80)
  }

  @Test func `it holds to the protocol`() async throws {
    let outcome = try await Program().launcher("conformance", Self.folder + "/at-adapter")
    #expect(outcome.exitCode == 0, "\(outcome.stdout)\(outcome.stderr)")
  }

  @Test func `jobs end as their records say, and one that nobody knows is gone`() async throws {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
    let program = try Program(environment: [
      "LAUNCHER_ADAPTER": "at", "LAUNCHER_ADAPTER_PATH": Self.folder, "PATH": "\(Program.buildFolder):\(path)",
    ])
    let story = """
      launcher detect --adapter at >/dev/null
      launcher run -- sh -c 'echo said; exit 3'
      echo "code $?"
      id=$(launcher submit -- sleep 5)
      launcher status --json "$id" | grep '"state"'
      launcher wait "$id" >/dev/null
      launcher status --json "$id" | grep '"outcome"'
      launcher status 99999.none 2>/dev/null | grep -o 'unknown: gone'
      """
    let outcome = try await program.run(
      Program.buildFolder + "/launcher",
      ["replay", Program.repository + "/Tests/Fixtures/at-3.2.5/told", "--", "sh", "-c", story]
    )
    let lines = outcome.stdout.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    #expect(
      lines.filter { $0 != "said" } == [
        "code 3", #""state" : "running""#, #""outcome" : "succeeded","#, "unknown: gone",
      ],
      "\(outcome.stdout)\(outcome.stderr)"
    )
  }
}
