import LauncherProtocol

/// What becomes of a job on a ``FakeScheduler``: what each look at it shows, one after another; the last step stays.
///
/// ```swift
/// scheduler.expect("train", .ends(.nodeFailure), .succeeds)
/// ```
public struct JobStory: Hashable, Sendable {
  /// What one look shows.
  public struct Step: Hashable, Sendable {
    /// The job's state; `nil` where the scheduler does not know the job.
    public var state: JobState?
    /// The code or signal that its command ended with.
    public var exitStatus: JobExitStatus?
    /// Why it waits, or why it ended.
    public var reason: JobReason?

    /// A step of which the state is known, and what belongs to it.
    public init(_ state: JobState?, exitStatus: JobExitStatus? = nil, reason: JobReason? = nil) {
      self.state = state
      self.exitStatus = exitStatus
      self.reason = reason
    }

    /// The scheduler does not know the job.
    public static let absent = Step(nil)
  }

  /// What comes of the submission.
  public enum Reception: Hashable, Sendable {
    /// The scheduler takes the job and says its id.
    case accepted
    /// The scheduler refuses the job.
    case refused(LauncherError)
    /// The scheduler takes the job, and its answer is lost.
    case answerLost
    /// The request is lost: there is no job, and no answer.
    case requestLost
  }

  /// What comes of the submission.
  public var reception = Reception.accepted
  /// What the looks show.
  public var steps: [Step]
  /// What the job writes to its standard output, where it has a file for that, when it first runs.
  public var output = ""
  /// How tasks of an array fare that do not fare as the others, by index.
  public var tasks: [Int: JobStory] = [:]

  /// A story of steps; there has to be one.
  public init(_ first: Step, _ others: Step...) { steps = [first] + others }

  /// A job that waits, runs, and ends with exit code 0.
  public static let succeeds = ends(.succeeded, .code(0))

  /// A job that waits, runs, and ends with an exit code.
  public static func fails(_ code: Int32 = 1) -> JobStory { ends(.failed, .code(code)) }

  /// A job that waits, runs, and ends in some way.
  public static func ends(
    _ outcome: JobOutcome,
    _ exitStatus: JobExitStatus? = nil,
    because reason: JobReason? = nil
  ) -> JobStory {
    JobStory(Step(.queued), Step(.running), Step(.finished(outcome), exitStatus: exitStatus, reason: reason))
  }

  /// A job that runs until somebody ends it.
  public static let runsOn = JobStory(Step(.queued), Step(.running))

  /// A job that waits until somebody ends it.
  public static func waits(for reason: JobReason = JobReason(.priority, "Priority")) -> JobStory {
    JobStory(Step(.queued, reason: reason))
  }

  /// A job that runs, and that the scheduler then does not know any more.
  public static let vanishes = JobStory(Step(.queued), Step(.running), .absent)

  /// A job that the scheduler refuses.
  public static func refused(_ error: LauncherError) -> JobStory {
    var story = succeeds
    story.reception = .refused(error)
    return story
  }

  /// The same job, which some looks do not show yet.
  public func late(by looks: Int) -> JobStory {
    var story = self
    story.steps.insert(contentsOf: Array(repeating: .absent, count: looks), at: 0)
    return story
  }

  /// The same job, whose submission is received in some way.
  public func received(_ reception: Reception) -> JobStory {
    var story = self
    story.reception = reception
    return story
  }

  /// The same job, which writes something to its standard output.
  public func printing(_ text: String) -> JobStory {
    var story = self
    story.output = text
    return story
  }

  /// The same array, of which a task fares in another way.
  public func task(_ index: Int, _ other: JobStory) -> JobStory {
    var story = self
    story.tasks[index] = other
    return story
  }
}
