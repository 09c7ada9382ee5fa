import ArgumentParser
import FoundationEssentials
import Glibc
import LauncherKit

/// What a command on the `PATH` of a recorded or replayed program runs in its place.
struct StandInCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stand-in",
    abstract: "Stand in for a native command.",
    shouldDisplay: false
  )

  @Argument(parsing: .captureForPassthrough)
  var command: [String]

  func run() async throws {
    let variables = ProcessInfo.processInfo.environment
    let outputs = CommandOutputs()
    let choice = try HostChoice(from: variables, outputs: outputs, logger: .silent)
    let result: CommandResult
    if let replay = choice.replay {
      result = try await replay.run(argv: command, stdin: replay.wantsInput(command) ? StandIns.input() : nil)
    } else {
      let bytes = StandIns.input()
      guard let input = String(validating: bytes ?? Data(), as: UTF8.self) else {
        throw Failure(.data, "the input of \(command.first ?? "") is not UTF-8 text, and cannot be recorded")
      }
      result = try await choice.host.run(
        NativeCommand(
          command,
          stdin: bytes == nil ? nil : input,
          startingEnvironment: .user,
          // On another machine, the search path of this one means nothing.
          environment: choice.remote == nil ? ["PATH": variables[StandIns.pathVariable]] : [:],
          timeLimit: .seconds(86_400),
          effect: .creates
        )
      )
    }
    try Self.pass(result.stdoutPath) { try StandardOutput.pass($0) }
    try Self.pass(result.stderrPath) { StandardError.write($0) }
    switch result.ending {
    case .exited(let code): throw ExitCode(code)
    case .signalled(let signal):
      // The process that waits for this program sees how the command ended.
      Glibc.signal(signal.number, SIG_DFL)
      raise(signal.number)
      throw ExitCode(128 + signal.number)
    case .notFound:
      StandardError.write("\(command.first ?? ""): command not found")
      throw ExitCode(127)
    case .timedOut, .outputTooLarge: throw ExitCode(124)
    }
  }

  /// Passes on all of a file.
  private static func pass(_ path: String, into take: ([UInt8]) throws -> Void) throws {
    let file = LocalOutputFile(path: path)
    while case let bytes = try file.next().bytes, !bytes.isEmpty { try take(bytes) }
  }
}
