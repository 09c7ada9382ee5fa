/// adapter → host: the queues (partitions) of the scheduler.
public struct QueuesAnswer: Hashable, Sendable, Codable {
  /// The queues.
  public var queues: [QueueStatus]

  /// Makes an answer.
  public init(queues: [QueueStatus]) { self.queues = queues }
}

/// A queue and its condition.
public struct QueueStatus: Hashable, Sendable, Codable {
  /// Its name.
  public var name: String
  /// Whether jobs that name no queue go here.
  public var isDefault: Bool?
  /// Whether it accepts jobs.
  public var accepts: Bool?
  /// Whether it starts jobs.
  public var starts: Bool?
  /// The longest walltime it grants.
  public var walltimeLimit: Walltime?
  /// Its nodes.
  public var nodes: Int?
  /// Its processor cores.
  public var cpus: Int?
  /// Cores in use.
  public var cpusUsed: Int?
  /// Jobs that wait.
  public var queuedJobs: Int?
  /// Jobs that run.
  public var runningJobs: Int?
  /// The scheduler's own word for its state.
  public var nativeState: String?

  /// A queue of which only the name is known.
  public init(name: String) { self.name = name }
}

/// adapter → host: the nodes of the scheduler.
public struct NodesAnswer: Hashable, Sendable, Codable {
  /// The nodes.
  public var nodes: [NodeStatus]

  /// Makes an answer.
  public init(nodes: [NodeStatus]) { self.nodes = nodes }
}

/// A node and its condition.
public struct NodeStatus: Hashable, Sendable, Codable {
  /// What can be done with a node.
  public enum State: String, Hashable, Sendable, Codable, CaseIterable {
    /// It is free.
    case idle
    /// Part of it is in use.
    case mixed
    /// All of it is in use.
    case allocated
    /// It finishes what it has and accepts nothing new.
    case draining
    /// It accepts nothing.
    case drained
    /// It does not respond.
    case down
    /// The scheduler's word for it is not known here.
    case unknown
  }

  /// Its name.
  public var name: String
  /// What can be done with it.
  public var state: State
  /// Its processor cores.
  public var cpus: Int?
  /// Cores in use.
  public var cpusUsed: Int?
  /// Its memory.
  public var memory: ByteCount?
  /// Its graphics processors.
  public var gpus: Int?
  /// The queues it serves.
  public var queues: [String]?
  /// The scheduler's own word for its state.
  public var nativeState: String?
  /// Why it is down or drained.
  public var reason: String?

  /// A node of which name and state are known.
  public init(name: String, state: State) {
    self.name = name
    self.state = state
  }
}
