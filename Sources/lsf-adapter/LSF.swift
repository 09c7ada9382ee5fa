import AdapterKit

/// LSF's commands on a host, run so that the user's habits do not change what they print or mean.
struct LSF<Host: CommandHost>: Sendable {
  let host: Host

  /// Runs a command. While a daemon is down, LSF's clients try again for ever (recorded: daemons-down): the limit ends
  /// them.
  func run(
    _ argv: [String],
    effect: NativeCommand.Effect = .reads,
    timeLimit: Duration = .seconds(60)
  ) async throws -> CommandAnswer {
    try await host.answer(
      to: NativeCommand(argv, environment: LSFEnvironment.forQueries, timeLimit: timeLimit, effect: effect)
    )
  }

  /// Runs a command whose answer nobody depends on; `nil` when it could not be run, a recording that lacks it included.
  func answerIfAny(to argv: [String], timeLimit: Duration = .seconds(20)) async -> CommandAnswer? {
    guard let answer = try? await run(argv, timeLimit: timeLimit), answer.exitCode != nil else { return nil }
    return answer
  }
}

/// The variables that change what LSF's commands print or mean.
///
/// `LSF_ENVDIR`, `LSB_DEFAULTQUEUE` and `LSB_DEFAULTPROJECT` stay: they say which cluster is meant, where jobs go and
/// who pays unless something else is asked for.
enum LSFEnvironment {
  /// For all commands but `bsub`.
  static let forQueries: [String: String?] = changes

  /// For `bsub`, whose job sees what is left: options that nobody wrote, and what hides the job's id. With `BSUB_QUIET`
  /// `bsub` prints no id, with `BSUB_STDERR` on the other stream; `BSUB_CHK_RESREQ` submits nothing (bsub(1),
  /// environment variables; the first two were tried on volclava 2.2).
  static let forSubmission: [String: String?] = changes

  private static let changes: [String: String?] = {
    var changes: [String: String?] = [:]
    for name in unwanted { changes.updateValue(nil, forKey: name) }
    // Without it a client waits for ever when mbatchd is down; with 1 it says so at once (recorded: daemons-down/11).
    changes["LSB_NTRIES"] = "1"
    return changes
  }()

  private static let unwanted = [
    "BSUB_QUIET", "BSUB_QUIET2", "BSUB_STDERR", "BSUB_CHK_RESREQ", "BSUB_BLOCK", "LSB_BJOBS_FORMAT",
    "LSB_BQUEUES_FORMAT", "LSB_BHOSTS_FORMAT", "LSB_BJOBS_CONSISTENT_EXIT_CODE", "LSB_BJOBS_DISPLAY_ENH",
    "LSB_HMS_TIME_FORMAT",
  ]
}
