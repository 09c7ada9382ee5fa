import AdapterKit
import AdapterTestSupport
import Testing

@testable import slurm_adapter

@Suite("Every state of Slurm")
struct StateTests {
  /// What a recorded row of `squeue -O` means.
  struct Recorded: CustomStringConvertible, Sendable {
    let exchange: String
    let state: JobState
    var exit: AdapterKit.JobExitStatus?
    var attempt = 1
    var code: JobReason.Code?
    var description: String { exchange }
  }

  static let recorded: [Recorded] = [
    Recorded(exchange: "22.05.8/job-completed/22-ended-at-once-squeue-O", state: .finished(.succeeded), exit: .code(0)),
    Recorded(exchange: "26.05.3/job-completed/31-ended-at-once-squeue-O", state: .finished(.succeeded), exit: .code(0)),
    Recorded(exchange: "22.05.8/job-completed/12-running-squeue-O", state: .running),
    Recorded(exchange: "22.05.8/job-completed/04-submitted-squeue-O", state: .queued, code: .priority),
    Recorded(exchange: "22.05.8/job-exit-3/03-ended-at-once-squeue-O", state: .finished(.failed), exit: .code(3)),
    Recorded(exchange: "23.11.11/job-exit-3/04-ended-at-once-squeue-O", state: .finished(.failed), exit: .code(3)),
    Recorded(exchange: "26.05.3/job-exit-3/04-ended-at-once-squeue-O", state: .finished(.failed), exit: .code(3)),
    Recorded(
      exchange: "22.05.8/job-signalled/07-kill9-ended-at-once-squeue-O",
      state: .finished(.failed),
      exit: .signal(.kill)
    ),
    Recorded(
      exchange: "23.11.11/job-signalled/07-kill9-ended-at-once-squeue-O",
      state: .finished(.failed),
      exit: .signal(.kill)
    ),
    Recorded(
      exchange: "26.05.3/job-signalled/07-kill9-ended-at-once-squeue-O",
      state: .finished(.failed),
      exit: .signal(.kill)
    ),
    Recorded(exchange: "22.05.8/job-signalled/18-segv-ended-squeue-O", state: .finished(.failed), exit: .code(139)),
    Recorded(
      exchange: "22.05.8/job-cancelled/04-running-cancelled-at-once-squeue-O",
      state: .finished(.cancelled(by: .unknown)),
      exit: .signal(.terminate)
    ),
    Recorded(
      exchange: "22.05.8/job-cancelled/30-pending-cancelled-at-once-squeue-O",
      state: .finished(.cancelled(by: .unknown))
    ),
    Recorded(
      exchange: "26.05.3/job-cancelled/42-pending-cancelled-at-once-squeue-O",
      state: .finished(.cancelled(by: .unknown))
    ),
    Recorded(
      exchange: "22.05.8/job-timeout/07-ended-at-once-squeue-O",
      state: .finished(.walltimeExceeded),
      exit: .signal(.terminate)
    ),
    Recorded(
      exchange: "22.05.8/job-node-failure/10-no-requeue-at-once-squeue-O",
      state: .finished(.nodeFailure),
      code: .nodesUnavailable
    ),
    Recorded(
      exchange: "22.05.8/job-node-failure/26-two-nodes-at-once-squeue-O",
      state: .finished(.nodeFailure),
      code: .nodesUnavailable
    ),
    Recorded(
      exchange: "22.05.8/job-node-failure/18-requeue-at-once-squeue-O",
      state: .held,
      attempt: 2,
      code: .beginTime
    ),
    Recorded(exchange: "22.05.8/job-out-of-memory/17-cgroup-ended-at-once-squeue-O", state: .finished(.memoryExceeded)),
    Recorded(
      exchange: "22.05.8/job-launch-failure/07-noout-squeue-O",
      state: .finished(.launchFailed),
      code: .launch
    ),
    Recorded(
      exchange: "22.05.8/job-launch-failure/11-nodir-squeue-O",
      state: .finished(.launchFailed),
      code: .launch
    ),
    Recorded(exchange: "22.05.8/job-launch-failure/19-e127-squeue-O", state: .finished(.failed), exit: .code(127)),
    Recorded(exchange: "22.05.8/job-suspended/04-suspended-squeue-O", state: .suspended),
    Recorded(exchange: "26.05.3/job-suspended/04-suspended-squeue-O", state: .suspended),
    Recorded(exchange: "22.05.8/job-held/03-held-squeue-O", state: .held, code: .heldByUser),
    Recorded(exchange: "22.05.8/job-configuring-completing/03-configuring-squeue-O", state: .starting),
    Recorded(exchange: "22.05.8/job-configuring-completing/12-completing-squeue-O", state: .finishing),
    Recorded(
      exchange: "22.05.8/job-configuring-completing/45-prolog-failed-squeue-O",
      state: .finishing,
      attempt: 2
    ),
    Recorded(exchange: "22.05.8/job-dependency/09-child-waiting-squeue-O", state: .held, code: .dependency),
    Recorded(exchange: "22.05.8/job-dependency/20-never-squeue-O", state: .held, code: .dependencyNeverSatisfied),
    Recorded(
      exchange: "22.05.8/job-dependency/28-killed-squeue-O",
      state: .finished(.dependencyFailed),
      code: .dependencyNeverSatisfied
    ),
    Recorded(
      exchange: "22.05.8/job-requeue/12-requeued-8s-later-squeue-O",
      state: .held,
      attempt: 2,
      code: .beginTime
    ),
    Recorded(
      exchange: "22.05.8/job-requeue/40-requeue-hold-squeue-O",
      state: .held,
      attempt: 2,
      code: .heldByScheduler
    ),
    Recorded(
      exchange: "22.05.8/job-requeue/48-special-exit-squeue-O",
      state: .held,
      attempt: 2,
      code: .heldByScheduler
    ),
    Recorded(
      exchange: "26.05.3/job-requeue/46-special-exit-squeue-O",
      state: .held,
      attempt: 2,
      code: .heldByScheduler
    ),
    Recorded(
      exchange: "23.11.11/job-requeue/65-ended-squeue-O",
      state: .finished(.succeeded),
      exit: .code(0),
      attempt: 2
    ),
  ]

