import AdapterKit
import FoundationEssentials
import LauncherKit
import Synchronization

/// A scheduler in memory, for tests of programs that use LauncherKit: what becomes of each job is said beforehand.
///
/// ```swift
/// let scheduler = FakeScheduler()
/// scheduler.expect("train", .ends(.nodeFailure), .succeeds)
/// let launcher = try await Launcher.detect(scheduler.options())
/// try await myCampaign(launcher)
/// #expect(scheduler.submitted.map(\.name) == ["train", "train"])
/// ```
///
/// Nothing happens by itself and nothing takes time: each look at a job shows the next step of its ``JobStory``. It speaks
/// the adapter protocol, so that everything above it is as it is with a real scheduler. Several launchers may share one.
public final class FakeScheduler: InProcessAdapter {
  /// The adapter's name.
  public let name: String
  /// The name of the cluster that its jobs belong to.
  public static let server = "fake"

  struct State {
    var stories: [String: [JobStory]] = [:]
    var otherwise = JobStory.succeeds
    var jobs: [FakeJob] = []
    var lastNumber = 0
    /// The ids of the jobs that have taken their next step in the look under way.
    var advanced = Set<String>()
    var submitted: [JobSpec] = []
    var cancelled: [JobReference] = []
    var signals: [UnixSignal] = []
    var looks: [FakeLook] = []
    var answers: [FakeLook.Answer] = []
    /// How many looks were answered from `answers`.
    var answered = 0
    var outage: LauncherError?
    var keepsUnmetDependencies = false
    var leastPollingInterval = Duration.milliseconds(1)
  }

  let state = Mutex(State())

  /// A scheduler without jobs.
  ///
  /// - Parameter name: the adapter's name.
  public init(name: String = "fake") { self.name = name }

  /// Options that make a launcher use this scheduler, whatever the surroundings say.
  ///
  /// - Parameter tracking: where jobs are written down; nowhere unless it is said.
  public func options(tracking: Launcher.Options.TrackingChoice = .none) -> Launcher.Options {
    var options = Launcher.Options(tracking: tracking)
    options.inProcess = self
    return options
  }

  // MARK: What is to happen

  /// Says what becomes of the jobs of a name, or of a program where a job has none: of the first submission by the first
  /// story, and so on; the last story is that of all later ones.
  public func expect(_ name: String, _ stories: JobStory...) { state.withLock { $0.stories[name] = stories } }

  /// What becomes of jobs of which nothing is said.
  public var otherwise: JobStory {
    get { state.withLock { $0.otherwise } }
    set { state.withLock { $0.otherwise = newValue } }
  }

  /// Whether, and how, everything that the scheduler is asked fails; `nil` while it works.
  public var outage: LauncherError? {
    get { state.withLock { $0.outage } }
    set { state.withLock { $0.outage = newValue } }
  }

  /// The least time between two looks, as launchers that are made from now on keep it.
  public var leastPollingInterval: Duration {
    get { state.withLock { $0.leastPollingInterval } }
    set { state.withLock { $0.leastPollingInterval = newValue } }
  }

  /// Whether a job whose dependency cannot be met any more waits forever, as some schedulers let it, instead of ending
  /// as `dependencyFailed`.
  public var keepsUnmetDependencies: Bool {
    get { state.withLock { $0.keepsUnmetDependencies } }
    set { state.withLock { $0.keepsUnmetDependencies = newValue } }
  }

  /// Answers looks, whatever jobs there are: the first one with the first answer, the last answer again and again.
  public func answerLooks(_ answers: [FakeLook.Answer]) {
    state.withLock { state in
      state.answers = answers
      state.answered = 0
    }
  }

  /// Ends a job, as a step that its story does not have.
  public func end(
    _ job: JobReference,
    _ outcome: JobOutcome,
    _ exitStatus: JobExitStatus? = nil,
    because reason: JobReason? = nil
  ) {
    let step = JobStory.Step(.finished(outcome), exitStatus: exitStatus, reason: reason)
    state.withLock { state in
      for place in state.places(of: job.id) where !state.jobs[place].isOver {
        state.jobs[place].end(step, at: FakeScheduler.now)
      }
    }
  }

  // MARK: What happened

  /// The specifications of all jobs that the scheduler took, in order.
  public var submitted: [JobSpec] { state.withLock { $0.submitted } }

  /// The jobs that were asked to end, in order.
  public var cancelled: [JobReference] { state.withLock { $0.cancelled } }

  /// The signals that were sent to jobs, in order.
  public var signals: [UnixSignal] { state.withLock { $0.signals } }

  /// The looks at jobs, in order.
  public var looks: [FakeLook] { state.withLock { $0.looks } }

  // MARK: The protocol

  public func serve(_ lines: AsyncStream<[UInt8]>, answer: @escaping @Sendable ([UInt8]) throws -> Void) async {
    await AdapterServer.serve(FakeAdapter(scheduler: self), lines: lines, send: answer)
  }

  /// Schedulers count in whole seconds.
  static var now: Date { Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded(.down)) }
}
