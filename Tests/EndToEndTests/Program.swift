import Foundation
import Subprocess
import SystemPackage
import Testing

/// The built programs, run as a user would, each test with its own state folder.
struct Program {
  /// What a finished program left.
  struct Outcome {
    let exitCode: Int32
    let stdout: String
    let stderr: String
  }

  /// Where the state of the local adapter is.
  let state: String
  private let environment: [String: String]
  private let executable: String

  /// The programs in the build folder.
  init(environment: [String: String] = [:]) throws {
    state = try Self.makeFolder("state")
    executable = "\(Self.buildFolder)/launcher"
    self.environment = environment
  }

  /// `launcher` as it is when installed, with these adapters of ours, and no others, beside it.
  init(installing adapters: [String], environment: [String: String] = [:]) throws {
    state = try Self.makeFolder("state")
    let prefix = try Self.makeFolder("prefix")
    let files = FileManager.default
    for folder in ["bin", "libexec/launcher"] {
      try files.createDirectory(atPath: "\(prefix)/\(folder)", withIntermediateDirectories: true)
    }
    executable = "\(prefix)/bin/launcher"
    try files.linkItem(atPath: "\(Self.buildFolder)/launcher", toPath: executable)
    for name in adapters {
      let target = "\(prefix)/libexec/launcher/\(name)-adapter"
      try files.linkItem(atPath: "\(Self.buildFolder)/\(name)-adapter", toPath: target)
    }
    // An installed program finds its adapters on its own.
    self.environment = ["LAUNCHER_ADAPTER": "", "LAUNCHER_ADAPTER_PATH": ""]
      .merging(environment, uniquingKeysWith: { $1 })
  }

  /// The folder that SwiftPM builds into: the test runner is in it.
  static let buildFolder: String = {
    let runner = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    return URL(filePath: runner).deletingLastPathComponent().path
  }()

  /// The repository.
  static let repository = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// A fresh folder in a place whose parents no one else may write to.
  static func makeFolder(_ name: String) throws -> String {
    let path = "\(buildFolder)/scratch/\(name)-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  /// Runs `launcher` with these words.
  func launcher(
    _ words: String...,
    input: String = "",
    environment more: [String: String] = [:],
    directory: String? = nil
  ) async throws -> Outcome {
    try await run(executable, words, input: input, environment: more, directory: directory)
  }

  /// Runs any program with the test's environment.
  func run(
    _ program: String,
    _ words: [String],
    input: String = "",
    environment more: [String: String] = [:],
    directory: String? = nil
  ) async throws -> Outcome {
    let result = try await Subprocess.run(
      program.contains("/") ? .path(FilePath(program)) : .name(program),
      arguments: Arguments(words),
      environment: .inherit.updating(variables(more)),
      workingDirectory: FilePath(directory ?? state),
      input: .string(input),
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

  /// The variables that a program of this test is run with.
  func variables(_ more: [String: String] = [:]) -> [Environment.Key: String?] {
    var variables: [Environment.Key: String?] = [
      "LAUNCHER_STATE": state, "LAUNCHER_ADAPTER": "local", "LAUNCHER_ADAPTER_PATH": Self.buildFolder,
      // The tests run side by side and keep the machine busier than a user would.
      "LAUNCHER_DETECTION_DEADLINE": "20s",
    ]
    for (name, value) in environment.merging(more, uniquingKeysWith: { $1 }) {
      if let key = Environment.Key(rawValue: name) { variables.updateValue(value, forKey: key) }
    }
    return variables
  }

  /// Submits a job and returns its id.
  func submit(_ words: String..., sourceLocation: SourceLocation = #_sourceLocation) async throws -> String {
    let outcome = try await run(executable, ["submit"] + words)
    #expect(outcome.exitCode == 0, "\(outcome.stderr)", sourceLocation: sourceLocation)
    return outcome.stdout.trimmingCharacters(in: .newlines)
  }

  /// The statuses as `launcher status --json` prints them.
  func statuses(_ ids: String...) async throws -> [[String: Any]] {
    let outcome = try await run(executable, ["status", "--json"] + ids)
    return try JSON.array(outcome.stdout)
  }

  /// One job's status once it satisfies a condition; the test fails when it does not within some minutes.
  func status(
    _ id: String,
    until condition: ([String: Any]) -> Bool = { $0["state"] as? String == "finished" },
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> [String: Any] {
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(600)
    var last: [String: Any] = [:]
    while clock.now < deadline {
      last = try await statuses(id).first ?? [:]
      if condition(last) { return last }
      try await clock.sleep(for: .milliseconds(20))
    }
    Issue.record("job \(id) did not come that far: \(last)", sourceLocation: sourceLocation)
    return last
  }
}

/// JSON as a test reads it.
enum JSON {
  static func array(_ text: String) throws -> [[String: Any]] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: Any]], "\(text)")
  }

  static func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
  }
}
