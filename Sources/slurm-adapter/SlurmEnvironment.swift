import AdapterKit

/// The variables that change what Slurm's commands print or mean.
///
/// `SLURM_CONF` and `SLURM_CLUSTERS` stay: they say which cluster the user means, to every command alike.
enum SlurmEnvironment {
  /// For all commands except `sbatch`.
  static let forQueries: [String: String?] = {
    var changes: [String: String?] = [:]
    for (prefix, names) in ofQueries { for name in names { changes.updateValue(nil, forKey: "\(prefix)_\(name)") } }
    changes["SLURM_TIME_FORMAT"] = "%s"
    // Without it, 22.05 truncates the list of an array's tasks after 64 characters, in `%i` without a mark.
    changes["SLURM_BITSTR_LEN"] = "0"
    return changes
  }()

  /// For queries in JSON, whose times are numbers anyway: 22.05's `sacct --json` cannot parse a time in a format other
  /// than its own, says so, and lists nothing.
  static let forJSON = forQueries.merging(["SLURM_TIME_FORMAT": nil]) { $1 }

  /// For `sbatch`: without the variables that stand for options that were not written, and without those that describe
  /// the job in which this program itself runs. The new job does not see them either.
  ///
  /// `SBATCH_ACCOUNT`, `SBATCH_PARTITION`, `SBATCH_QOS` and `SBATCH_RESERVATION` stay: sites and users use them to
  /// define who pays and where jobs go unless something else is requested. An argument wins over them (sbatch(1),
  /// “Input environment variables”), and every field and every directive of a script is one. `SBATCH_CLUSTERS` does
  /// not: no other command reads it, and the job would be looked for on another cluster.
  static let forSubmission: [String: String?] = {
    var changes: [String: String?] = [:]
    for name in ofSubmission { changes.updateValue(nil, forKey: "SBATCH_\(name)") }
    for name in ofJobs + ofProcessManagers { changes.updateValue(nil, forKey: name) }
    return changes
  }()

