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
    arguments: [JobOutcome.walltimeExceeded, .nodeFailure, .cancelled(by: .administrator), .preempted, .memoryExceeded]
  )
  func `what the scheduler said of an end is not overruled by the job's own record`(outcome: JobOutcome) {
    let seen = status(.finished(outcome))
    for later in [JobOutcome.succeeded, .failed, .cancelled(by: .unknown), .unknown] {
      let record = status(.finished(later), source: JobStatus.exitRecordSource, exit: .code(0))
      #expect(record.following(seen).state == .finished(outcome))
    }
  }

  @Test func `what the scheduler says of an end replaces what the job's own record said`() {
    let record = status(.finished(.unknown), source: JobStatus.exitRecordSource, exit: .code(0))
    let later = status(.finished(.walltimeExceeded))
    #expect(later.following(record).state == .finished(.walltimeExceeded))
  }

  @Test(
    arguments: [JobState.queued, .running, .unknown(.gone), .unknown(.notYetVisible), .finished(.unknown)]
  )
  func `an end stays when the same id comes back without a time of submission or a count of attempts`(later: JobState) {
    let seen = status(.finished(.failed), exit: .code(6), submittedAt: Self.begin)
    #expect(status(later, source: "tsp").following(seen).state == .finished(.failed))
  }

  @Test func `a job that was put back into the queue is open again`() {
    let first = status(.finished(.nodeFailure), attempt: 1)
    #expect(status(.queued, attempt: 2).following(first).state == .queued)
    let uncounted = status(.finished(.nodeFailure), submittedAt: Self.begin)
    #expect(status(.running, submittedAt: Self.begin).following(uncounted).state == .running)
  }

  @Test func `an array that failed does not succeed when its failed tasks are not shown any more`() {
    let whole = JobStatus(
      arrayID: "7",
      tasks: [task(1, .finished(.failed)), task(2, .finished(.failed)), task(3, .running)]
    )
    let rest = JobStatus(arrayID: "7", tasks: [task(3, .finished(.succeeded))]).following(whole)
    #expect(rest.state == .finished(.failed))
    #expect(rest.tasks?.map(\.index) == [1, 2, 3])
    #expect(rest.taskCounts == ["finished": 3])
  }

  @Test func `a task that was open when it was shown last makes no array succeed`() {
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

  @Test func `explains why a job is gone`() {
    let told = status(.unknown(.gone)).afterCancel(at: Self.moment)
    #expect(told.state == .finished(.cancelled(by: .user)))
    #expect(told.reason?.text.contains("accepted") == true)
  }

  @Test(
    arguments: [
      JobExitStatus.signal(.interrupt), .signal(.terminate), .signal(.kill), .code(130), .code(137), .code(143),
    ]
  )
  func `explains the signals that schedulers cancel with, as signals and as codes`(exit: JobExitStatus) {
    let told = status(.finished(.failed), exit: exit, endedAfter: 2).afterCancel(at: Self.moment)
    #expect(told.state == .finished(.cancelled(by: .user)))
    #expect(told.exitStatus == exit)
  }

  @Test func `explains a code of 0 of which nobody knows more`() {
    let told = status(.finished(.unknown), exit: .code(0), endedAfter: 1).afterCancel(at: Self.moment)
    #expect(told.state == .finished(.cancelled(by: .user)))
  }

  @Test(
    arguments: [
      JobState.finished(.succeeded), .finished(.walltimeExceeded), .finished(.nodeFailure), .running,
      .finished(.cancelled(by: .administrator)), .unknown(.unreachable),
    ]
  )
  func `explains no other end`(state: JobState) {
    #expect(status(state, exit: .signal(.kill)).afterCancel(at: Self.moment).state == state)
  }

  @Test func `explains nothing that ended before it`() {
    let told = status(.finished(.failed), exit: .signal(.kill), endedAfter: -3600).afterCancel(at: Self.moment)
    #expect(told.state == .finished(.failed))
  }

  @Test func `of single tasks counts for these tasks`() {
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
