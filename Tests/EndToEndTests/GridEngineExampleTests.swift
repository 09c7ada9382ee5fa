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
    // In a recording without qstat, Grid Engine cannot be found, nor does it prove its absence.
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

  /// A Grid Engine whose queue is empty and whose accounting is a text, with a home that may hold exit records.
  private static func emptied(accounting: String? = nil, commands: [String: String] = [:]) throws -> Program {
    let folder = try Program.makeFolder("stubs")
    let home = try Program.makeFolder("home")
    let listing =
      "<?xml version='1.0'?>\n<job_info xmlns:x=\"x\"><queue_info></queue_info><job_info></job_info></job_info>"
    try (accounting ?? "").write(toFile: folder + "/accounting", atomically: true, encoding: .utf8)
    let found = accounting == nil ? "echo 'error: job id 41 not found' >&2; exit 1" : "cat '\(folder)/accounting'"
    let all = [
      "qstat": "case $* in *-j*) echo '<unknown_jobs/>' ;; *) cat <<'end'\n\(listing)\nend\nesac",
      "qacct": found, "qsub": "exit 9",
    ].merging(commands) { $1 }
    for (name, text) in all {
      try "#!/bin/bash\n\(text)\n".write(toFile: "\(folder)/\(name)", atomically: true, encoding: .utf8)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(name)")
    }
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    return try Program(environment: ["LAUNCHER_ADAPTER": adapter, "PATH": "\(folder):\(path)", "HOME": home])
  }

  @Test func `a job is not gone, and no token unknown, while exit records cannot be read`() async throws {
    let known = try Self.emptied()
    #expect(try await JSON.array(known.launcher("status", "--json", "41").stdout).first?["cause"] as? String == "gone")
    // Like a home that hangs: the command's time is up, and it has printed nothing.
    let hanging = try Self.emptied(commands: ["sh": "exit 143"])
    let outcome = try await hanging.launcher("status", "--json", "41")
    #expect(try JSON.array(outcome.stdout).first?["cause"] as? String == "unreachable", "\(outcome.stdout)")
    let token = "token-of-a-lost-answer"
    let lost = try await hanging.launcher("submit", "--token", token, "--", "true")
    #expect(lost.exitCode == 75, "\(lost.stderr)")
    let reconciled = try await hanging.launcher("reconcile")
    #expect(reconciled.exitCode != 0, "\(reconciled.stdout)")
    #expect(try await hanging.launcher("history", token).stdout.contains("perhaps submitted"))
  }

  @Test func `an array that was cancelled while tasks waited did not succeed`() async throws {
    let task = """
      ==============================================================
      qname        main.q
      hostname     head1
      owner        ada
      jobname      STDIN
      jobnumber    41
      taskid       1
      qsub_time    Sat Nov 21 10:06:37 2026
      start_time   Sat Nov 21 10:06:37 2026
      end_time     Sat Nov 21 10:06:38 2026
      failed       0
      exit_status  0
      ru_wallclock 1s
      cpu          0.016s
      category     NONE

      """
    let program = try Self.emptied(accounting: task)
    func outcome(_ id: String) async throws -> String? {
      try await JSON.array(program.launcher("status", "--fresh", "--json", id).stdout).first?["outcome"] as? String
    }
    #expect(try await outcome("41") == "succeeded")
    let home = try #require(program.variables()["HOME"] ?? nil)
    let folder = home + "/.local/state/launcher/exit/sge"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try "cancelled=1\nwhole=yes\n".write(toFile: folder + "/41.cancelled", atomically: true, encoding: .utf8)
    #expect(try await outcome("41") == "cancelled")
    #expect(try await outcome("41.1") == "succeeded")
    #expect(try await outcome("41.2") == "cancelled")
  }
}
