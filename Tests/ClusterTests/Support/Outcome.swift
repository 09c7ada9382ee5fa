import Foundation
import Subprocess
import SystemPackage

/// What a finished program left.
struct Outcome: Sendable {
  let exitCode: Int32
  let stdout: String
  let stderr: String

  /// Runs a program to its end.
  ///
  /// - Parameters:
  ///   - program: its path.
  ///   - environment: changes to the tests' own; `nil` removes a variable.
  static func of(
    _ program: String,
    _ words: [String],
    input: String = "",
    environment: [String: String?] = [:]
  ) async throws -> Outcome {
    var changes: [Environment.Key: String?] = [:]
    for (name, value) in environment {
      if let key = Environment.Key(rawValue: name) { changes.updateValue(value, forKey: key) }
    }
    // A cancelled program must also end what it started: its children would keep the outputs open.
    var options = PlatformOptions()
    options.teardownSequence = [.gracefulShutDown(allowedDurationToNextStep: .seconds(10))]
    let result = try await Subprocess.run(
      .path(FilePath(program)),
      arguments: Arguments(words),
      environment: .inherit.updating(changes),
      platformOptions: options,
      input: .string(input),
      output: .string(limit: 1 << 26),
      error: .string(limit: 1 << 24)
    )
    let exitCode: Int32 =
      switch result.terminationStatus {
      case .exited(let code): code
      case .signaled(let signal): 128 + signal
      }
    return Outcome(exitCode: exitCode, stdout: result.standardOutput, stderr: result.standardError)
  }

  /// The native commands that `-v` showed, by the program's name.
  func nativeCommands(_ program: String) -> Int {
    stderr.split(separator: "\n").count { $0.hasPrefix("launcher: run command=\(program) ") }
  }
}
