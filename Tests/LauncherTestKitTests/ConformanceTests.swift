import LauncherTestKit
import Testing

/// Adapters that hold: ours, and those written from the specification alone.
@Suite(.serialized) struct ConformanceTests {
  @Test(
    arguments: Conformance.checks(
      of: "\(Places.buildFolder)/slurm-adapter",
      recordings: Places.recordings,
      options: .many
    )
  )
  func `the slurm adapter holds`(check: Conformance.Check) async throws { try await check.run() }

  @Test(arguments: Conformance.checks(of: Places.tiny("tiny-python"), recordings: Places.recordings, options: .few))
  func `an adapter in Python holds`(check: Conformance.Check) async throws { try await check.run() }

  @Test(arguments: Conformance.checks(of: Places.tiny("tiny-shell"), recordings: Places.recordings, options: .few))
  func `an adapter in POSIX shell holds`(check: Conformance.Check) async throws { try await check.run() }

  @Test func `there are recordings for the adapters that have to hold`() throws {
    for adapter in ["tiny-python", "tiny-shell"] {
      let names = Conformance.checks(of: Places.tiny(adapter), recordings: Places.recordings).map(\.name)
      #expect(names.contains { $0.hasSuffix("it concludes what it should") }, "\(adapter)")
      #expect(names.contains { $0.hasSuffix("mislead it in nothing") }, "\(adapter)")
    }
  }

  @Test func `an adapter that is not there is a check that fails, with its name`() async throws {
    let checks = Conformance.checks(of: "no-such")
    #expect(checks.count == 1)
    let error = try await #require(throws: AdapterError.self) { try await checks.first?.run() }
    #expect(error.code == .adapterUnknown)
    #expect(error.message.contains("no-such"))
  }
}

/// Adapters that are broken in one way each: the check that is about it says so.
@Suite(.serialized) struct BrokenAdapterTests {
  struct Broken: Sendable, CustomTestStringConvertible {
    let adapter: String
    let check: String
    let says: [String]
    var testDescription: String { adapter }
  }

  @Test(arguments: [
    Broken(adapter: "noise", check: "introduces itself", says: ["no message", "loading the site"]),
    Broken(adapter: "version", check: "introduces itself", says: ["speaks protocol 7 to 9"]),
    Broken(adapter: "liar", check: "introduces itself", says: ["chose protocol 7", "1 was offered"]),
    Broken(adapter: "die", check: "detect says absent", says: ["exit code 70", "the moon is full"]),
    Broken(adapter: "hang", check: "introduces itself", says: ["did not answer ‘initialize’"]),
    Broken(
      adapter: "absence",
      check: "mislead it in nothing",
      says: ["not so: nothing finishes by absence", "job 42", "running by tiny-stat → finished succeeded"]
    ),
    Broken(
      adapter: "neighbour",
      check: "mislead it in nothing",
      says: ["not so: a job whose lines are as they were keeps its status", "job 45", "not reported"]
    ),
  ])
  func `a broken adapter fails for its own reason`(broken: Broken) async throws {
    var options = Conformance.Options.few
    if broken.adapter == "hang" { options.patience = .seconds(1) }
    let checks = Conformance.checks(
      of: Places.tiny("broken/\(broken.adapter)"),
      recordings: Places.recordings,
      options: options
    )
    let check = try #require(checks.first { $0.name.contains(broken.check) })
    let failure = try await #require(throws: Conformance.Failure.self) { try await check.run() }
    for words in broken.says { #expect(failure.description.contains(words), "\(failure)") }
  }

  @Test(arguments: ["absence", "neighbour"])
  func `what is broken only on damaged answers passes everything else`(name: String) async throws {
    let checks = Conformance.checks(of: Places.tiny("broken/\(name)"), recordings: Places.recordings, options: .few)
    for check in checks where !check.name.contains("mislead") { try await check.run() }
  }
}

extension Conformance.Options {
  /// As many mutants as a test of ours can try.
  static let many = Conformance.Options(mutants: 2000, patience: .seconds(120))
  /// As many mutants as a slow adapter can be asked about in a test.
  static let few = Conformance.Options(mutants: 200, patience: .seconds(120))
}
