import AdapterKit

/// Cobalt's commands on a host, run so that the user's habits do not change what they print.
struct Cobalt<Host: CommandHost>: Sendable {
  let host: Host

  /// Runs one of Cobalt's commands.
  func run(
    _ argv: [String],
    effect: NativeCommand.Effect = .reads,
    timeLimit: Duration = CobaltPatience.query
  ) async throws -> CommandAnswer {
    try await host.answer(
      to: NativeCommand(argv, environment: CobaltEnvironment.forQueries, timeLimit: timeLimit, effect: effect)
    )
  }

  /// Runs one of Cobalt's commands if the host can; `nil` if it is a recording without it.
  func runIfRecorded(_ argv: [String], timeLimit: Duration = CobaltPatience.query) async throws -> CommandAnswer? {
    try await host.answerIfRecorded(
      to: NativeCommand(argv, environment: CobaltEnvironment.forQueries, timeLimit: timeLimit)
    )
  }
}

/// The variables that change what Cobalt's commands print or do.
///
/// `COBALT_CONFIG_FILES` stays: it says which Cobalt the user means. So does `COBALT_PROJ`, with which users define who
/// pays unless `account` does (ALCF's user guide).
enum CobaltEnvironment {
  /// The columns of `qstat` if `--header` does not name them (recorded: `done`, QSTAT_HEADER; both spellings in
  /// `qstat.py`).
  static let forQueries: [String: String?] = [
    "QSTAT_HEADER": nil, "QSTAT_HEADER_FULL": nil, "CQSTAT_HEADER": nil, "CQSTAT_HEADER_FULL": nil,
  ]

  /// The user's variables that Cobalt's commands keep.
  static let kept = ["COBALT_CONFIG_FILES", "COBALT_PROJ"]

  /// What Cobalt sets in a job about itself (ALCF's user guide, recorded: `done`); a new job must not get them.
  static let ofJob = [
    "COBALT_JOBID", "COBALT_NODEFILE", "COBALT_PARTNAME", "COBALT_PARTSIZE", "COBALT_JOBSIZE", "COBALT_STARTTIME",
    "COBALT_ENDTIME", "COBALT_RESID", "COBALT_BLOCKNAME", "COBALT_BLOCKSIZE", "COBALT_CORNER", "COBALT_SHAPE",
    "COBALT_QUEUE", "COBALT_WALLTIME", "COBALT_JOBNAME",
  ]
}

/// How long commands may take. Cobalt's clients wait for a hanging component for as long as its connection lasts.
enum CobaltPatience {
  /// For each of the two commands of a detection; a host gives all adapters two seconds in total.
  static let detection = Duration.milliseconds(950)
  /// For `qstat` and `nodelist`.
  static let query = Duration.seconds(40)
  /// For `qdel`, which takes at least a second, `qhold` and `qrls`.
  static let change = Duration.seconds(90)
  /// For `qsub`, with a site's filters.
  static let submission = Duration.seconds(150)
  /// For reading and writing files.
  static let file = Duration.seconds(20)
}
