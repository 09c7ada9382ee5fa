import FoundationEssentials
import LauncherProtocol
import Testing

@Suite("An array as its tasks make it")
struct ArraySummaryTests {
  @Test(
    arguments: [
      ([.queued, .running, .finished(.succeeded)], .running),
      ([.queued, .queued], .queued),
      ([.queued, .held], .queued),
      ([.held, .held], .held),
      ([.queued, .starting], .starting),
      ([.suspended, .finished(.succeeded)], .suspended),
      ([.finished(.succeeded), .queued], .running),
      ([.finished(.failed), .held], .running),
      ([.finished(.succeeded), .finishing], .finishing),
      ([.finished(.succeeded), .finished(.succeeded)], .finished(.succeeded)),
      ([.finished(.succeeded), .finished(.failed)], .finished(.failed)),
      ([.finished(.walltimeExceeded), .finished(.succeeded)], .finished(.walltimeExceeded)),
      ([.finished(.walltimeExceeded), .finished(.nodeFailure)], .finished(.failed)),
      ([.finished(.cancelled(by: .user)), .finished(.cancelled(by: .user))], .finished(.cancelled(by: .user))),
      ([.finished(.cancelled(by: .user)), .finished(.cancelled(by: .unknown))], .finished(.cancelled(by: .unknown))),
      ([.finished(.cancelled(by: .user)), .finished(.failed)], .finished(.failed)),
    ] as [([JobState], JobState)]
  )
  func `the state follows from the tasks' states`(tasks: [JobState], expected: JobState) {
    let summary = JobStatus(arrayID: "41", tasks: tasks.map { JobStatus(id: "41_1", state: $0) })
    #expect(summary.state == expected)
  }

  @Test(arguments: UnknownCause.allCases)
  func `a task that is not known keeps the array from being finished`(cause: UnknownCause) {
    let tasks = [JobStatus(id: "41_1", state: .finished(.succeeded)), JobStatus(id: "41_2", state: .unknown(cause))]
    #expect(JobStatus(arrayID: "41", tasks: tasks).state == .unknown(cause))
    #expect(JobStatus(arrayID: "41", tasks: tasks).endedAt == nil)
  }

  @Test func `an array without tasks is not known, never finished`() {
    #expect(JobStatus(arrayID: "41", tasks: []).state == .unknown(.unreadable))
  }

  @Test func `tasks are counted by state, sorted by index, and their nodes and times are gathered`() {
    let tasks = (1...3).map { index in
      var task = JobStatus(id: "41_\(index)", state: index == 3 ? .queued : .finished(.succeeded))
      task.index = index
      task.nodes = ["n1", "n\(index)"]
      task.startedAt = Date(timeIntervalSince1970: Double(index))
      task.endedAt = Date(timeIntervalSince1970: Double(index + 10))
      return task
    }
    let summary = JobStatus(arrayID: "41", tasks: tasks.reversed())
    #expect(summary.taskCounts == ["finished": 2, "queued": 1])
    #expect(summary.tasks?.compactMap(\.index) == [1, 2, 3])
    #expect(Set(summary.nodes) == ["n1", "n2", "n3"])
    #expect(summary.nodes.count == 3)
    #expect(summary.startedAt == Date(timeIntervalSince1970: 1))
    #expect(summary.endedAt == nil)
    let done = JobStatus(arrayID: "41", tasks: Array(tasks.prefix(2)))
    #expect(done.endedAt == Date(timeIntervalSince1970: 12))
  }

  @Test func `the reason of a waiting task is the waiting array's`() {
    var task = JobStatus(id: "41_2", state: .queued)
    task.reason = JobReason(.priority, "Priority")
    let tasks = [JobStatus(id: "41_1", state: .queued), task]
    #expect(JobStatus(arrayID: "41", tasks: tasks).reason?.code == .priority)
  }
}
