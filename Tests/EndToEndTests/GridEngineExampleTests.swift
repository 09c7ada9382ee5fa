import Foundation
import Testing

/// `Examples/sge-adapter`: an adapter in another language, dropped in.
@Suite struct GridEngineExampleTests {
  private static let adapter = Program.repository + "/Examples/sge-adapter/sge-adapter"
  private static let fixtures = Program.repository + "/Tests/Fixtures"

  /// A home folder with nothing in it but the one file.
  private static func home() throws -> String {
    let home = try Program.makeFolder("home")
    let folder = home + "/.local/libexec/launcher"
    let files = FileManager.default
    try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try files.copyItem(atPath: adapter, toPath: folder + "/sge-adapter")
    return home
  }

  private static func presences(_ program: Program, in recording: String) async throws -> [String: [String: Any]] {
    let outcome = try await program.launcher("detect", "--json", environment: ["LAUNCHER_REPLAY": recording])
    #expect(outcome.exitCode == 0 || outcome.exitCode == 69, "\(outcome.stderr)")
    let findings = try JSON.array(outcome.stdout)
    return Dictionary(findings.compactMap { finding in (finding["adapter"] as? String).map { ($0, finding) } }) { $1 }
  }

  @Test func `copying the one file is all that detection needs to choose it`() async throws {
    let installed = ["local", "slurm", "pbs", "cobalt", "lsf"]
    let before = try Program(installing: installed, environment: ["HOME": try Program.makeFolder("home")])
    let recording = Self.fixtures + "/sge-8.1.9/story-around"
    #expect(try await Self.presences(before, in: recording)["sge"] == nil)
    let after = try Program(installing: installed, environment: ["HOME": try Self.home()])
    let found = try await Self.presences(after, in: recording)
    #expect(found["sge"]?["presence"] as? String == "responding")
    #expect(found["sge"]?["version"] as? String == "8.1.9")
    #expect(found["sge"]?["chosen"] as? Bool == true, "\(found)")
    #expect(found.values.filter { $0["chosen"] as? Bool == true }.count == 1)
  }

  @Test(arguments: [
    "openpbs-23.06.06/detect", "torque-6.1.3.h5/detect", "cobalt-1.0.33/detect", "slurm-22.05.8/torque-wrappers",
    "volclava-2.2/detect",
  ])
  func `beside another scheduler it is absent`(recording: String) async throws {
    let program = try Program(installing: ["local"], environment: ["HOME": try Self.home()])
    let found = try await Self.presences(program, in: "\(Self.fixtures)/\(recording)")
    let presence = found["sge"]?["presence"] as? String
    // A recording that holds no qstat is no surrounding to be found in, and no proof of absence either.
    #expect(presence == "absent" || presence == nil && found["sge"] != nil, "\(found)")
  }

  @Test func `it holds to the protocol, by both checkers`() async throws {
    let program = try Program()
    let ours = try await program.launcher("conformance", Self.adapter)
    #expect(ours.exitCode == 0, "\(ours.stdout)\(ours.stderr)")
    let other = try await program.run("python3", [Program.repository + "/Tests/Adapters/check.py", Self.adapter])
    #expect(other.exitCode == 0, "\(other.stdout)\(other.stderr)")
  }

  @Test func `fields that Grid Engine cannot honour are not announced`() async throws {
    let outcome = try await Program().launcher(
      "submit",
      "--exclusive",
      "--",
      "true",
      environment: ["LAUNCHER_ADAPTER": Self.adapter, "LAUNCHER_REPLAY": Self.fixtures + "/sge-8.1.9/detect"]
    )
    #expect(outcome.exitCode == 65)
    #expect(outcome.stderr.contains("exclusive"), "\(outcome.stderr)")
  }
}
