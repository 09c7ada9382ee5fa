import AdapterKit

extension Refusal {
  private static let sizes: [JobSpec.Field] = [
    .nodes, .tasks, .tasksPerNode, .cpusPerTask, .gpus, .memory, .exclusive, .constraints, .hosts, .excludedHosts,
  ]
  /// Where options without a field of their own were written.
  static let options: [JobSpec.Field] = [.native, .script]

  /// The controller's answers when it does not accept a job. Recorded: submit-errors of 22.05.8, 23.11.11 and 26.05.3,
  /// except those marked “source”, which are from Slurm's slurm_errno.c. An answer that is not listed here may mean
  /// anything.
  static let answers: [Row] = [
    Row("Invalid partition name specified", .unknownQueue, [.queue]),
    Row("No partition specified or system default partition", .unknownQueue, [.queue]),  // source
    Row("User's group not permitted to use this partition", .unknownQueue, [.queue]),
    Row("Required partition not available", .unknownQueue, [.queue]),  // source
    Row("Partition in DOWN state", .unknownQueue, [.queue]),  // source
    Row("Multiple partition job request not supported", .unknownQueue, [.queue]),  // source
    Row("Requested nodes not in this partition", .limitExceeded, [.hosts, .queue]),  // source
    Row("Requested partition configuration not available now", .limitExceeded, [.queue]),  // source
    Row("Invalid account or account/partition combination", .accountDenied, [.account]),
    Row("Invalid or unknown association", .accountDenied, [.account]),  // source
    Row("Invalid qos specification", .qosDenied, [.qos]),
    Row("Invalid QOS specification", .qosDenied, [.qos]),  // source
    Row("has breached requested QOS usage threshold", .limitExceeded, [.qos]),  // source
    Row("Job violates accounting/QOS policy", .limitExceeded),
    Row("Requested time limit is invalid", .limitExceeded, [.walltime, .deadline]),
    Row("Invalid time-min specification", .limitExceeded, options),  // source
    Row("Invalid time specified", .invalidValue, [.begin, .deadline]),  // source
    Row("Memory specification can not be satisfied", .limitExceeded, [.memory]),
    Row("Memory required by task is not available", .limitExceeded, [.memory]),  // source
    Row("Node count specification invalid", .limitExceeded, [.nodes]),
    Row("CPU count specification invalid", .limitExceeded, [.cpusPerTask, .tasks, .tasksPerNode]),  // source
    Row("Task count specification invalid", .limitExceeded, [.tasks, .tasksPerNode, .cpusPerTask]),  // source
    Row("More processors requested than permitted", .limitExceeded, [.cpusPerTask, .tasks, .tasksPerNode]),  // source
    Row("Job size specification needs to be provided", .invalidValue, [.nodes, .tasks]),  // source
    Row("Requested node configuration is not available", .limitExceeded, sizes),
    Row("Requested topology configuration is not available", .limitExceeded, sizes),  // source
    Row("Required node not available", .limitExceeded, [.hosts]),  // source
    Row("Invalid node name specified", .invalidValue, [.hosts, .excludedHosts]),
    Row("Task distribution specification invalid", .invalidValue, options),  // source
    Row("Cannot request more threads per core", .limitExceeded, options),  // source
    Row("Invalid job array specification", .invalidValue, [.array]),
    Row("Invalid feature specification", .invalidValue, [.constraints]),
    Row("Invalid preferred feature specification", .invalidValue, options),  // source
    Row("Job --batch option is invalid", .invalidValue, options),  // source
    Row("Invalid license specification", .invalidValue, [.licences]),
    Row("Licenses currently unavailable", .schedulerBusy, [.licences]),  // source
    Row("generic resource (gres) specification", .invalidValue, [.gpus]),
    Row("Invalid GRES specification", .invalidValue, [.gpus]),  // source
    Row("Requested GRES option unsupported", .invalidValue, [.gpus]),  // source
    Row("Invalid Trackable RESource (TRES) specification", .invalidValue, [.gpus, .native, .script]),  // source
    Row("Insufficient GRES available", .limitExceeded, [.gpus]),  // source
    Row("RestrictedCoresPerGPU", .limitExceeded, [.gpus]),  // source
    Row("Requested reservation is invalid", .invalidValue, [.reservation]),
    Row("Access denied to requested reservation", .invalidValue, [.reservation]),  // source
    Row("Requested reservation not usable now", .invalidValue, [.reservation]),  // source
    Row("Requested reservation is in use", .invalidValue, [.reservation]),  // source
    Row("Job dependency problem", .invalidValue, [.dependencies]),
    Row("Circular job dependency", .invalidValue, [.dependencies]),  // source
    Row("Invalid job id specified", .unknownJob, [.dependencies, .native, .script]),  // source
    Row("Invalid --nice value", .invalidValue, [.priority], niceAdvice),
    Row("Invalid wckey specification", .invalidValue, options),  // source
    Row("Invalid mcs_label specified", .invalidValue, options),  // source
    Row("Burst Buffer", .invalidValue, options),  // source
    Row("X11 forwarding not available", .invalidValue, options),  // source
    Row("Invalid container id specified", .invalidValue, options),  // source
    Row("Invalid extra constraints specification", .invalidValue, options),  // source
    Row("Invalid cluster name", .invalidValue, options),  // source
    Row("No eligible clusters for federated job", .limitExceeded, options),  // source
    Row("Immediate execution impossible", .limitExceeded, options),  // source
    Row("Job can not start immediately", .limitExceeded, options),  // source
    Row("Pathname of a file, directory or other parameter too long", .invalidValue, texts),  // source
    Row("Job script not specified", .scriptUnreadable, [.script]),  // source
    Row("cannot be submitted without the current working directory", .directoryUnusable, [.directory]),  // source
    Row("Environment is missing in job", .invalidValue, [.environment]),  // source
    Row("I/O error writing script/environment to file", .diskFull, [], diskAdvice),  // source
    Row("Access/permission denied", .notPermitted),
    Row("Invalid user id", .notPermitted),
    Row("Invalid group id", .notPermitted),  // source
    Row("Only batch jobs are accepted", .notPermitted),  // source
    Row("Requested operation not supported", .invalidValue, options),  // source
    Row("Requested operation is presently disabled", .wrongState),
    Row("System submissions disabled", .schedulerBusy),  // source
    Row("Requested nodes are busy", .schedulerBusy),  // source
    Row("MaxJobCount limit reached", .schedulerBusy),  // source
    Row("Max powered up nodes reached", .schedulerBusy),  // source
    Row("Rate limit exceeded", .schedulerBusy),  // source
    Row("in standby mode", .schedulerUnreachable, [], "Try again later: another controller takes over."),  // source
  ]

