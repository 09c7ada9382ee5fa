import LauncherTestKit
import Testing

/// Adapters that pass: ours, and those written from the specification alone.
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
    let error = try await #require(throws: LauncherError.self) { try await checks.first?.run() }
    #expect(error.code == .adapterUnknown)
    #expect(error.message.contains("no-such"))
  }
}

/// Adapters that are broken in one way each: the check for it reports it.
@Suite(.serialized) struct BrokenAdapterTests {
  struct Broken: Sendable, CustomTestStringConvertible {
    let adapter: String
    let check: String
    let says: [String]
    var testDescription: String { adapter }
  }

  @Test(arguments: [
    Broken(adapter: "noise", check: "introduces itself", says: ["not a message", "loading the site"]),
    Broken(adapter: "version", check: "introduces itself", says: ["speaks protocol 7 to 9"]),
    Broken(adapter: "liar", check: "introduces itself", says: ["chose protocol 7", "1 was offered"]),
    Broken(adapter: "die", check: "detect says absent", says: ["exit code 70", "the moon is full"]),
    Broken(adapter: "hang", check: "introduces itself", says: ["did not answer ‘initialize’"]),
    Broken(
      adapter: "absence",
      check: "mislead it in nothing",
      says: ["not so: nothing finishes by absence", "job 42", "running by tiny-stat → finished succeeded"]
    ),
    Broken(adapter: "absence", check: "no answer speaks of", says: ["no answer speaks of job", "finished succeeded"]),
    Broken(
      adapter: "absence",
      check: "listing: it takes no other job",
      says: ["question 3, poll: job 700106 is finished succeeded", "no answer speaks of it"]
    ),
    Broken(
      adapter: "neighbour",
      check: "mislead it in nothing",
      says: ["not so: a job whose lines are as they were keeps its status", "job 45", "not reported"]
    ),
    Broken(
      adapter: "token",
      check: "found: it takes no other job",
      says: ["job 61 was found for a token that no job carries", "find: job 62"]
    ),
    Broken(
      adapter: "twins",
      check: "found: it concludes",
      says: ["one submission makes one job, and 2 were found: 62, 62"]
    ),
    Broken(
      adapter: "early",
      check: "found: it concludes",
      says: ["job 61 is running", "reported its exitCode and endedAt, which only a job that has ended has"]
    ),
    Broken(adapter: "latin", check: "bytes that are not UTF-8", says: ["a line is not UTF-8 text", "caf"]),
    Broken(
      adapter: "number",
      check: "found: it takes no other job",
      says: ["job 61 is running by tiny-stat, and the job that was asked for was submitted a day later"]
    ),
    Broken(
      adapter: "hasty",
      check: "found: it takes no other job",
      says: ["cancel of job 62 is done, and the job that is meant was submitted a day later"]
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

  @Test(arguments: [
    "neighbour": "mislead", "twins": "it concludes", "number": "no other job", "hasty": "no other job",
  ])
  func `what is broken in one way passes every other check`(name: String, broken: String) async throws {
    let options = Conformance.Options(mutants: broken == "mislead" ? 1 : 0, patience: .seconds(120))
    let checks = Conformance.checks(of: Places.tiny("broken/\(name)"), recordings: Places.recordings, options: options)
    #expect(checks.contains { $0.name.contains(broken) })
    for check in checks where !check.name.contains(broken) { try await check.run() }
  }

  @Test func `operations that no recording asks for are named`() async throws {
    let folder = try #require(Places.recordings.first { $0.hasSuffix("tiny-1.0/found") })
    let checks = Conformance.checks(of: Places.tiny("tiny-python"), recordings: [folder], options: .few)
    let check = try #require(checks.first { $0.name == "recordings: which operations they ask for" })
    let notes = try await check.run().notes
    #expect(notes == ["detect", "submit", "queues", "nodes"].map { "\($0): not recorded" })
  }
}

extension Conformance.Options {
  /// As many mutants as one of our tests can try.
  static let many = Conformance.Options(mutants: 2000, patience: .seconds(120))
  /// As many mutants as a slow adapter can handle in a test.
  static let few = Conformance.Options(mutants: 200, patience: .seconds(120))
}
