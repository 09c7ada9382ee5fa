import AdapterKit
import AdapterTestSupport
import Foundation

@testable import pbs_adapter

extension ScriptedHost {
  /// A host that answers what a case's recording holds, the last answer to each command, and reports everything else as
  /// not recorded.
  convenience init(case name: String, made: [[String]: Answer] = [:]) throws {
    let folder = "cases/\(name)"
    var known = made
    for entry in try FileManager.default.contentsOfDirectory(atPath: "\(Fixture.folder)/\(folder)").sorted()
    where FileManager.default.fileExists(atPath: "\(Fixture.folder)/\(folder)/\(entry)/command.json") {
      let argv = try Fixture.Exchange("\(folder)/\(entry)").command.argv
      if made[argv] == nil { known[argv] = try .recorded("\(folder)/\(entry)") }
    }
    let answers = known
    self.init { command in
      guard let answer = answers[command.argv] else {
        throw LauncherError(.notRecorded, "this was not recorded: \(command.argv.joined(separator: " "))")
      }
      return answer
    }
  }
}

/// A host that runs the stand-in commands of a case, and otherwise those of the system.
final class StandInHost: CommandHost {
  private let folder: String
  private let environment: [String: String]

  /// - Parameters:
  ///   - name: the case: `bugreports/12-…`.
  ///   - environment: the variables of the user.
  init(case name: String, environment: [String: String] = [:]) throws {
    let place = "\(Fixture.folder)/cases/\(name)"
    let home = Scratch.path("home")
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
    folder = place
    self.environment = environment.merging([
      "PATH": "\(place)/bin:/usr/bin:/bin", "HOME": home, "CASE": place, "FAKE_TMP": home,
    ]) { $1 }
  }

  func run(_ command: NativeCommand) async throws -> CommandResult {
    let (input, output, errors) = try (
      temporaryFile(Array((command.stdin ?? "").utf8)), temporaryFile([]), temporaryFile([])
    )
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command.argv
    process.currentDirectoryURL = URL(filePath: folder)
    var variables = environment
    for (name, value) in command.environment { variables[name] = value }
    process.environment = variables
    process.standardInput = try FileHandle(forReadingFrom: URL(filePath: input))
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: errors))
    try process.run()
    process.waitUntilExit()
    return CommandResult(
      ending: .exited(process.terminationStatus),
      stdoutPath: output,
      stderrPath: errors,
      duration: .zero
    )
  }
}

/// Submissions by this adapter.
enum Submitting {
  /// A host on which `qsub` gives this answer, and whose environment has these variables.
  static func host(
    _ answer: ScriptedHost.Answer = .text("7.pbs01\n"),
    version: String = "pbs_version = 2022.1.3",
    variables: [String: String]? = ["PATH": "/usr/bin:/bin"],
    others: @escaping @Sendable ([String]) throws -> ScriptedHost.Answer? = { _ in nil }
  ) -> ScriptedHost {
    ScriptedHost { command in
      if let made = try others(command.argv) { return made }
      if command.argv == ["qstat", "--version"] { return .text(version + "\n") }
      if command.argv.first == "qsub" { return answer }
      guard let variables else { throw LauncherError(.notRecorded, "not recorded: \(command.argv)") }
      if command.argv == PBS<ScriptedHost>.namesCommand { return .text(variables.keys.joined(separator: "\n") + "\n") }
      if command.argv == ["env", "-0"] { return .text(variables.map { "\($0)=\($1)\0" }.joined()) }
      return .text("", exit: 1)
    }
  }

  static func submit(_ spec: JobSpec, on host: some CommandHost) async throws -> SubmitAnswer {
    try await PBSAdapter().submit(SubmitRequest(spec: spec, token: "t"), on: host)
  }

  /// The command that submitted.
  static func qsub(_ host: ScriptedHost) async throws -> NativeCommand? {
    await host.commands.last { $0.argv.first == "qsub" }
  }

  /// What `-v` passed on.
  static func handedOn(_ host: ScriptedHost) async throws -> [String] {
    guard let argv = try await qsub(host)?.argv, let place = argv.lastIndex(of: "-v") else { return [] }
    return argv[place + 1].split(separator: ",").map(String.init)
  }
}
