/// adapter → host: whether its scheduler is here, and how it knows.
public struct Detection: Hashable, Sendable, Codable {
  /// How much of the scheduler is present.
  public enum Presence: String, Hashable, Sendable, Codable {
    /// Nothing of it.
    case absent
    /// Its commands, without a server that responds.
    case installed
    /// A server that responds.
    case responding
  }

  /// How much of the scheduler is present.
  public var presence: Presence
  /// The scheduler's version.
  public var version: String?
  /// The server or cluster.
  public var server: String?
  /// Which of several relatives it is (`OpenPBS`, `Torque`, …).
  public var flavour: String?
  /// The job this process itself runs in, if it does: being inside an allocation is not the same as being able to submit.
  public var insideJob: String?
  /// What speaks for and against, in the order it was found.
  public var evidence: [Evidence]

  /// Makes a detection.
  public init(
    _ presence: Presence,
    version: String? = nil,
    server: String? = nil,
    flavour: String? = nil,
    insideJob: String? = nil,
    evidence: [Evidence]
  ) {
    self.presence = presence
    self.version = version
    self.server = server
    self.flavour = flavour
    self.insideJob = insideJob
    self.evidence = evidence
  }

  /// One fact, and which way it points.
  public struct Evidence: Hashable, Sendable, Codable {
    /// Whether it speaks for or against the scheduler being here.
    public enum Direction: String, Hashable, Sendable, Codable {
      /// For it.
      case `for`
      /// Against it.
      case against
    }

    /// Which way it points.
    public var direction: Direction
    /// The fact, as a short sentence.
    public var fact: String

    /// A fact that speaks for the scheduler.
    public static func `for`(_ fact: String) -> Evidence { Evidence(direction: .for, fact: fact) }

    /// A fact that speaks against the scheduler.
    public static func against(_ fact: String) -> Evidence { Evidence(direction: .against, fact: fact) }
  }
}
