import LauncherProtocol

/// What went wrong between here and a command on another machine.
enum SSHFailure: Hashable, Sendable {
  /// There was no session, so nothing was started; with the last message of ssh.
  case unreachable(String)
  /// The session ended before the command's end was reported.
  case lost(String)
  /// Nothing was heard in time.
  case late

  /// The last line that is not empty.
  static func lastLine(_ said: String) -> String {
    said.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }.map(String.init) ?? ""
  }

  /// The error for a command whose end was not reported.
  func error(of command: NativeCommand, at destination: SSHDestination) -> LauncherError {
    let program = command.argv.first ?? ""
    let text: String
    switch self {
    case .unreachable(let line):
      return LauncherError(
        .schedulerUnreachable,
        "\(destination) cannot be reached" + (line.isEmpty ? "" : ": \(line)"),
        advice: Self.advice(for: line, destination)
      )
    case .lost(let line):
      text = "the connection to \(destination) was lost during ‘\(program)’\(line.isEmpty ? "" : ": \(line)")"
    case .late: text = "\(destination) did not say in time what came of ‘\(program)’"
    }
    var error = LauncherError(
      .schedulerUnreachable,
      text,
      advice: "Jobs there go on. Ask again once it can be reached: \(Self.byHand(destination))"
    )
    if command.effect == .creates { error.category = .uncertain }
    return error
  }

  private static func advice(for line: String, _ destination: SSHDestination) -> String {
    if line.contains("Permission denied (") {
      return "A key in your agent, or a connection that you open and share, has to let you in without a question. Try: "
        + byHand(destination)
    }
    if line.contains("Host key verification failed") {
      return "Look at its key and accept it once by hand: \(byHand(destination))"
    }
    return "Try by hand: \(byHand(destination))"
  }

  private static func byHand(_ destination: SSHDestination) -> String {
    let port = destination.port.map { "-p \($0) " } ?? ""
    return "ssh \(port)\(destination.user.map { "\($0)@" } ?? "")\(destination.host)"
  }
}
