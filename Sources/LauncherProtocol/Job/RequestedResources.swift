/// What a job asked for: what it used is held against it.
public struct RequestedResources: Hashable, Sendable, Codable {
  /// The number of nodes.
  public var nodes: Int?
  /// The number of tasks.
  public var tasks: Int?
  /// The processors of each task.
  public var cpusPerTask: Int?
  /// The memory.
  public var memory: MemoryRequest?
  /// How long it may run.
  public var walltime: Walltime?

  /// Nothing that is known.
  public init() {}

  /// What a specification asks for.
  public init(_ spec: JobSpec) {
    nodes = spec.nodes
    tasks = spec.tasks
    cpusPerTask = spec.cpusPerTask
    memory = spec.memory
    walltime = spec.walltime
  }

  /// Whether nothing was asked for.
  public var isEmpty: Bool { self == RequestedResources() }
}
