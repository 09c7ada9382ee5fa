import FoundationEssentials

/// A job to run, described in terms that all schedulers share.
///
/// One type with three faces: Swift, a YAML or JSON file, and the options of `launcher submit`. The Codable form is the
/// one used in files and in the protocol. A field that an adapter cannot honour is refused by name before anything is
/// submitted.
public struct JobSpec: Hashable, Sendable {
  /// What to run.
  public var work: Work
  /// The job's name; one line of text.
  public var name: String?
  /// The working directory; absolute once the job is submitted.
  public var directory: String?
  /// The variables the command sees.
  public var environment = EnvironmentSpec()
  /// The file to read as standard input; `/dev/null` if `nil`.
  public var standardInput: String?
  /// The file for standard output. `{id}`, `{index}` and `{name}` stand for the job's own.
  public var standardOutput: String?
  /// The file for standard error, with the same placeholders.
  public var standardError: String?

  /// How many nodes.
  public var nodes: Int?
  /// How many tasks (processes of a parallel program) in total.
  public var tasks: Int?
  /// How many tasks on each node.
  public var tasksPerNode: Int?
  /// How many processor cores for each task.
  public var cpusPerTask: Int?
  /// Which graphics processors.
  public var gpus: GPURequest?
  /// How much memory.
  public var memory: MemoryRequest?
  /// Whether the nodes are for this job alone.
  public var exclusive: Bool?
  /// How long it may run.
  public var walltime: Walltime?

  /// The queue or partition.
  public var queue: String?
  /// The account or project that is charged.
  public var account: String?
  /// The quality of service.
  public var qos: String?
  /// The reservation to run in.
  public var reservation: String?
  /// Features that every node must have.
  public var constraints: [String] = []
  /// Hosts it must run on.
  public var hosts: [String] = []
  /// Hosts it must not run on.
  public var excludedHosts: [String] = []
  /// Licences and how many of each.
  public var licences: [String: Int] = [:]

  /// What has to happen to other jobs first; all of it.
  public var dependencies: [JobDependency] = []
  /// The earliest time it may start.
  public var begin: Moment?
  /// The time by which it must have ended.
  public var deadline: Moment?
  /// Whether it waits to be released.
  public var hold: Bool?
  /// Its weight among the owner's jobs; higher goes first.
  public var priority: Int?
  /// Whether it may be started again after a node failed or it was preempted.
  public var requeue: Bool?
  /// The indices, when this is an array of jobs.
  public var array: ArrayIndices?
  /// Who gets mail, and when.
  public var mail: MailRequest?

  /// Shell lines to run before the command, in the same shell (`module load …`).
  public var prologue: String?
  /// Shell lines to run after the command, however it ended.
  public var epilogue: String?
  /// The program that starts the tasks of a parallel command.
  public var launcher: ParallelLauncher?
  /// The container to run the command in.
  public var container: ContainerRequest?
  /// Further arguments for the native submit command, by adapter name, passed on as they are.
  public var native: [String: [String]] = [:]
  /// What the job belongs to (`experiment: sweep`), to find it by later. Labels are kept only in the job store: the
  /// scheduler never sees them.
  public var labels: [String: String] = [:]

  /// What a job runs.
  public enum Work: Hashable, Sendable {
    /// A program and its arguments; no shell interprets them.
    case command([String])
    /// The text of a script, with its `#!` line or for `/bin/sh`.
    case script(String)
  }

  /// A job that runs `work`, everything else left to the scheduler.
  public init(_ work: Work) { self.work = work }

  /// A job that runs a program with arguments.
  public init(command: [String]) { self.init(.command(command)) }

  /// A job that runs a script.
  public init(script: String) { self.init(.script(script)) }
}

/// The variables that a job's command sees.
public struct EnvironmentSpec: Hashable, Sendable {
  /// What is inherited from where the job is submitted.
  public enum Inheritance: Hashable, Sendable {
    /// Every variable.
    case all
    /// None.
    case none
    /// These.
    case some([String])
  }

