/// Why a job waits, or why it ended as it did: a code that programs can act on, and a sentence for people.
public struct JobReason: Hashable, Sendable {
  /// What kind of reason it is; `nil` when the scheduler's word fits none.
  public var code: Code?
  /// The sentence: the scheduler's own words if it has some.
  public var text: String
  /// Whether a waiting job can ever run as things stand: `false` only when the scheduler's word excludes it (a
  /// dependency that failed, a request above every limit), `nil` when it is not reported.
  public var canEverRun: Bool?

  /// Makes a reason.
  public init(_ code: Code?, _ text: String, canEverRun: Bool? = nil) {
    self.code = code
    self.text = text
    self.canEverRun = canEverRun
  }

  /// The kinds of reasons that schedulers share.
  public enum Code: String, Hashable, Sendable, Codable, CaseIterable {
    /// Waiting for cores, memory, nodes or devices that other jobs use now.
    case resources
    /// Other jobs come first.
    case priority
    /// The owner holds it.
    case heldByUser
    /// An administrator holds it.
    case heldByAdministrator
    /// The scheduler itself holds it, for instance after a failed start.
    case heldByScheduler
    /// Waiting for another job.
    case dependency
    /// Waiting for a job that already ended the wrong way, or does not exist.
    case dependencyNeverSatisfied
    /// Waiting for the time it may begin.
    case beginTime
    /// A limit of the user, group, account, queue or QOS is reached.
    case limit
    /// The array's own limit of tasks at a time is reached.
    case arrayTaskLimit
    /// The nodes it asks for are down, drained or reserved.
    case nodesUnavailable
    /// The queue is closed or stopped.
    case queueUnavailable
    /// Waiting for licences.
    case licences
    /// Waiting for a reservation.
    case reservation
    /// The request can't be met by anything there is.
    case impossibleRequest
    /// Its program, directory or files do not exist or are not accessible.
    case launch
  }
}
