import Foundation
import Testing

/// The Slurm cluster that the tests run on, as its administrator: see Tests/Clusters/slurm/README.md.
enum Cluster {
  private static let variables = ProcessInfo.processInfo.environment

  /// The folder of a running cluster; empty when none is named.
  static let root = variables["LAUNCHER_TEST_SLURM"] ?? ""
  /// Whether it keeps finished jobs in slurmdbd.
  static let hasAccounting = variables["LAUNCHER_TEST_SLURM_ACCOUNTING"] != "0"
  static let user = variables["LAUNCHER_TEST_SLURM_USER"] ?? "lktest"
  static let otherUser = variables["LAUNCHER_TEST_SLURM_OTHER_USER"] ?? "lkother"

  /// The folder of an sshd that leads to the cluster (Tests/Clusters/ssh), if everything goes through one.
  static let login = variables["LAUNCHER_TEST_SSH"].flatMap { $0.isEmpty ? nil : $0 }

  /// The repository.
  static let repository = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .path

  private static let program = repository + "/Tests/Clusters/slurm/cluster"
  private static let configuration = root + "/etc/slurm.conf"

  /// Tells the `cluster` program which cluster is meant.
  static let settings: [String: String?] = {
    let text = (try? String(contentsOfFile: configuration, encoding: .utf8)) ?? ""
    let port = text.firstMatch(of: /SlurmctldPort=([0-9]+)/).map { String($0.1) }
    return ["SLURM_TEST_ROOT": root, "SLURM_TEST_PORT": port]
  }()

  /// Changes the cluster: `change("stop-node", "4", "--at-once")`.
  static func change(_ words: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let outcome = try await Outcome.of(program, words, environment: settings)
    try #require(outcome.exitCode == 0, "cluster \(words): \(outcome.stderr)", sourceLocation: sourceLocation)
  }

  /// Runs with additional lines at the end of slurm.conf; the last line for a setting counts.
  static func configure(_ lines: String, _ body: () async throws -> Void) async throws {
    let before = try Data(contentsOf: URL(filePath: configuration))
    func use(_ text: Data) async throws {
      try text.write(to: URL(filePath: configuration))
      try await change("restart-controller")
    }
    try await use(before + Data("\n\(lines)\n".utf8))
    do {
      try await body()
    } catch {
      try await use(before)
      throw error
    }
    try await use(before)
  }

  /// The words that run a command as one of the cluster's users, in a folder of theirs.
  static func words(for command: [String], user: String, in folder: String? = nil) -> (String, [String]) {
    let place = folder.map { ["env", "--chdir=\($0)"] } ?? []
    // A command that hangs must fail one test, not the whole run; asked to end, it gets one second, half of what
    // `runuser` gives.
    let limit = ["timeout", "--signal=KILL", "--kill-after=1", "1800"]
    return (program, ["run", "--user", user, "--"] + place + limit + command)
  }

  /// Runs one of Slurm's commands as root, who may do anything to any job.
  @discardableResult
  static func asRoot(_ command: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws -> String {
    let outcome = try await Outcome.of("/usr/bin/env", command, environment: ["SLURM_CONF": configuration])
    #expect(outcome.exitCode == 0, "\(command): \(outcome.stderr)", sourceLocation: sourceLocation)
    return outcome.stdout
  }

  /// Whether the controller still shows a job, finished ones included.
  static func queueHas(_ id: String) async throws -> Bool {
    let outcome = try await Outcome.of(
      "/usr/bin/env",
      ["squeue", "--noheader", "--states=all", "--jobs=\(id)"],
      environment: ["SLURM_CONF": configuration]
    )
    return outcome.exitCode == 0 && !outcome.stdout.isEmpty
  }
}

extension Trait where Self == ConditionTrait {
  /// The suite needs a cluster.
  static var onCluster: Self {
    .enabled(
      if: !Cluster.root.isEmpty,
      "LAUNCHER_TEST_SLURM names no cluster; run: sudo make cluster-test"
    )
  }

  /// The test is about the environment of the caller, which over ssh is that of a login.
  static var onTheSpot: Self { .enabled(if: Cluster.login == nil, "over ssh, jobs see the environment of a login") }

  /// The test is about accounting.
  static var withAccounting: Self { .enabled(if: Cluster.hasAccounting, "this cluster has no accounting") }
}

/// Waits until a condition is met. The time allows for a machine that is otherwise busy: a long wait means failure.
///
/// - Returns: whether it was met before the time was up.
func eventually(within time: Duration = .patience, _ condition: () async throws -> Bool) async throws -> Bool {
  let clock = ContinuousClock()
  let deadline = clock.now + time
  while clock.now < deadline {
    let begun = clock.now
    if try await condition() { return true }
    // Asking takes no more than a third of the time from the others.
    try await clock.sleep(for: max(.milliseconds(150), (clock.now - begun) * 2))
  }
  return try await condition()
}
