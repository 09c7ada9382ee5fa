import Foundation
import Testing

/// What `launcher submit --bulk` reports about a file with many jobs.
@Suite struct BulkFileTests {
  private let program: Program
  private let file: String

  init() throws {
    program = try Program()
    file = program.state + "/jobs.yaml"
  }

  /// Three jobs, of which the second is refused.
  private static let three = """
    - {name: first, command: [echo, one]}
    - {command: [echo, two], queue: long}
    - {command: [echo, three]}

    """

  private func write(_ text: String) throws { try text.write(toFile: file, atomically: true, encoding: .utf8) }

  @Test func `a dry run shows each job, says which would be refused, and submits none`() async throws {
    try write(Self.three)
    let outcome = try await program.launcher("submit", "--bulk", file, "--dry-run")
    #expect(outcome.exitCode == 65)
    #expect(outcome.stdout.contains("# submission 1 of 3, ‘first’\n"), "\(outcome.stdout)")
    #expect(outcome.stdout.contains("echo one\n"))
    #expect(outcome.stdout.contains("echo three\n"))
    #expect(outcome.stderr.contains("submission 2 of 3: there is no queue ‘long’"), "\(outcome.stderr)")
    #expect(outcome.stderr.contains("1 of 3 submissions would be refused"))
    let json = try await program.launcher("submit", "--bulk", file, "--dry-run", "--json")
    let entries = try json.stdout.split(separator: "\n").map { try JSON.object(String($0)) }
    #expect(entries.map { $0["index"] as? Int } == [0, 1, 2])
    #expect(entries.map { $0["plan"] != nil } == [true, false, true])
    #expect(try await program.statuses().isEmpty)
  }

  @Test func `the nth line is of the nth job, and empty where there is none`() async throws {
    try write(Self.three)
    let outcome = try await program.launcher("submit", "--bulk", file, "--parallel", "1")
    #expect(outcome.exitCode == 1)
    #expect(outcome.stdout == "1\n\n2\n", "\(outcome.stdout)")
  }

  @Test func `what was submitted before is said once, not for each job`() async throws {
    try write((1...30).map { "- command: [echo, '\($0)']\n" }.joined())
    let first = try await program.launcher("submit", "--bulk", file, "--token", "tuesdays-runs", "--parallel", "1")
    #expect(first.exitCode == 0, "\(first.stderr)")
    try write((1...31).map { "- command: [echo, '\($0)']\n" }.joined())
    let again = try await program.launcher("submit", "--bulk", file, "--token", "tuesdays-runs", "--parallel", "1")
    #expect(again.exitCode == 0)
    #expect(again.stdout == first.stdout + "31\n")
    #expect(again.stderr == "launcher: 30 of 31 jobs were submitted before, with the token tuesdays-runs\n")
  }

  @Test func `on a terminal an id does not run into the progress`() async throws {
    try write("- {command: [echo, one]}\n- {command: [echo, two]}\n")
    let launcher = "\(Program.buildFolder)/launcher"
    // `script` gives the program a terminal.
    let outcome = try await program.run(
      "script",
      ["-qec", "\(launcher) submit --bulk \(file) --parallel 1", "/dev/null"],
      environment: ["TERM": "xterm"]
    )
    #expect(outcome.stdout.contains("\r\u{1B}[K1\r\n"), "\(outcome.stdout.debugDescription)")
    #expect(outcome.stdout.contains("1 of 2 submitted\r\u{1B}[K2\r\n"), "\(outcome.stdout.debugDescription)")
  }
}
