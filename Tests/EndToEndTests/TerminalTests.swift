import Foundation
import Testing

/// Nothing that schedulers, adapters and other users chose reaches a terminal as it is.
@Suite struct TerminalTests {
  /// Clears the screen, sets a title, rings, changes the writing direction, and begins a sequence in one character.
  private static let attack = "\u{1B}[2J\u{1B}]0;PWNED\u{07}\u{202E}\u{9B}31m"
  /// The same in JSON.
  private static let json = #"\u001b[2J\u001b]0;PWNED\u0007\u202e\u009b31m"#

  private func isHarmless(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
      scalar == "\n" || scalar == "\t"
        || ![.control, .format, .lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
    }
  }

  private func program(_ cases: [String: String]) throws -> Program {
    try Program(environment: ["LAUNCHER_ADAPTER": "odd", "LAUNCHER_ADAPTER_PATH": try ShellAdapter.make(cases)])
  }

  private func expectHarmless(
    _ outcome: Program.Outcome,
    saying word: String,
    _ location: SourceLocation = #_sourceLocation
  ) {
    #expect(isHarmless(outcome.stdout), "\(outcome.stdout.debugDescription)", sourceLocation: location)
    #expect(isHarmless(outcome.stderr), "\(outcome.stderr.debugDescription)", sourceLocation: location)
    #expect((outcome.stdout + outcome.stderr).contains(word), "\(outcome)", sourceLocation: location)
  }

  @Test(arguments: ["status", "cancel", "hold", "logs", "submit"])
  func `errors are shown without what could act on a terminal`(_ command: String) async throws {
    let error =
      #"{"code":44,"message":"trouble \#(Self.json)","data":{"advice":"help \#(Self.json)","command":"#
      + #"{"argv":["tool","\#(Self.json)"],"exitCode":1,"stderrTail":"said \#(Self.json)"}}}"#
    let fail = "fail '\(error)'"
    let program = try program([
      "poll": fail, "submit": fail, "find": "answer '{\"jobs\":[]}'", "cancel": fail, "hold": fail,
    ])
    let words = command == "submit" ? ["submit", "--", "true"] : [command, "41"]
    let outcome = try await program.run("\(Program.buildFolder)/launcher", words)
    #expect(outcome.exitCode != 0)
    expectHarmless(outcome, saying: "trouble")
    #expect(outcome.stderr.contains("PWNED"), "the text itself is shown")
  }

  @Test func `the result of an action is shown so for each job`() async throws {
    let results = #"{"results":[{"id":"41","error":{"code":33,"message":"trouble \#(Self.json)"}},{"id":"42"}]}"#
    let program = try program(["cancel": "answer '\(results)'"])
    expectHarmless(try await program.launcher("cancel", "41", "42"), saying: "trouble")
  }

  @Test func `so is what an adapter says before it dies, and what detection found`() async throws {
    let dying = "printf '\\033[31mdying\\007 \\302\\23331m\\n' >&2; exit 3"
    let program = try program(["poll": dying, "detect": "fail '{\"code\":60,\"message\":\"trouble \(Self.json)\"}'"])
    expectHarmless(try await program.launcher("status", "41"), saying: "dying")
    expectHarmless(try await program.launcher("detect"), saying: "trouble")
    expectHarmless(try await program.launcher("status", "-v", "41"), saying: "dying")
  }

  @Test func `words of the command line are shown so too`() async throws {
    let program = try Program()
    for words in [
      [Self.attack], ["status", "--state", Self.attack], ["submit", "--walltime", Self.attack, "--", "true"],
    ] {
      let outcome = try await program.run("\(Program.buildFolder)/launcher", words)
      #expect(outcome.exitCode == 64)
      expectHarmless(outcome, saying: "PWNED")
    }
  }

  @Test func `JSON holds the text, and nothing that acts on a terminal`() async throws {
    let job = #"[{"id":"41","state":"running","name":"name \#(Self.json)"}]"#
    let program = try program(["poll": "report '\(job)'; answer '{\"complete\":true}'"])
    let outcome = try await program.launcher("status", "--json", "41")
    expectHarmless(outcome, saying: "PWNED")
    #expect(try JSON.array(outcome.stdout).first?["name"] as? String == "name \(Self.attack)")
    expectHarmless(try await program.launcher("status", "41"), saying: "PWNED")
  }

  @Test(arguments: ["7\\u001b[31m\\n8", "", " 7", "$(id)", "-rf", "7\\u202e8"])
  func `a submission whose id is not one is uncertain, and nothing of it is stored`(_ id: String) async throws {
    let answer = #"answer '{"job":{"id":"\#(id)"}}'"#
    // It acts itself, so the host cannot know that nothing was created.
    let program = try program(["submit": answer, "find": #"answer '{"jobs":[{"id":"\#(id)"}]}'"#])
    let outcome = try await program.launcher("submit", "--", "true")
    #expect(outcome.exitCode != 0)
    #expect(outcome.stdout == "")
    expectHarmless(outcome, saying: "not an id")
    let stored = FileManager.default.contents(atPath: program.state + "/jobs.sqlite") ?? Data()
    #expect(stored.firstRange(of: Data("\u{1B}[31m".utf8)) == nil)
  }
}
