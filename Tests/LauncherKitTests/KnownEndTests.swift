import Foundation
import Testing

@testable import LauncherKit

@Suite("An end that was seen")
struct KnownEndTests {
  private static let begin = Date(timeIntervalSince1970: 1_790_000_000)

  private func status(
    _ state: JobState,
    source: String = "queue",
    exit: JobExitStatus? = nil,
    attempt: Int? = nil,
    submittedAt: Date? = nil
  ) -> JobStatus {
    var status = JobStatus(id: "7", state: state)
    status.source = source
    status.exitStatus = exit
    status.attempt = attempt
    status.submittedAt = submittedAt
    return status
  }

  private func task(_ index: Int, _ state: JobState) -> JobStatus {
    var task = JobStatus(id: "7_\(index)", state: state)
    task.index = index
    return task
  }

  @Test(
    "What the scheduler said of an end is not overruled by the job's own record",
    arguments: [JobOutcome.walltimeExceeded, .nodeFailure, .cancelled(by: .administrator), .preempted, .memoryExceeded]
  )
  func record(outcome: JobOutcome) {
    let seen = status(.finished(outcome))
    for later in [JobOutcome.succeeded, .failed, .cancelled(by: .unknown), .unknown] {
      let record = status(.finished(later), source: JobStatus.exitRecordSource, exit: .code(0))
      #expect(record.following(seen).state == .finished(outcome))
    }
  }

  @Test("What the scheduler says of an end replaces what the job's own record said")
  func schedulersWord() {
    let record = status(.finished(.unknown), source: JobStatus.exitRecordSource, exit: .code(0))
    let later = status(.finished(.walltimeExceeded))
    #expect(later.following(record).state == .finished(.walltimeExceeded))
  }

  @Test(
    "An end stays when the same id comes back without a time of submission or a count of attempts",
    arguments: [JobState.queued, .running, .unknown(.gone), .unknown(.notYetVisible), .finished(.unknown)]
  )
  func stays(later: JobState) {
    let seen = status(.finished(.failed), exit: .code(6), submittedAt: Self.begin)
    #expect(status(later, source: "tsp").following(seen).state == .finished(.failed))
  }

  @Test("A job that was put back into the queue is open again")
  func requeued() {
    let first = status(.finished(.nodeFailure), attempt: 1)
    #expect(status(.queued, attempt: 2).following(first).state == .queued)
    let uncounted = status(.finished(.nodeFailure), submittedAt: Self.begin)
    #expect(status(.running, submittedAt: Self.begin).following(uncounted).state == .running)
  }

  @Test("An array that failed does not succeed when its failed tasks are not shown any more")
  func partOfAnArray() {
    let whole = JobStatus(
      arrayID: "7",
      tasks: [task(1, .finished(.failed)), task(2, .finished(.failed)), task(3, .running)]
    )
    let rest = JobStatus(arrayID: "7", tasks: [task(3, .finished(.succeeded))]).following(whole)
    #expect(rest.state == .finished(.failed))
    #expect(rest.tasks?.map(\.index) == [1, 2, 3])
    #expect(rest.taskCounts == ["finished": 3])
  }

  @Test("A task that was open when it was shown last makes no array succeed")
  func vanishedTask() {
    let whole = JobStatus(arrayID: "7", tasks: [task(1, .finished(.succeeded)), task(2, .queued)])
    let rest = JobStatus(arrayID: "7", tasks: [task(1, .finished(.succeeded))]).following(whole)
    #expect(rest.state == .unknown(.gone))
    #expect(rest.tasks?.last?.id == "7_2")
  }
}

@Suite("A cancellation that was accepted")
struct AcceptedCancelTests {
  private static let moment = Date(timeIntervalSince1970: 1_790_000_000)

  private func status(_ state: JobState, exit: JobExitStatus? = nil, endedAfter seconds: Double? = nil) -> JobStatus {
    var status = JobStatus(id: "7", state: state)
    status.exitStatus = exit
    status.endedAt = seconds.map { Self.moment + $0 }
    return status
  }

  @Test("explains why a job is gone")
  func gone() {
    let told = status(.unknown(.gone)).afterCancel(at: Self.moment)
    #expect(told.state == .finished(.cancelled(by: .user)))
    #expect(told.reason?.text.contains("accepted") == true)
  }

  @Test(
    "explains the signals that schedulers cancel with, as signals and as codes",
    arguments: [
      JobExitStatus.signal(.interrupt), .signal(.terminate), .signal(.kill), .code(130), .code(137), .code(143),
    ]
  )
  func signals(exit: JobExitStatus) {
    let told = status(.finished(.failed), exit: exit, endedAfter: 2).afterCancel(at: Self.moment)
    #expect(told.state == .finished(.cancelled(by: .user)))
    #expect(told.exitStatus == exit)
  }

  @Test("explains a code of 0 of which nobody knows more")
  func unknown() {
    let told = status(.finished(.unknown), exit: .code(0), endedAfter: 1).afterCancel(at: Self.moment)
    #expect(told.state == .finished(.cancelled(by: .user)))
  }

  @Test(
    "explains no other end",
    arguments: [
      JobState.finished(.succeeded), .finished(.walltimeExceeded), .finished(.nodeFailure), .running,
      .finished(.cancelled(by: .administrator)), .unknown(.unreachable),
    ]
  )
  func others(state: JobState) {
    #expect(status(state, exit: .signal(.kill)).afterCancel(at: Self.moment).state == state)
  }

  @Test("explains nothing that ended before it")
  func earlier() {
    let told = status(.finished(.failed), exit: .signal(.kill), endedAfter: -3600).afterCancel(at: Self.moment)
    #expect(told.state == .finished(.failed))
  }

  @Test("of single tasks counts for these tasks")
  func tasks() {
    var tasks = [1, 2, 3].map { index in
      var task = JobStatus(id: "7[\(index)]", state: .finished(.succeeded))
      task.index = index
      return task
    }
    tasks[1].state = .unknown(.gone)
    let told = JobStatus(arrayID: "7", tasks: tasks).afterCancel(at: nil, tasks: ["7[2]": Self.moment])
    #expect(told.state == .finished(.cancelled(by: .user)))
    #expect(told.tasks?.map(\.state.outcome) == [.succeeded, .cancelled(by: .user), .succeeded])
  }
}
