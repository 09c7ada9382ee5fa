import FoundationEssentials
import LauncherProtocol

/// A job, or a task of an array, that a ``FakeScheduler`` has.
struct FakeJob {
  let id: String
  let index: Int?
  let story: JobStory
  let spec: JobSpec
  let token: String
  let submittedAt: Date
  /// Whether its output is written.
  private var hasWritten = false
  /// How many looks showed it.
  private(set) var looks = 0
  private(set) var startedAt: Date?
  private(set) var endedAt: Date?
  /// Its end by an action, in place of the story's.
  private var forced: JobStory.Step?
  /// The state that an action put it into for the time being.
  private var parked: JobState?

  init(id: String, index: Int?, story: JobStory, spec: JobSpec, token: String, submittedAt: Date) {
    self.id = id
    self.index = index
    self.story = story
    self.spec = spec
    self.token = token
    self.submittedAt = submittedAt
  }

  /// The step that it has reached.
  var step: JobStory.Step {
    if let forced { return forced }
    if let parked { return JobStory.Step(parked) }
    return story.steps.isEmpty ? .absent : story.steps[min(looks, story.steps.count - 1)]
  }

  /// Whether it has ended, for good.
  var isOver: Bool { step.state?.isFinished == true }

  /// Takes the next step of the story, unless an action keeps it where it is.
  mutating func goOn(at moment: Date) {
    guard forced == nil, parked == nil else { return }
    looks += 1
    note(at: moment)
  }

  /// Ends it by an action.
  mutating func end(_ step: JobStory.Step, at moment: Date) {
    forced = step
    parked = nil
    note(at: moment)
  }

  /// Holds or suspends it; `nil` lets it go on.
  mutating func park(_ state: JobState?) { parked = state }

  /// Notes when it starts and ends.
  mutating func note(at moment: Date) {
    guard let state = step.state else { return }
    if state == .running, startedAt == nil { startedAt = moment }
    if state.isFinished, endedAt == nil { endedAt = moment }
  }

  /// What a look shows of it.
  func status(at moment: Date) -> JobStatus {
    guard let state = step.state else {
      var status = JobStatus(id: id, state: .unknown(.gone))
      status.index = index
      status.source = "fake"
      return status
    }
    var status = JobStatus(id: id, state: state)
    status.index = index
    status.server = FakeScheduler.server
    status.name = spec.nameOrProgram
    status.queue = spec.queue ?? "fake"
    status.exitStatus = step.exitStatus
    status.reason = step.reason
    status.attempt = 1
    status.submittedAt = submittedAt
    status.startedAt = startedAt
    status.endedAt = endedAt
    if startedAt != nil { status.nodes = ["fake1"] }
    status.directory = spec.directory
    status.standardOutput = outputPath
    status.standardError = spec.standardError ?? outputPath
    status.source = "fake"
    status.observedAt = moment
    return status
  }

  /// What a look shows of it while it cannot start.
  func waiting(for blocker: FakeScheduler.State.Blocker, at moment: Date) -> JobStatus {
    var status = status(at: moment)
    if parked == nil { status.state = .queued }
    status.reason =
      blocker.hasEnded
      ? JobReason(.dependencyNeverSatisfied, "job \(blocker.job) did not end as required", canEverRun: false)
      : JobReason(.dependency, "waits for job \(blocker.job)")
    return status
  }

  /// Writes what it prints, once it runs.
  mutating func writeOutput() {
    guard startedAt != nil, !hasWritten, let path = outputPath else { return }
    hasWritten = true
    try? Data(story.output.utf8).write(to: URL(filePath: path))
  }

  /// Where its standard output goes; `nil` where it has no file for that.
  var outputPath: String? {
    spec.standardOutput.map { path in
      let filled = path.replacing("{id}", with: id.split(separator: "_").first ?? "")
        .replacing("{index}", with: "\(index ?? 0)").replacing("{name}", with: spec.nameOrProgram)
      return filled.hasPrefix("/") ? filled : (spec.directory.map { $0 + "/" } ?? "") + filled
    }
  }
}