  /// The remarks about variables that `sbatch` did not get.
  ///
  /// - Parameter unset: those that were set, by name.
  static func remarks(on unset: [String]) -> [String] {
    var remarks: [String] = []
    let isInside = unset.contains("SLURM_JOB_ID") || unset.contains("SLURM_JOBID")
    if isInside {
      remarks.append("submitted from inside a job: what describes that job (SLURM_…) does not reach the new one")
    }
    let steering = unset.filter { name in
      name.hasPrefix("SBATCH_") || !isInside && (name.hasPrefix("SLURM_") || name.hasPrefix("SRUN_"))
    }
    if !steering.isEmpty {
      let verb = steering.count == 1 ? "does" : "do"
      remarks.append(
        "\(steering.joined(separator: ", ")) \(verb) not reach sbatch: what is asked for stands in the specification"
      )
    }
    return remarks
  }

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
    "ACCTG_FREQ", "ARRAY_INX", "BATCH", "BURST_BUFFER", "CLUSTERS", "CLUSTER_CONSTRAINT", "CONSTRAINT", "CONTAINER",
    "CONTAINER_ID", "CORE_SPEC", "CPUS_PER_GPU", "CPU_FREQ_REQ", "DEBUG", "DELAY_BOOT", "DISTRIBUTION", "ERROR",
    "EXCLUSIVE", "EXPORT", "GET_USER_ENV", "GPUS", "GPUS_PER_NODE", "GPUS_PER_SOCKET", "GPUS_PER_TASK", "GPU_BIND",
    "GPU_FREQ", "GRES", "GRES_FLAGS", "HINT", "IGNORE_PBS", "INPUT", "JOB_NAME", "MEM_BIND", "MEM_PER_CPU",
    "MEM_PER_GPU", "MEM_PER_NODE", "NETWORK", "NO_KILL", "NO_REQUEUE", "OPEN_MODE", "OUTPUT", "OVERCOMMIT", "POWER",
    "PROFILE", "QUIET", "REQUEUE", "REQ_SWITCH", "SEGMENT_SIZE", "SIGNAL", "SPREAD_JOB", "STEPMGR", "THREADS_PER_CORE",
    "THREAD_SPEC", "TIMELIMIT", "TRES_BIND", "TRES_PER_TASK", "USE_MIN_NODES", "WAIT", "WAIT4SWITCH",
    "WAIT_ALL_NODES", "WCKEY",
    // What future versions may add, past the four that stay.
    "AR*", "B*", "C*", "D*", "E*", "F*", "G*", "H*", "I*", "J*", "K*", "L*", "M*", "N*", "O*", "PO*", "PR*", "QU*",
    "REQ*", "S*", "T*", "U*", "V*", "W*", "X*",
  ]

  /// All of `SLURM_…`, `SLURMD_…` and `SRUN_…` except those that say which cluster is meant and who asks: `SLURM_CONF`,
  /// `SLURM_CONF_SERVER`, `SLURM_CLUSTERS` and `SLURM_JWT`. slurmd sets what belongs to the new job, and removes
  /// nothing: variables that do not apply to the job have to be removed before. Sources: sbatch(1), srun(1), “Output
  /// environment variables”.
  private static let ofJobs =
    [
      "ACCOUNT", "ARRAY_JOB_ID", "ARRAY_TASK_COUNT", "ARRAY_TASK_ID", "ARRAY_TASK_MAX", "ARRAY_TASK_MIN",
      "ARRAY_TASK_STEP", "CLUSTER_NAME", "CPUS_ON_NODE", "CPUS_PER_GPU", "CPUS_PER_TASK", "CPU_BIND", "CPU_BIND_LIST",
      "CPU_BIND_TYPE", "CPU_BIND_VERBOSE", "DISTRIBUTION", "EXPORT_ENV", "GPUS", "GPUS_PER_NODE", "GPUS_PER_TASK",
      "GTIDS", "HET_SIZE", "HINT", "JOBID", "JOB_ID", "JOB_NAME", "JOB_NODELIST", "LOCALID", "MEM_PER_CPU",
      "MEM_PER_GPU", "MEM_PER_NODE", "NNODES", "NODEID", "NODELIST", "NPROCS", "NTASKS", "NTASKS_PER_NODE", "PROCID",
      "RESTART_COUNT", "STEPID", "STEP_ID", "STEP_NODELIST", "STEP_NUM_TASKS", "SUBMIT_DIR", "TASKS_PER_NODE",
      "TASK_PID", "THREADS_PER_CORE", "TRES_PER_TASK", "UMASK", "WORKING_CLUSTER",
      // All others, except those that control how Slurm's commands print: `SLURM_TIME_FORMAT`, `SLURM_BITSTR_LEN`,
      // `SLURM_JSON`.
      "A*", "BC*", "BU*", "CA*", "CH*", "CLUSTER_*", "COM*", "CONS*", "CONT*", "COR*", "CP*", "CR*", "D*", "E*", "F*",
      "G*", "H*", "I*", "JOB*", "K*", "L*", "M*", "N*", "O*", "P*", "Q*", "R*", "S*", "TA*", "TE*", "TH*", "TIMELIMIT",
      "TO*", "TR*", "U*", "V*", "W*", "X*",
    ].map { "SLURM_\($0)" } + ["SLURMD_NODENAME", "SLURMD_*", "SRUN_CPUS_PER_TASK", "SRUN_*"]

  /// The variables from which an MPI library concludes that it is a process of an earlier step: it would join that
  /// step.
  private static let ofProcessManagers = [
    "PMI_CONTROL_*", "PMI_FD", "PMI_ID", "PMI_JOBID", "PMI_LOCAL_*", "PMI_PORT", "PMI_PROCESS_MAPPING", "PMI_RANK",
    "PMI_SHARED_SECRET", "PMI_SIZE", "PMI_SPAWNED", "PMI_UNIVERSE_SIZE", "PMI2_*", "PMIX_BFROP_*", "PMIX_GDS_MODULE",
    "PMIX_HOSTNAME", "PMIX_ID", "PMIX_LOCAL*", "PMIX_NAMESPACE", "PMIX_PTL_MODULE", "PMIX_RANK", "PMIX_SECURITY_MODE",
    "PMIX_SERVER_*", "PMIX_SYSTEM_TMPDIR", "PMIX_VERSION",
  ]
}
