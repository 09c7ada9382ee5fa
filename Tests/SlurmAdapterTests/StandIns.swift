import AdapterKit
import AdapterTestSupport
import Foundation

@testable import slurm_adapter

/// A host that runs the stand-in commands of a case, as separate programs.
struct StandIns: CommandHost {
  let folder: String
  /// The user's environment.
  let environment: [String: String]

  /// The stand-ins of a case below Tests/Fixtures/cases.
  init(_ name: String, bin: String = "bin", environment: [String: String] = [:]) throws {
    let home = Scratch.path("home")
    for folder in ["/state", "/tmp"] {
      try FileManager.default.createDirectory(atPath: home + folder, withIntermediateDirectories: true)
    }
    folder = "\(Fixture.folder)/cases/\(name)"
    self.environment = [
      "PATH": "\(folder)/\(bin):/usr/bin:/bin", "HOME": home, "TMPDIR": home + "/tmp", "CASE": folder,
      "LAUNCHER_STATE": home + "/state",
    ].merging(environment) { $1 }
  }

  func run(_ command: NativeCommand) async throws -> CommandResult {
    var variables = environment
    var unset: [String] = []
    for (name, value) in command.environment {
      for known in variables.keys where known == name || name.last == "*" && known.hasPrefix(name.dropLast()) {
        if value == nil { unset.append(known) }
        variables[known] = nil
      }
      if let value { variables[name] = value }
    }
    let (out, err) = (Scratch.path("stdout"), Scratch.path("stderr"))
    for path in [out, err] { try Data().write(to: URL(filePath: path)) }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command.argv
    process.environment = variables
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: out))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: err))
    let input = Scratch.path("stdin")
    try Data((command.stdin ?? "").utf8).write(to: URL(filePath: input))
    process.standardInput = try FileHandle(forReadingFrom: URL(filePath: input))
    try process.run()
    process.waitUntilExit()
    let ending: CommandResult.Ending = process.terminationStatus == 127 ? .notFound : .exited(process.terminationStatus)
    return CommandResult(
      ending: ending,
      stdoutPath: out,
      stderrPath: err,
      begunAt: Date(),
      duration: .zero,
      unset: command.effect == .creates ? Set(unset).sorted() : nil
    )
  }

  /// The folder of the exit records.
  var records: String { (environment["HOME"] ?? "") + "/.local/state/launcher/exit" }
}

extension ScriptedHost.Answer {
  /// The streams of an exchange below Tests/Fixtures/cases.
  static func ofCase(_ name: String, stdout: String? = nil, stderr: String? = nil, exit: Int32 = 0) throws -> Self {
    func text(_ file: String?) throws -> String {
      guard let file else { return "" }
      return String(
        decoding: try Data(contentsOf: URL(filePath: "\(Fixture.folder)/cases/\(name)/\(file)")),
        as: UTF8.self
      )
    }
    return .text(try text(stdout), stderr: try text(stderr), exit: exit)
  }
}

/// The error of a submission.
func refusal(of spec: JobSpec = JobSpec(command: ["true"]), on host: some CommandHost) async -> LauncherError? {
  do {
    _ = try await SlurmAdapter().submit(SubmitRequest(spec: spec, token: "tok"), on: host)
    return nil
  } catch {
    return error as? LauncherError
  }
}

/// The error of a submission that sbatch answers with these words.
func refusal(of spec: JobSpec = JobSpec(command: ["true"]), saying words: String, exit: Int32 = 1) async
  -> LauncherError?
{
  await refusal(of: spec, on: ScriptedHost { _ in .text("", stderr: words, exit: exit) })
}
