import Foundation
import LauncherKit
import LauncherTestKit
import Testing

/// Each of our adapters in every environment that was recorded, or constructed from a scheduler's documentation.
@Suite struct DetectionTableTests {
  /// The adapter that the recordings of a folder are about; none for a scheduler that none of our adapters knows.
  private static let families = [
    "slurm": "slurm", "openpbs": "pbs", "torque": "pbs", "lsf": "lsf", "volclava": "lsf", "cobalt": "cobalt",
    "sge": "sge",
  ]

  /// What each adapter asks first, to learn whether its scheduler is here.
  private static let questions = [["sbatch", "--version"], ["qstat", "--version"], ["lsid"]]

  private struct Exchange: Decodable { let argv: [String] }

  /// The recordings in which one of these questions was asked.
  private static func surroundings() throws -> [String] {
    let files = FileManager.default
    let names = try files.contentsOfDirectory(atPath: Places.fixtures)
    return try names.flatMap { scheduler in
      try files.contentsOfDirectory(atPath: "\(Places.fixtures)/\(scheduler)").map { "\(scheduler)/\($0)" }
    }
    .filter { recording in
      try files.contentsOfDirectory(atPath: "\(Places.fixtures)/\(recording)").contains { exchange in
        let path = "\(Places.fixtures)/\(recording)/\(exchange)/command.json"
        guard let data = files.contents(atPath: path) else { return false }
        return questions.contains(try JSONDecoder().decode(Exchange.self, from: data).argv)
      }
    }
    .sorted()
  }

  @Test func `each adapter is absent on every other scheduler's recordings, and finds its own`() async throws {
    let surroundings = try Self.surroundings()
    for family in ["slurm-", "openpbs-", "torque-", "lsf-", "volclava-", "cobalt-", "sge-"] {
      #expect(surroundings.contains { $0.hasPrefix(family) }, "nothing is recorded of \(family)")
    }
    var table: [String] = []
    for recording in surroundings {
      let options = Launcher.Options(
        search: AdapterSearch(folders: [Places.buildFolder]),
        detectionDeadline: .seconds(60),
        host: RecordedMachine(try Recording(folder: "\(Places.fixtures)/\(recording)"))
      )
      let report = try await Launcher.survey(options)
      let findings = report.findings.filter { $0.file.name != "local" }
      #expect(Set(findings.map(\.file.name)).isSuperset(of: ["slurm", "pbs", "lsf", "cobalt"]))
      let presences = findings.map { "\($0.file.name) \($0.presenceText)" }
      table.append(recording + ": " + presences.joined(separator: ", "))
      let family = try #require(Self.families[String(recording.prefix { $0 != "-" })], "\(recording)")
      for finding in findings {
        #expect(finding.error == nil, "\(recording): \(finding.file.name)")
        if finding.file.name != family { #expect(finding.presence == .absent, "\(recording): \(finding.file.name)") }
        let isAtHome = finding.file.name == family && recording.hasSuffix("/detect")
        if isAtHome {
          #expect([.installed, .responding].contains(finding.presence), "\(recording): \(finding.file.name)")
        }
      }
    }
    print(table.joined(separator: "\n"))
  }
}

/// A machine that has the recorded commands, and no others.
private struct RecordedMachine: CommandHost {
  private let recording: ReplayingHost

  init(_ recording: Recording) { self.recording = ReplayingHost([recording]) }

  func run(_ command: NativeCommand) async throws -> CommandResult {
    do {
      return try await recording.run(command)
    } catch let error as LauncherError where error.code == .notRecorded {
      return CommandResult(ending: .notFound, stdoutPath: "/dev/null", stderrPath: "/dev/null", duration: .zero)
    }
  }
}
