import AdapterKit

/// Cobalt's commands on a host, run so that the user's habits do not change what they print.
struct Cobalt<Host: CommandHost>: Sendable {
  let host: Host

  /// Runs a command of Cobalt's.
  func run(
    _ argv: [String],
    effect: NativeCommand.Effect = .reads,
    timeLimit: Duration = CobaltPatience.query
  ) async throws -> CommandAnswer {
    try await host.answer(
      to: NativeCommand(argv, environment: CobaltEnvironment.forQueries, timeLimit: timeLimit, effect: effect)
    )
  }

  /// Runs a command of Cobalt's where the host can; `nil` where it is a recording without it.
  func runIfRecorded(_ argv: [String], timeLimit: Duration = CobaltPatience.query) async throws -> CommandAnswer? {
    try await host.answerIfRecorded(
      to: NativeCommand(argv, environment: CobaltEnvironment.forQueries, timeLimit: timeLimit)
    )
  }
}

/// The variables that change what Cobalt's commands print or do.
///
/// `COBALT_CONFIG_FILES` stays: it says which Cobalt the user means. So does `COBALT_PROJ`, by which users say who pays
/// unless `account` says it (ALCF's user guide).
enum CobaltEnvironment {
  /// The columns of `qstat` where `--header` does not name them (recorded: `done`, QSTAT_HEADER; both spellings in
  /// `qstat.py`).
  static let forQueries: [String: String?] = [
    "QSTAT_HEADER": nil, "QSTAT_HEADER_FULL": nil, "CQSTAT_HEADER": nil, "CQSTAT_HEADER_FULL": nil,
  ]

  /// What stays of a user's variables for Cobalt's commands.
  static let kept = ["COBALT_CONFIG_FILES", "COBALT_PROJ"]

  /// What Cobalt sets in a job about itself (ALCF's user guide, recorded: `done`); not those of a new one.
  static let ofJob = [
    "COBALT_JOBID", "COBALT_NODEFILE", "COBALT_PARTNAME", "COBALT_PARTSIZE", "COBALT_JOBSIZE", "COBALT_STARTTIME",
    "COBALT_ENDTIME", "COBALT_RESID", "COBALT_BLOCKNAME", "COBALT_BLOCKSIZE", "COBALT_CORNER", "COBALT_SHAPE",
    "COBALT_QUEUE", "COBALT_WALLTIME", "COBALT_JOBNAME",
  ]
}

/// How long commands may take. Cobalt's clients wait for a component that hangs as long as its connection lasts.
enum CobaltPatience {
  /// For each of the two commands of a detection, for which a host gives all adapters together two seconds.
  static let detection = Duration.milliseconds(950)
  /// For `qstat` and `nodelist`.
  static let query = Duration.seconds(40)
  /// For `qdel`, which takes a second at least, `qhold` and `qrls`.
  static let change = Duration.seconds(90)
  /// For `qsub`, with a site's filters.
  static let submission = Duration.seconds(150)
  /// For reading and writing files.
  static let file = Duration.seconds(20)
}
