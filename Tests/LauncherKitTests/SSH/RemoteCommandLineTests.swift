import Foundation
import Testing

@testable import LauncherKit

extension ProcessTests {
  @Suite("What a user's shell on another machine is told", .serialized)
  struct RemoteCommandLineTests {
    private let outputs = CommandOutputs()

    private func output(of line: RemoteCommandLine, in shell: String, input: String = "") async throws -> String {
      let result = try await LocalHost(outputs: outputs)
        .run(NativeCommand([shell, "-c", line.line], stdin: line.input + input))
      return String(decoding: try Data(contentsOf: URL(filePath: result.stdoutPath)), as: UTF8.self)
    }

    @Test("a script arrives as it is, whatever shell the user has", arguments: PretendedSSH.shells)
    func everyShell(shell: String) async throws {
      let words = [
        "two words", "it's", "\"$HOME\"", "!!", "!x", "a\\b", "\\'", "\\\\", "line\nbreak\n", "\t", "`id`", "$(id)",
        "*",
        "~", "#x", "%d", "\\n", "größe", "😀", "", "{a,b}", "^a^b", "&|;<>()", "\u{1}\u{7F}",
      ]
      let line = RemoteCommandLine(running: "printf '%s|' \(ShellText.quoted(words)); cat")
      let output = try await output(of: line, in: shell, input: "and its input\n")
      #expect(output == words.map { $0 + "|" }.joined() + "and its input\n")
    }

    @Test("what is longer than one argument may be comes over standard input, before the command's own")
    func long() async throws {
      let words = (0..<20_000).map { "job-\($0)" }
      let line = RemoteCommandLine(running: "printf '%s ' \(ShellText.quoted(words)); cat")
      #expect(line.line.utf8.count < 1000)
      #expect(try await output(of: line, in: "sh", input: "rest") == words.map { $0 + " " }.joined() + "rest")
    }
  }
}