  private static let texts: [JobSpec.Field] = [.name, .directory, .stdin, .stdout, .stderr]
  private static let diskAdvice = "The disk of Slurm's controller may be full; ask the site."
  private static let niceAdvice = "Only an administrator may raise a job's priority."

  /// What `sbatch` itself refuses before it contacts the controller. Recorded: submit-errors and submit-inputs.
  static let own: [Row] = [
    Row("Invalid generic resource (gres) specification", .invalidValue, [.gpus]),
    Row("No cluster", .invalidValue, options),
    Row("invalid entry for --cluster", .invalidValue, options),
    Row("unrecognized option", .invalidValue, options),
    Row("invalid option --", .invalidValue, options),  // getopt
    Row("is ambiguous", .invalidValue, options),  // getopt
    Row("requires an argument", .invalidValue, options),
    Row("doesn't allow an argument", .invalidValue, options),  // getopt
    Row("mutually exclusive", .invalidValue, options),  // source: slurm_opt.c
    Row("Script arguments not permitted", .invalidValue, options),
    Row("Could not open user environment file", .invalidValue, options),
    Row("only permitted by root user", .notPermitted, options),
    Row("cli_filter plugin terminated with error", .notPermitted),  // source
    Row("Unable to open file", .scriptUnreadable, options),
    Row("DOS line breaks", .scriptUnreadable, [.script]),
    Row("does not look like a batch script", .scriptUnreadable, [.script]),
    Row("Batch script is empty", .scriptUnreadable, [.script]),
    Row("Batch script contains only whitespace", .scriptUnreadable, [.script]),
    Row("NULL character", .scriptUnreadable, [.script]),
    Row("No space left on device", .diskFull),  // source
  ]
}
