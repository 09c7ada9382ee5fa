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

/// The variables that change what Slurm's commands print or mean.
///
/// `SLURM_CONF` and `SLURM_CLUSTERS` stay: they say which cluster the user means, to every command alike.
enum SlurmEnvironment {
  /// For all commands but `sbatch`.
  static let forQueries: [String: String?] = {
    var changes: [String: String?] = [:]
    for (prefix, names) in ofQueries { for name in names { changes.updateValue(nil, forKey: "\(prefix)_\(name)") } }
    changes["SLURM_TIME_FORMAT"] = "%s"
    // Without it 22.05 cuts the list of an array's tasks after 64 characters, in `%i` without a mark.
    changes["SLURM_BITSTR_LEN"] = "0"
    return changes
  }()

  /// For queries in JSON, whose times are numbers anyway: 22.05's `sacct --json` cannot parse a time in another format
  /// than its own, says so, and lists nothing.
  static let forJSON = forQueries.merging(["SLURM_TIME_FORMAT": nil]) { $1 }

  /// For `sbatch`: the variables that stand for options nobody wrote. The job does not see them either.
  ///
  /// `SBATCH_ACCOUNT`, `SBATCH_PARTITION`, `SBATCH_QOS` and `SBATCH_RESERVATION` stay: by them sites and users say who
  /// pays and where jobs go unless something else is asked for. An argument wins over them (sbatch(1), “Input environment
  /// variables”), and every field and every directive of a script is one.
  static let forSubmission: [String: String?] = {
    var changes: [String: String?] = [:]
    for name in ofSubmission { changes.updateValue(nil, forKey: "SBATCH_\(name)") }
    return changes
  }()

  private static let ofQueries: [(prefix: String, names: [String])] = [
    (
      "SQUEUE",
      [
        "ACCOUNT", "ALL", "ARRAY", "FEDERATION", "FORMAT", "FORMAT2", "LICENSES", "LOCAL", "NAMES", "PARTITION",
        "PRIORITY", "QOS", "SIBLING", "SORT", "STATES", "USERS",
      ]
    ),
    ("SACCT", ["FEDERATION", "FORMAT", "LOCAL"]),
    ("SINFO", ["ALL", "FEDERATION", "FORMAT", "FORMAT2", "LOCAL", "PARTITION", "SORT"]),
    (
      "SCANCEL",
      [
        "ACCOUNT", "BATCH", "CRON", "FULL", "HURRY", "INTERACTIVE", "NAME", "PARTITION", "QOS", "STATE", "USER",
        "VERBOSE", "WCKEY",
      ]
    ),
    ("SCONTROL", ["ALL", "FEDERATION", "FUTURE", "LOCAL", "SIBLING"]),
    ("SLURM", ["DEBUG_FLAGS", "JSON", "YAML"]),
  ]

  private static let ofSubmission = [
    "ACCTG_FREQ", "ARRAY_INX", "BATCH", "CONSTRAINT", "CONTAINER", "CONTAINER_ID", "CORE_SPEC",
    "CPUS_PER_GPU", "DEBUG", "DELAY_BOOT", "DISTRIBUTION", "ERROR", "EXCLUSIVE", "EXPORT", "GET_USER_ENV", "GPUS",
    "GPUS_PER_NODE", "GPUS_PER_TASK", "GPU_BIND", "GPU_FREQ", "GRES", "GRES_FLAGS", "HINT", "IGNORE_PBS", "INPUT",
    "JOB_NAME", "MEM_BIND", "MEM_PER_CPU", "MEM_PER_GPU", "MEM_PER_NODE", "NETWORK", "NO_KILL", "NO_REQUEUE",
    "OPEN_MODE", "OUTPUT", "OVERCOMMIT", "POWER", "PROFILE", "QUIET", "REQUEUE", "REQ_SWITCH", "SEGMENT_SIZE",
    "SIGNAL", "SPREAD_JOB", "STEPMGR", "THREAD_SPEC", "TIMELIMIT", "TRES_BIND", "TRES_PER_TASK", "USE_MIN_NODES",
    "WAIT", "WAIT4SWITCH", "WAIT_ALL_NODES", "WCKEY",
  ]
}
