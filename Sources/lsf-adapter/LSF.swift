import AdapterKit

/// LSF's commands on a host, run so that the user's habits do not change what they print or mean.
struct LSF<Host: CommandHost>: Sendable {
  let host: Host

  /// Runs a command. While a daemon is down, LSF's clients retry forever (recorded: daemons-down): the limit ends them.
  func run(
    _ argv: [String],
    effect: NativeCommand.Effect = .reads,
    timeLimit: Duration = LSFPatience.query
  ) async throws -> CommandAnswer {
    try await host.answer(
      to: NativeCommand(argv, environment: LSFEnvironment.forQueries, timeLimit: timeLimit, effect: effect)
    )
  }

  /// Runs a command whose answer is not required; `nil` when it could not be run, including by a recording that lacks
  /// it.
  func answerIfAny(to argv: [String], timeLimit: Duration = LSFPatience.detail) async -> CommandAnswer? {
    guard let answer = try? await run(argv, timeLimit: timeLimit), answer.exitCode != nil else { return nil }
    return answer
  }
}

/// How long commands may take. A daemon that hangs holds each client for about twenty seconds; a busy one may take as
/// long for a large listing.
enum LSFPatience {
  /// For each command of a detection, within the two seconds that a host gives all adapters together.
  static let detection = Duration.milliseconds(1500)
  /// For `lsid`.
  static let identity = Duration.seconds(10)
  /// For commands that complete an answer.
  static let detail = Duration.seconds(20)
  /// For `bjobs` and `bhist`.
  static let query = Duration.seconds(40)
  /// For `bkill`, `bstop` and `bresume`.
  static let change = Duration.seconds(60)
  /// For `bsub`, with a site's own checks.
  static let submission = Duration.seconds(150)
}