  /// What is inherited.
  public var inherit: Inheritance
  /// What is set in addition.
  public var set: [String: String]

  /// An environment; by default every variable is inherited.
  public init(inherit: Inheritance = .all, set: [String: String] = [:]) {
    self.inherit = inherit
    self.set = set
  }
}

/// Graphics processors for a job.
public struct GPURequest: Hashable, Sendable {
  /// How many, and counted by what.
  public enum Count: Hashable, Sendable {
    /// For each node.
    case perNode(Int)
    /// For each task.
    case perTask(Int)
    /// For the whole job.
    case total(Int)
  }

  /// How many.
  public var count: Count
  /// The site's name for the model.
  public var type: String?

  /// Makes a request.
  public init(_ count: Count, type: String? = nil) {
    self.count = count
    self.type = type
  }
}

/// Memory for a job, and counted by what.
public enum MemoryRequest: Hashable, Sendable {
  /// For each node.
  case perNode(ByteCount)
  /// For each processor core.
  case perCPU(ByteCount)
  /// For the whole job.
  case total(ByteCount)

  /// How much, whatever it is counted by.
  public var amount: ByteCount {
    switch self {
    case .perNode(let amount), .perCPU(let amount), .total(let amount): amount
    }
  }
}

/// Mail about a job's life.
public struct MailRequest: Hashable, Sendable {
  /// What to write about.
  public enum Event: String, Hashable, Sendable, Codable, CaseIterable {
    /// It started.
    case begin
    /// It ended.
    case end
    /// It failed.
    case fail
  }

  /// The addresses; empty for the owner.
  public var to: [String]
  /// What to write about.
  public var on: [Event]

  /// Makes a request.
  public init(to: [String] = [], on: [Event]) {
    self.to = to
    self.on = on
  }
}

/// The program that starts the tasks of a parallel command.
public enum ParallelLauncher: String, Hashable, Sendable, Codable, CaseIterable {
  /// Slurm's.
  case srun
  /// MPI's, by the standard's name.
  case mpiexec
  /// MPI's, by its common name.
  case mpirun
  /// LSF's on Summit and its like.
  case jsrun
  /// Cray's.
  case aprun
  /// Nothing: the command is run once, as it is.
  case none
}

/// A container to run a job's command in.
public struct ContainerRequest: Hashable, Sendable {
  /// The image: a file or a name the runtime knows.
  public var image: String
  /// The runtime (`apptainer`, `singularity`, `podman`, …); if `nil`, the adapter's or site's choice.
  public var runtime: String?
  /// Folders to show inside, `HOST:INSIDE`.
  public var binds: [String]

  /// Makes a request.
  public init(image: String, runtime: String? = nil, binds: [String] = []) {
    self.image = image
    self.runtime = runtime
    self.binds = binds
  }
}

/// An instant as written by a user, absolute or relative to now: `2026-11-22T08:00:00+01:00`, `+2h`.
///
/// A relative one is resolved when it is read. A time without a zone is refused: the scheduler may be elsewhere.
public struct Moment: Hashable, Sendable {
  /// The instant.
  public let date: Date

  /// Makes a moment.
  public init(_ date: Date) { self.date = date }

  /// Reads an instant.
  ///
  /// - Throws: `ValueError` that says what is wrong and how to write it.
  public init(parsing text: String, now: Date = Date()) throws(ValueError) {
    if let date = RFC3339.date(from: text) {
      self.init(date)
    } else if text.hasPrefix("+") {
      let distance = try DurationGrammar.parse(String(text.dropFirst()), bareNumber: .minutes)
      self.init(now.addingTimeInterval(distance.inSeconds))
    } else if RFC3339.date(from: text + "Z") != nil || RFC3339.date(from: text + ":00Z") != nil {
      throw ValueError("‘\(text)’ has no zone: add Z for UTC or an offset such as +01:00")
    } else {
      throw ValueError("‘\(text)’ is not a time: write 2026-11-22T08:00:00Z, or +2h for two hours from now")
    }
  }
}
