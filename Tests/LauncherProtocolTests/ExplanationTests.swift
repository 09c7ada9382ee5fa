import Foundation
import LauncherProtocol
import Testing

@Suite("A status explained in sentences")
struct ExplanationTests {
  private static let noon = Date(timeIntervalSince1970: 1_795_953_600.25)

  private func status(_ state: JobState, _ change: (inout JobStatus) -> Void = { _ in }) -> String {
    var status = JobStatus(id: "41", state: state)
    status.name = "train"
    change(&status)
    return status.explanation.joined(separator: " ")
  }

  @Test func `a waiting job says since when, and for what; a scheduler's single word stands beside its meaning`() {
    let text = status(.queued) {
      $0.queue = "debug"
      $0.submittedAt = Self.noon
      $0.reason = JobReason(.priority, "Priority")
    }
    #expect(
      text == "Job 41 (train) has been waiting in the queue debug since 2026-11-29T12:00:00Z. "
        + "Other jobs come first (‘Priority’)."
    )
    #expect(
      status(.queued) { $0.reason = JobReason(.resources, "it waits for 2 cores; 0 of 2 are free") }
        == "Job 41 (train) has been waiting. It waits for 2 cores; 0 of 2 are free."
    )
    #expect(
      status(.queued) { $0.reason = JobReason(.dependencyNeverSatisfied, "", canEverRun: false) }
        .hasSuffix("is not there. As things stand it can never run.")
    )
  }

  @Test func `a running job says until when it may run, and what it used of what it asked for`() {
    let text = status(.running) {
      $0.nodes = ["node1"]
      $0.startedAt = Self.noon
      $0.requested.walltime = .hours(1)
      $0.requested.memory = .perNode(.gibibytes(4))
      $0.usage = ResourceUsage(peakMemory: .mebibytes(3277))
    }
    #expect(
      text == "Job 41 (train) has been running on node1 since 2026-11-29T12:00:00Z. "
        + "Its walltime of 01:00:00 ends at 2026-11-29T13:00:00Z. "
        + "It has used 3.2G of memory of the 4G per node that it asked for."
    )
  }

  @Test func `time that a job was suspended does not count, where the scheduler says how long it ran`() {
    let text = status(.running) {
      $0.startedAt = Self.noon
      $0.observedAt = Self.noon.addingTimeInterval(600)
      $0.usage = ResourceUsage(walltime: .seconds(300))
      $0.requested.walltime = .minutes(10)
    }
    #expect(text.contains("Its walltime of 00:10:00 ends at 2026-11-29T12:15:00Z."))
    #expect(!status(.suspended) { $0.requested.walltime = .minutes(10) }.contains("ends at"))
    let ended = status(.finished(.walltimeExceeded)) {
      $0.startedAt = Self.noon
      $0.endedAt = Self.noon.addingTimeInterval(38)
      $0.usage = ResourceUsage(walltime: .seconds(20))
      $0.requested.walltime = .seconds(20)
    }
    #expect(ended.contains("It ran for 00:00:20 of the 00:00:20 that it asked for."))
  }

  @Test func `an end says how, whose doing it is, and whether to try again`() {
    let failed = status(.finished(.failed)) { $0.exitStatus = .code(3) }
    #expect(
      failed == "Job 41 (train) failed: its command ended with exit code 3. "
        + "The cause lies in the job itself, not in the machines."
    )
    #expect(
      status(.finished(.nodeFailure))
        == "Job 41 (train) ended because a machine that it ran on failed. "
        + "The cause lies in the machines, not in the job. Submitted again, unchanged, it may well end better."
    )
    #expect(status(.finished(.cancelled(by: .user))) == "Job 41 (train) was cancelled by its owner.")
  }

  @Test func `who sent a signal that others can send is called unknown`() throws {
    let segmentationFault = try #require(UnixSignal(number: 11))
    let killed = status(.finished(.failed)) { $0.exitStatus = .signal(.kill) }
    #expect(killed == "Job 41 (train) failed: SIGKILL ended its command. Who sent the signal is not known.")
    let crashed = status(.finished(.failed)) { $0.exitStatus = .signal(segmentationFault) }
    #expect(crashed.hasSuffix("The cause lies in the job itself, not in the machines."))
  }

  @Test func `an array names the tasks that did not succeed, and has no walltime of its own`() {
    let tasks = (1...3).map { index in
      var task = JobStatus(id: "41_\(index)", state: .finished(index == 2 ? .failed : .succeeded))
      task.index = index
      task.exitStatus = .code(index == 2 ? 9 : 0)
      task.startedAt = Self.noon
      task.endedAt = Self.noon.addingTimeInterval(7200)
      return task
    }
    var array = JobStatus(arrayID: "41", tasks: tasks)
    array.requested.walltime = .hours(1)
    #expect(
      array.explanation.joined(separator: " ")
        == "Job 41 failed: not all of its tasks succeeded. The cause lies in the job itself, not in the machines. "
        + "Of its 3 tasks: 2 succeeded, 1 failed. Did not succeed: 41_2 (exit code 9)."
    )
  }

  @Test func `what is not known is called that`() {
    #expect(
      status(.unknown(.unreachable))
        == "Job 41 (train): the scheduler does not answer; this says nothing about the job."
    )
    #expect(
      status(.unknown(.gone)) { $0.reason = JobReason(nil, "the queue of vm does not know it") }
        == "Job 41 (train): how it is, or how it ended, is not known. The queue of vm does not know it."
    )
    // Every state, outcome and reason has its words, and each sentence ends.
    let states: [JobState] =
      [.queued, .held, .starting, .running, .suspended, .finishing]
      + JobOutcome.words.compactMap { JobOutcome(word: $0) }.map { .finished($0) }
      + UnknownCause.allCases.map { .unknown($0) }
    for state in states {
      for reason in [nil] + JobReason.Code.allCases.map({ JobReason($0, "") }) {
        var status = JobStatus(id: "7", state: state)
        status.reason = reason
        #expect(status.explanation.allSatisfy { $0.last == "." && !$0.contains("..") })
      }
    }
  }
}
