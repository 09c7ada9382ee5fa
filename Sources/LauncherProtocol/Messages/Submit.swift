import FoundationEssentials

/// host → adapter: run this.
public struct SubmitRequest: Hashable, Sendable, Codable {
  /// What to run; paths are absolute.
  public var spec: JobSpec
  /// Travels inside the job, so that the job can be found again when the answer is lost.
  public var token: String
  /// Say what would be done, and change nothing.
  public var dryRun: Bool

  /// Makes a request.
  public init(spec: JobSpec, token: String, dryRun: Bool = false) {
    self.spec = spec
    self.token = token
    self.dryRun = dryRun
  }

  private enum CodingKeys: String, CodingKey { case spec, token, dryRun }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    spec = try container.decode(JobSpec.self, forKey: .spec)
    token = try container.decode(String.self, forKey: .token)
    dryRun = try container.decodeIfPresent(Bool.self, forKey: .dryRun) ?? false
  }
}

/// adapter → host: the scheduler accepted it; or, for a dry run, what the scheduler would be asked.
public struct SubmitAnswer: Hashable, Sendable, Codable {
  /// The job; absent after a dry run.
  public var job: JobReference?
  /// The remarks of the scheduler or the adapter: a rounded walltime, a site's banner.
  public var remarks: [String]
  /// For a dry run by an adapter that acts itself: the steps it would take.
  public var plan: [PlannedStep]?

  /// An answer.
  public init(job: JobReference? = nil, remarks: [String] = [], plan: [PlannedStep]? = nil) {
    self.job = job
    self.remarks = remarks
    self.plan = plan
  }

  private enum CodingKeys: String, CodingKey { case job, remarks, plan }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    job = try container.decodeIfPresent(JobReference.self, forKey: .job)
    remarks = try container.decodeIfPresent([String].self, forKey: .remarks) ?? []
    plan = try container.decodeIfPresent([PlannedStep].self, forKey: .plan)
  }
}

/// A step that a dry run shows: a command with its input and environment, or a sentence.
public struct PlannedStep: Hashable, Sendable, Codable {
  /// The command.
  public var argv: [String]?
  /// What it would read from standard input, for instance the job's script.
  public var stdin: String?
  /// The folder that it would run in, if it asks for one.
  public var directory: String?
  /// The variables that would be set for it.
  public var setEnvironment: [String: String]?
  /// The variables that would be removed from its environment.
  public var unsetEnvironment: [String]?
  /// What would be done, if it is not a command.
  public var action: String?

  /// Makes a step.
  public init(argv: [String]? = nil, stdin: String? = nil, action: String? = nil) {
    self.argv = argv
    self.stdin = stdin
    self.action = action
  }

  /// The step that runs a command.
  public init(_ command: NativeCommand) {
    self.init(argv: command.argv, stdin: command.stdin)
    directory = command.directory
    let set = command.environment.compactMapValues { $0 }
    let unset = command.environment.filter { $0.value == nil }.keys.sorted()
    setEnvironment = set.isEmpty ? nil : set
    unsetEnvironment = unset.isEmpty ? nil : unset
  }
}
