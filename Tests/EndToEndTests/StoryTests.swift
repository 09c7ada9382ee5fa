import Foundation
import Testing

/// The stories that ran on real clusters, run again from their recordings.
@Suite struct StoryTests {
  /// A recording of a story, `slurm-22.05.8/story-array`.
  struct Telling: CustomTestStringConvertible, Sendable {
    let scheduler: String
    let folder: String
    let story: String

    var testDescription: String { folder.split(separator: "/").suffix(2).joined(separator: "/") }
  }

  private struct Scenario: Decodable { let story: String? }

  /// Every recording of a story: a new one is a new test.
  static let tellings: [Telling] = {
    let fixtures = Program.repository + "/Tests/Fixtures"
    let files = FileManager.default
    let schedulers = (try? files.contentsOfDirectory(atPath: fixtures)) ?? []
    return schedulers.sorted().flatMap { scheduler -> [Telling] in
      let scenarios = (try? files.contentsOfDirectory(atPath: "\(fixtures)/\(scheduler)")) ?? []
      return scenarios.sorted().compactMap { name in
        let folder = "\(fixtures)/\(scheduler)/\(name)"
        guard let data = files.contents(atPath: folder + "/scenario.json"),
          let story = (try? JSONDecoder().decode(Scenario.self, from: data))?.story
        else { return nil }
        return Telling(scheduler: String(scheduler.prefix { $0 != "-" }), folder: folder, story: story)
      }
    }
  }()

  /// A folder with nothing but the commands that stories need: no scheduler's among them.
  private static let commands: Result<String, any Error> = Result {
    let folder = try Program.makeFolder("commands")
    let files = FileManager.default
    for name in ["sh", "python3", "dirname", "grep", "tr", "printf", "cat", "true", "false", "sleep", "env"] {
      let places = ["/usr/bin", "/bin", "/usr/local/bin"].map { "\($0)/\(name)" }
      guard let place = places.first(where: { files.isExecutableFile(atPath: $0) }) else { continue }
      try files.createSymbolicLink(atPath: "\(folder)/\(name)", withDestinationPath: place)
    }
    try files.createSymbolicLink(
      atPath: "\(folder)/launcher",
      withDestinationPath: Program.buildFolder + "/launcher"
    )
    // In a replay, nothing can be done to the cluster: its later answers are in the recording.
    try files.createSymbolicLink(atPath: "\(folder)/cluster", withDestinationPath: "\(folder)/true")
    return folder
  }

  @Test func `there are recordings of stories`() { #expect(!Self.tellings.isEmpty) }

  @Test(arguments: tellings)
  func `a story runs from its recording as it did on the cluster`(_ telling: Telling) async throws {
    let path = try Self.commands.get()
    let place = try Program.makeFolder("story")
    let program = try Program(environment: [
      "LAUNCHER_ADAPTER": telling.scheduler, "PATH": path, "STORY_FOLDER": place,
      "LAUNCHER_ADAPTER_PATH": "\(Program.buildFolder):\(Program.repository)/Examples/sge-adapter",
    ])
    let outcome = try await program.run(
      Program.buildFolder + "/launcher",
      ["replay", telling.folder, "--", "sh", "\(Program.repository)/Tests/Stories/\(telling.story)"],
      directory: place
    )
    #expect(outcome.exitCode == 0, "\(outcome.stdout)\n\(outcome.stderr)")
  }
}
