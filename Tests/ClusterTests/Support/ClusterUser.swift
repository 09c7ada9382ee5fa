import Foundation
import Testing

/// A user of the cluster who runs `launcher`, each test in its own folder.
struct ClusterUser: Sendable {
  let name: String
  /// Where the commands are run: below the user's home, where jobs see it too.
  let folder: String
  private let launcher: String
  private let environment: [String: String?]
  /// Whether what one command sees is known to the next.
  private var remembers = true

  init(
    _ name: String = Cluster.user,
    environment: [String: String?] = [:],
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    self.name = name
    launcher = try Programs.launcher.get()
    folder = "\(Cluster.root)/home/\(name)/test-\(UUID().uuidString.prefix(8))"
    let usual: [String: String?] = [
      "LAUNCHER_ADAPTER": "slurm", "LAUNCHER_ADAPTER_PATH": Programs.folder, "LAUNCHER_STATE": "\(folder)/state",
      // The tests run side by side and keep the machine busier than a user would.
      "LAUNCHER_DETECTION_DEADLINE": "120s", "SQUEUE_FORMAT": nil,
    ]
    self.environment = Cluster.settings.merging(usual) { $1 }.merging(environment) { $1 }
    let (program, words) = Cluster.words(for: ["mkdir", folder], user: name)
    let made = try await Outcome.of(program, words, environment: self.environment)
    try #require(made.exitCode == 0, "\(made.stderr)", sourceLocation: sourceLocation)
  }

  /// The same user, with an empty job store for every command: a command knows only what it sees.
  var withoutMemory: ClusterUser {
    var user = self
    user.remembers = false
    return user
  }

  /// Runs `launcher` with these words.
  func launcher(
    _ words: String...,
    input: String = "",
    environment more: [String: String?] = [:]
  ) async throws -> Outcome {
    try await run([launcher] + words, input: input, environment: more)
  }

  /// The same with a list of words.
  func launcher(_ words: [String]) async throws -> Outcome { try await run([launcher] + words) }

  /// Runs any command as this user.
  func run(
    _ command: [String],
    input: String = "",
    environment more: [String: String?] = [:]
  ) async throws -> Outcome {
    let (program, words) = Cluster.words(for: command, user: name, in: folder)
    var environment = environment
    if !remembers { environment["LAUNCHER_STATE"] = "\(folder)/state-\(UUID().uuidString.prefix(8))" }
    return try await Outcome.of(program, words, input: input, environment: environment.merging(more) { $1 })
  }

  /// Runs a shell script in which `launcher` can be called by its name.
  func shell(_ script: String, _ arguments: String...) async throws -> Outcome {
    try await run(["bash", "-c", "launcher() { '\(launcher)' \"$@\"; }; \(script)", "bash"] + arguments)
  }

  /// Submits a job, and returns its id.
  func submit(_ words: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws -> String {
    let outcome = try await run([launcher, "submit"] + words)
    try #require(outcome.exitCode == 0, "\(outcome.stderr)", sourceLocation: sourceLocation)
    let id = outcome.stdout.trimmingCharacters(in: .newlines)
    try #require(Int(id) != nil, "the id stands alone: \(outcome.stdout)", sourceLocation: sourceLocation)
    return id
  }

  /// The statuses of some jobs, or of all, as they are now.
  func statuses(_ ids: [String] = [], sourceLocation: SourceLocation = #_sourceLocation) async throws -> [Seen] {
    let outcome = try await run([launcher, "status", "--fresh", "--json"] + ids)
    do {
      return try decoded([Seen].self, outcome.stdout)
    } catch {
      Issue.record("\(error): \(outcome.stdout) \(outcome.stderr)", sourceLocation: sourceLocation)
      throw error
    }
  }

  /// One job's status once it satisfies a condition; the test fails when it does not in time.
  func status(
    _ id: String,
    within time: Duration = .patience,
    until condition: (Seen) -> Bool = { $0.isFinished },
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Seen {
    var last: Seen?
    let came = try await eventually(within: time) {
      last = try await statuses([id], sourceLocation: sourceLocation).first
      return last.map(condition) ?? false
    }
    let status = try #require(last, "no status of job \(id)", sourceLocation: sourceLocation)
    #expect(came, "job \(id) did not come that far: \(status)", sourceLocation: sourceLocation)
    return status
  }

  /// Ends jobs that a test no longer needs.
  func cancel(_ ids: String...) async throws {
    _ = try await run(["scancel"] + ids)
  }

  /// The text of a file in the test's folder; empty when there is none.
  func text(of file: String) -> String {
    let path = file.hasPrefix("/") ? file : "\(folder)/\(file)"
    return FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
