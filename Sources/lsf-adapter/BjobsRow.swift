import AdapterKit
import FoundationEssentials

/// A job as a listing shows it.
struct BjobsRow: Sendable {
  let id: LSFID
  var status: JobStatus
  let meaning: LSFState.Meaning?
  /// What the listing reports about a job's end.
  var ending = JobEnding()

  /// Whether it ended with something other than success, which `bjobs` also reports for a job that was removed.
  var isExit: Bool { if case .exit? = meaning { true } else { false } }
}

extension BjobsRow {
  /// A row from sentences alone, if the server has no `bjobs -o`.
  init(_ story: JobStory, observedAt: Date) {
    var word = story.state ?? ""
    let meaning = word.withUTF8 { LSFState.meaning(of: UnsafeRawBufferPointer($0)) }
    // A record without a state is not one with an unknown state.
    var status = JobStatus(id: story.id.text, state: .unknown(story.state == nil ? .unreadable : .unrecognised))
    status.native.state = story.state
    status.source = "bjobs"
    status.observedAt = observedAt
    status.index = story.id.index
    status.name = story.name
    status.user = story.user
    status.queue = story.queue
    status.submittedAt = story.submittedAt
    switch meaning {
    case .pending: status.state = .queued
    case .present(let state): status.state = state
    case .lost: status.setLost()
    case .done: status.succeed()
    case .exit, nil: break
    }
    self.init(id: story.id, status: status, meaning: meaning)
    take(story)
  }

  /// Adds what sentences report.
  mutating func take(_ story: JobStory) {
    status.take(filesOf: story)
    if story.starts > 0 {
      // While it waits to start again, the earlier attempts are counted.
      if case .pending? = meaning { status.attempt = story.starts + 1 } else { status.attempt = story.starts }
    }
    // The fields round it down to a minute.
    if let told = story.submittedAt, let known = status.submittedAt, abs(told.timeIntervalSince(known)) < 60 {
      status.submittedAt = told
    }
    // The job moved on between the two commands: why it waits, or how it ended, is reported for another state.
    if let told = story.state, told != status.native.state { return }
    switch meaning {
    case .pending where status.reason == nil:
      status.setPending(story.reasons.first.map { PendingReason.Told($0) })
      if status.state == .queued, let time = story.beginTime, status.reason?.code == nil {
        // volclava says only that the schedule is postponed (recorded: begin-time).
        status.state = .held
        status.reason = JobReason(.beginTime, "it may not start before \(time)")
      } else if status.state == .queued, let condition = story.dependency, status.reason?.code == nil {
        // The same applies to a job that waits for others (recorded: dependency-satisfied).
        status.state = .held
        status.reason = JobReason(.dependency, "it depends on \(condition)")
      }
    case .present(.held) where status.native.reason == nil: status.setHeld(reason: story.reasons.first)
    case .present(.suspended) where status.reason == nil:
      if let reason = story.reasons.first { status.setReason(reason) }
    case .exit:
      takeCourse(story)
      ending.fill(from: story.ending)
      if ending.hasStarted == nil { ending.hasStarted = status.startedAt != nil }
      status.finish(ending)
    default: takeCourse(story)
    }
  }

  private mutating func takeCourse(_ story: JobStory) {
    switch status.state {
    case .queued, .held, .starting: return
    case .running, .suspended, .finishing, .finished, .unknown: break
    }
    status.startedAt = status.startedAt ?? story.startedAt
    if case .exit? = meaning { status.endedAt = status.endedAt ?? story.endedAt }
    if case .done? = meaning { status.endedAt = status.endedAt ?? story.endedAt }
    if status.nodes.isEmpty { status.nodes = story.hosts }
    var usage = status.usage ?? ResourceUsage()
    usage.cpuTime = usage.cpuTime ?? story.usage.cpuTime
    usage.peakMemory = usage.peakMemory ?? story.usage.peakMemory
    if usage != ResourceUsage() { status.usage = usage }
  }
}
