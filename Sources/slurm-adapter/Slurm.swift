import AdapterKit

/// Slurm's commands on a host, run so that the user's habits do not change what they print or mean.
struct Slurm<Host: CommandHost>: Sendable {
  let host: Host
  /// Another cluster than the local one, for `--clusters`; needs the accounting database.
  var cluster: String?

  /// Runs a command.
  func run(
    _ argv: [String],
    effect: NativeCommand.Effect = .reads,
    timeLimit: Duration = .seconds(60),
    environment: [String: String?] = SlurmEnvironment.forQueries
  ) async throws -> CommandAnswer {
    var words = argv
    if let cluster, let name = words.first { words.replaceSubrange(0..<1, with: [name, "--clusters=\(cluster)"]) }
    return try await host.answer(
      to: NativeCommand(words, environment: environment, timeLimit: timeLimit, effect: effect)
    )
  }
}
