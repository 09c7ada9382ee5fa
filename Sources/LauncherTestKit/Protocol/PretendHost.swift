import LauncherKit
import Synchronization

/// Runs nothing: answers native commands as a check requires, and records what was asked for.
final class PretendHost: CommandHost {
  /// What a command seems to have done.
  struct Answer: Sendable {
    var ending = CommandResult.Ending.exited(0)
    var stdout: [UInt8] = []
    var stderr: [UInt8] = []

    /// There is no such command.
    static let notFound = Answer(ending: .notFound)
  }

  private let serve: @Sendable (NativeCommand) async throws -> Answer
  private let asked = Mutex<[NativeCommand]>([])
  private let outputs: CommandOutputs

  init(_ outputs: CommandOutputs, serve: @escaping @Sendable (NativeCommand) async throws -> Answer) {
    self.outputs = outputs
    self.serve = serve
  }

  /// The commands that were asked for.
  var commands: [NativeCommand] { asked.withLock { $0 } }

  func run(_ command: NativeCommand) async throws -> CommandResult {
    asked.withLock { $0.append(command) }
    let answer = try await serve(command)
    var paths = (stdoutPath: "/dev/null", stderrPath: "/dev/null")
    if !answer.stdout.isEmpty || !answer.stderr.isEmpty {
      paths = try outputs.keep(stdout: answer.stdout, stderr: answer.stderr)
    }
    return CommandResult(
      ending: answer.ending,
      stdoutPath: paths.stdoutPath,
      stderrPath: paths.stderrPath,
      duration: .milliseconds(10)
    )
  }
}
