import AdapterKit
import FoundationEssentials

/// A job that a poll asks for, and what was reported about it.
struct AskedJob {
  let reference: JobReference
  /// Its id; `nil` for a text that is not one of LSF's.
  let id: LSFID?
  /// It has been reported.
  var isSettled = false
  /// Its row.
  var row: BjobsRow?
  /// The rows of an array's elements, by index.
  var elements: [Int: BjobsRow] = [:]

  /// How far two hosts' clocks may be apart, in seconds, in addition to the minute to which `bjobs` rounds times.
  static let clockTolerance: Double = 660

  init(_ reference: JobReference) {
    self.reference = reference
    id = LSFID(reference.id)
  }

  /// Whether a submission time is this job's, and not that of another one that had or got the same number. A requeue
  /// keeps it.
  func fits(_ submitted: Date?) -> Bool {
    reference.isSubmitted(at: submitted, within: Self.clockTolerance)
  }

  /// Whether elements may be missing that `bjobs` has forgotten: they disappear one by one, and it does not report an
  /// array's size.
  var mayLackElements: Bool {
    guard !elements.isEmpty else { return false }
    if let submitted = reference.array { return submitted.indices.contains { elements[$0] == nil } }
    return elements.count < (elements.keys.max() ?? 0) || elements.values.allSatisfy(\.status.state.isFinished)
  }
}

extension JobStatus {
  /// A job that `bjobs` does not show, as `bhist` reports it; `nil` if `bhist` does not know its end.
  init?(ended story: JobStory, observedAt: Date) {
    guard let succeeded = story.succeeded else { return nil }
    self.init(id: story.id.text, state: .unknown(.gone))
    source = "bhist"
    self.observedAt = observedAt
    name = story.name
    user = story.user
    queue = story.queue
    index = story.id.index
    submittedAt = story.submittedAt
    startedAt = story.startedAt
    endedAt = story.endedAt
    nodes = story.hosts
    native.state = succeeded ? "DONE" : "EXIT"
    take(filesOf: story)
    if succeeded { succeed() } else { finish(story.ending) }
    if story.usage != ResourceUsage() { usage = story.usage }
    if story.starts > 0 { attempt = story.starts }
  }

  /// Takes over where a job's files are.
  mutating func take(filesOf story: JobStory) {
    let files = JobFiles(story, name: name)
    directory = files.directory ?? directory
    standardOutput = files.output ?? standardOutput
    standardError = files.errors ?? standardError
  }

  /// Takes over from the job's own record what LSF does not report: whether it was a signal or a code above 128, and
  /// whether the program was started at all.
  mutating func take(from record: ExitRecord) {
    guard case .finished(let outcome) = state else { return }
    // A record of an earlier attempt says nothing about this one.
    if let startedAt, let ended = record.endedAt, ended < startedAt - AskedJob.clockTolerance { return }
    guard exitStatus == nil || exitStatus?.shellValue == record.code else { return }
    if let failure = record.launchFailure, outcome == .failed {
      state = .finished(.launchFailed)
      exitStatus = nil
      reason = failure
    } else if outcome != .succeeded, record.wasLaunched {
      exitStatus = record.exitStatus
      if record.code > 128, record.wasSignalled == false, outcome == .failed, reason == nil {
        reason = JobReason(nil, "its command exited with \(record.code), and no signal ended it")
      }
    }
  }

  /// Whether the job's own record may know more about its end.
  var mayHaveRecord: Bool {
    guard case .finished(let outcome) = state, outcome != .succeeded else { return false }
    guard let exitStatus else { return startedAt != nil }
    // Scripts of earlier releases ended with 1 when they could not start their command.
    if case .code(let code) = exitStatus { return code > 125 || code == 1 }
    return false
  }
}
