import LauncherProtocol

/// What went wrong between here and a command on another machine.
enum SSHFailure: Hashable, Sendable {
  /// ssh did not come as far as a session: nothing was started.
  case unreachable(String)
  /// The connection was there, and ended before the command's end was told.
  case lost(String)
  /// Nothing was heard in time.
  case late(String)

  /// What ssh says last when it did not come as far as a session.
  private static let beforeSession = [
    "ssh: ", "kex_exchange_identification: ", "Host key verification failed", "banner exchange: ",
    "Connection timed out during banner exchange", "Bad owner or permissions", "Permission denied (",
    "no matching host key", "Unable to negotiate",
  ]

  /// Tells them apart.
  ///
  /// - Parameters:
  ///   - said: the end of what ssh wrote to standard error.
  ///   - hasBegun: the mark of the command's start came back.
  ///   - isLate: ssh was given up when its time was up.
  init(said: String, hasBegun: Bool, isLate: Bool) {
    let line = Self.lastLine(said)
    if isLate {
      self = .late(line)
    } else if !hasBegun,
      Self.beforeSession.contains(where: { line.hasPrefix($0) }) || line.contains(": Permission denied (")
        || line.contains("Too many authentication failures")
    {
      self = .unreachable(line)
    } else {
      self = .lost(line)
    }
  }

  /// Whether it is certain that nothing was started.
  var isBeforeSession: Bool {
    if case .unreachable = self { return true }
    return false
  }

  /// The error for a command whose end was not told.
  ///
  /// - Parameter command: `nil` for the look around with which a connection begins.
  func error(of command: NativeCommand?, at destination: SSHDestination) -> AdapterError {
    let program = command?.argv.first ?? "env"
    let text: String
    switch self {
    case .unreachable(let line):
      return AdapterError(
        .schedulerUnreachable,
        "\(destination) cannot be reached: \(line)" + (command == nil ? "" : "; ‘\(program)’ was not started"),
        advice: Self.advice(for: line, destination)
      )
    case .lost(let line):
      text = "the connection to \(destination) was lost during ‘\(program)’\(line.isEmpty ? "" : ": \(line)")"
    case .late(let line):
      text = "\(destination) did not say in time what came of ‘\(program)’\(line.isEmpty ? "" : ": \(line)")"
    }
    var error = AdapterError(
      .schedulerUnreachable,
      text,
      advice: "Jobs there go on. Ask again once it can be reached: \(Self.byHand(destination))"
    )
    if command?.effect == .creates { error.category = .uncertain }
    return error
  }

  /// The last line that says something.
  private static func lastLine(_ said: String) -> String {
    said.split(whereSeparator: \.isNewline).last { !$0.allSatisfy(\.isWhitespace) }.map(String.init) ?? ""
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