  @Test(arguments: recorded)
  func `a recorded row means what happened to the job`(_ recorded: Recorded) throws {
    let status = try Fixture.job(recorded.exchange)
    #expect(status.state == recorded.state)
    #expect(status.exitStatus == recorded.exit)
    #expect(status.attempt == recorded.attempt)
    #expect(status.reason?.code == recorded.code)
  }

  @Test func `only an ended word ends a job, and an unknown word never does`() throws {
    for state in SlurmState.table {
      for word in [state.word.description, state.short.description] {
        let row = try one(Made.queueRow("7", word))
        if case .ended = state.meaning {
          #expect(row.state.isFinished, "\(word)")
        } else {
          #expect(!row.state.isFinished && row.state.unknownCause == nil, "\(word)")
        }
        #expect(row.native.state == word)
      }
    }
    for word in ["LAUNCH_FAILED", "QUANTUM", "COMPLETED_SOON", "X"] {
      #expect(try one(Made.queueRow("7", word)).state == .unknown(.unrecognised), "\(word)")
    }
  }

  @Test func `words that a narrow column cut are known, and one that could be two is not`() throws {
    #expect(try one(Made.queueRow("7", "OUT_OF_ME+")).state == .finished(.memoryExceeded))
    #expect(try one(Made.queueRow("7", "CANCELLED+")).state == .finished(.cancelled(by: .unknown)))
    #expect(try one(Made.queueRow("7", "REQUEUE+")).state == .unknown(.unrecognised))
  }

  @Test func `Pending reasons say what a job waits for and whether it can ever run`() throws {
    let recorded = try Fixture.queue("22.05.8/job-pending-reasons/18-squeue-O")
    let codes = Dictionary(uniqueKeysWithValues: recorded.map { ($0.status.id, $0.status.reason?.code) })
    #expect(codes["41"] == .queueUnavailable)
    #expect(codes["35"] == .nodesUnavailable)
    #expect(codes["31"] == .resources)
    #expect(codes["33"] == .beginTime)
    #expect(codes["42"] == .nodesUnavailable)
    #expect(codes["39"] == .impossibleRequest)
    #expect(SlurmReason.meaning(of: "QOSMaxJobsPerUserLimit").code == .limit)
    #expect(SlurmReason.meaning(of: "launch_failed_requeued_held").code == .heldByScheduler)
    #expect(SlurmReason.meaning(of: "JobHeldAdmin").code == .heldByAdministrator)
    #expect(SlurmReason.meaning(of: "DependencyNeverSatisfied").canEverRun == false)
    #expect(SlurmReason.meaning(of: "Resources").canEverRun == nil)
    #expect(SlurmReason.meaning(of: "SomethingNew").code == nil)
  }

  private func one(_ text: String) throws -> JobStatus {
    var reader = try SqueueReader(path: try temporaryFile(Array(text.utf8)), columns: Squeue.pollColumns)
    let record = try #require(try reader.next())
    return try record.get().status
  }
}
