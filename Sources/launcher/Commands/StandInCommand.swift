import ArgumentParser
import FoundationEssentials
import Glibc
import LauncherKit

/// What a command on the `PATH` of a recorded or replayed program does in its place.
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
          // On another machine the search path of this one means nothing.
          environment: choice.remote == nil ? ["PATH": variables[StandIns.pathVariable]] : [:],
          timeLimit: .seconds(86_400),
          effect: .creates
        )
      )
    }
    try Self.copy(result.stdoutPath, to: STDOUT_FILENO)
    try Self.copy(result.stderrPath, to: STDERR_FILENO)
    switch result.ending {
    case .exited(let code): throw ExitCode(code)
    case .signalled(let signal):
      // Whoever waits for this program sees what the command showed.
      Glibc.signal(signal.number, SIG_DFL)
      raise(signal.number)
      throw ExitCode(128 + signal.number)
    case .notFound:
      StandardError.write("\(command.first ?? ""): command not found")
      throw ExitCode(127)
    case .timedOut, .outputTooLarge: throw ExitCode(124)
    }
  }

  private static func copy(_ path: String, to descriptor: Int32) throws {
    let source = open(path, O_RDONLY | O_CLOEXEC)
    guard source >= 0 else { return }
    defer { close(source) }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(source, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      var written = 0
      while written < count {
        let more = buffer.withUnsafeBytes { write(descriptor, $0.baseAddress.map { $0 + written }, count - written) }
        if more < 0, errno == EINTR { continue }
        guard more > 0 else { throw ExitCode(ExitStatusCode.inputOutput.rawValue) }
        written += more
      }
    }
  }
}
