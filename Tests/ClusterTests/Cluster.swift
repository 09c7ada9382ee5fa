import Foundation
import Subprocess
import SystemPackage
import Testing

/// A real Slurm, made by `Tests/Clusters/slurm/cluster`, and the built `launcher` run on it as its ordinary user.
struct Cluster {
  struct Outcome {
    let exitCode: Int32
    let stdout: String
    let stderr: String
  }

  /// Where the cluster's files are; the tests run only when `LAUNCHER_TEST_SLURM` says so.
  static let root = ProcessInfo.processInfo.environment["LAUNCHER_TEST_SLURM"]
  static let hasAccounting = ProcessInfo.processInfo.environment["LAUNCHER_TEST_SLURM_ACCOUNTING"] == "1"

  private static let user = ProcessInfo.processInfo.environment["LAUNCHER_TEST_SLURM_USER"] ?? "lktest"
  private static let home = "\(root ?? "")/home/\(user)"

  private static let buildFolder: String = {
    let runner = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(filePath: runner).deletingLastPathComponent().path
  }()

  private static let control =
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .path + "/Clusters/slurm/cluster"

  /// Runs `launcher` with these words.
  @discardableResult
  static func launcher(_ words: String...) async throws -> Outcome {
    try await run(["\(buildFolder)/launcher"] + words)
  }

  /// Runs any command as the cluster's user.
  @discardableResult
  static func run(_ words: [String]) async throws -> Outcome {
    // Root may do everything to every job; the stories are an ordinary user's.
    let prefix = getuid() == 0 ? ["setpriv", "--reuid=\(user)", "--regid=\(user)", "--init-groups"] : []
    return try await start(
      prefix + ["env", "HOME=\(home)", "USER=\(user)"] + words,
      [
        "LAUNCHER_ADAPTER": "slurm", "LAUNCHER_ADAPTER_PATH": buildFolder, "LAUNCHER_STATE": "\(home)/state",
        "SLURM_CONF": "\(root ?? "")/etc/slurm.conf",
      ]
    )
  }

  /// Changes the cluster itself: `stop-controller`, `stop-node 2`, …
  static func change(_ words: String...) async throws {
    let outcome = try await start([control] + words, ["SLURM_TEST_ROOT": root ?? ""])
    #expect(outcome.exitCode == 0, "\(outcome.stderr)")
  }

  private static func start(_ words: [String], _ variables: [String: String]) async throws -> Outcome {
    var environment: [Environment.Key: String?] = [:]
    for (name, value) in variables { environment[try #require(Environment.Key(rawValue: name))] = value }
    let result = try await Subprocess.run(
      words[0].contains("/") ? .path(FilePath(words[0])) : .name(words[0]),
      arguments: Arguments(Array(words.dropFirst())),
      environment: .inherit.updating(environment),
      workingDirectory: FilePath(home),
      output: .string(limit: 1 << 24),
      error: .string(limit: 1 << 24)
    )
    let exitCode: Int32 =
      switch result.terminationStatus {
      case .exited(let code): code
      case .signaled(let signal): 128 + signal
      }
    return Outcome(exitCode: exitCode, stdout: result.standardOutput, stderr: result.standardError)
  }

  /// Submits a job and returns its id.
  static func submit(_ words: String...) async throws -> String {
    let outcome = try await run(["\(buildFolder)/launcher", "submit"] + words)
    #expect(outcome.exitCode == 0, "\(outcome.stderr)")
    return outcome.stdout.trimmingCharacters(in: .newlines)
  }

  /// One job's status as `launcher status --json` prints it; empty when the scheduler could not be asked.
  static func look(_ id: String) async throws -> [String: Any] {
    let outcome = try await launcher("status", "--json", id)
    let list = try? JSONSerialization.jsonObject(with: Data(outcome.stdout.utf8)) as? [[String: Any]]
    return list?.first ?? [:]
  }

  /// One job's status once it satisfies a condition.
  static func status(
    _ id: String,
    within limit: Duration = .seconds(90),
    until condition: ([String: Any]) -> Bool = { $0["state"] as? String == "finished" },
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> [String: Any] {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    var last: [String: Any] = [:]
    while clock.now < deadline {
      last = try await look(id)
      if condition(last) { return last }
      try await clock.sleep(for: .milliseconds(500))
    }
    Issue.record("job \(id) did not come that far: \(last)", sourceLocation: sourceLocation)
    return last
  }

  static func isIn(_ state: String) -> ([String: Any]) -> Bool { { $0["state"] as? String == state } }
}
