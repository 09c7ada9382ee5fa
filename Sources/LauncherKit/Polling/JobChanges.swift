import LauncherProtocol
import Logging
import Synchronization

/// The changes of some jobs, as they are seen, until all of them finished.
///
/// A job's first status is its first change. A look that fails is repeated later, and the jobs keep
/// their last state; only one that fails for good, whoever asks again, ends the sequence with its
/// error. A job that is gone in some looks running is not waited for any more.
public struct JobChanges: AsyncSequence, Sendable {
  public typealias Element = JobStatus
  public typealias Failure = any Error

  let source: LookSource
  let jobs: [JobReference]
  let pace: PollingPace
  /// After so many looks that showed nothing new nothing new can come: a recording was told to its end.
  let greatestUnchanged: Int?
  let logger: Logger

  /// Goes through the changes.
  public struct Iterator: AsyncIteratorProtocol {
    var source: LookSource
    var open: [JobReference]
    var pace: PollingPace
    var pending: ArraySlice<JobStatus> = []
    var last: [String: JobStatus] = [:]
    var timesGone: [String: Int] = [:]
    var wait: Duration?
    var failures = 0
    /// What came in the way of the last look, which is said once.
    var saidProblem: String?
    var unchanged = 0
    /// Jobs of which it was said that they can never run.
    var hopeless = Set<String>()
    let greatestUnchanged: Int?
    let logger: Logger
    private static let greatestFailures = 5
    /// A command that tried in vain for twenty seconds was no load of twenty seconds: as long again will do, so that the
    /// end of an outage is not noticed minutes late.
    private static let vainShare = 20

    /// The next change; `nil` once all jobs finished.
    ///
    /// - Throws: `AdapterError` when the scheduler cannot be asked and asking again makes no sense.
    public mutating func next() async throws -> JobStatus? {
      while pending.isEmpty, !open.isEmpty {
        // The pace of polling, which spares the scheduler.
        if let wait { try await ContinuousClock().sleep(for: wait) }
        try await look()
      }
      return pending.popFirst()
    }

    private mutating func look() async throws {
      let clock = ContinuousClock()
      let begun = clock.now
      do {
        let poll = try await source.look(at: open)
        for status in poll.jobs { take(status) }
        open = open.filter { !isOver($0.id) }
        let took = clock.now - begun
        let next = pace.next(
          changed: !pending.isEmpty,
          took: poll.problem == nil ? took : took / Self.vainShare,
          retryAfter: poll.problem?.retryAfter
        )
        wait = await source.wait ?? next
        if let problem = poll.problem, problem.isForGood { throw problem }
        failures = poll.problem?.isOfPrograms == true ? failures + 1 : 0
        if let problem = poll.problem, failures >= Self.greatestFailures { throw problem }
        try checkForEnd()
        if let problem = poll.problem, saidProblem != problem.message {
          logger.error("a look was incomplete: \(problem.message); looking again later")
        }
        saidProblem = poll.problem?.message
      } catch let error as AdapterError where !error.isForGood {
        failures += 1
        if failures == 1 { logger.error("\(error.message); looking again later") }
        if error.isOfPrograms, failures >= Self.greatestFailures { throw error }
        if let greatestUnchanged, failures > greatestUnchanged { throw error }
        let next = pace.next(changed: false, took: (clock.now - begun) / Self.vainShare, retryAfter: error.retryAfter)
        wait = await source.wait ?? next
      }
    }

    /// - Throws: `AdapterError` (`notRecorded`) where a recording ends before the jobs do.
    private mutating func checkForEnd() throws {
      unchanged = pending.isEmpty ? unchanged + 1 : 0
      guard let greatestUnchanged, unchanged > greatestUnchanged, let job = open.first else { return }
      let state = last[job.id]?.state.word ?? "unknown"
      throw AdapterError(
        .notRecorded,
        "the recording ends with job \(job.id) \(state): it never tells how it ended",
        advice: "Record again until the job has ended, or do not wait for it."
      )
    }

    private mutating func take(_ status: JobStatus) {
      if status.reason?.canEverRun == false, !status.state.isFinished, hopeless.insert(status.id).inserted {
        logger.warning(
          "job \(status.id) can never run as things stand: \(status.reason?.text ?? ""); it is waited for until it is cancelled"
        )
      }
      if last[status.id].map({ status.differs(from: $0) }) ?? true { pending.append(status) }
      last[status.id] = status
      timesGone[status.id] = status.state == .unknown(.gone) ? timesGone[status.id, default: 0] + 1 : nil
    }

    private func isOver(_ id: String) -> Bool {
      guard let status = last[id] else { return false }
      return status.state.isFinished || timesGone[id, default: 0] >= looksUntilGone(status)
    }

    /// A job that existed is shown late by accounting or its file system; an id that nobody ever saw is most likely wrong.
    private func looksUntilGone(_ status: JobStatus) -> Int {
      greatestUnchanged == nil && (status.submittedAt ?? status.startedAt) != nil ? 5 : 2
    }
  }

  public func makeAsyncIterator() -> Iterator {
    var seen = Set<String>()
    return Iterator(
      source: source,
      open: jobs.filter { seen.insert($0.id).inserted },
      pace: pace,
      greatestUnchanged: greatestUnchanged,
      logger: logger
    )
  }
}

extension JobStatus {
  /// Whether somebody who follows the job would call this news: figures that grow by themselves are none.
  func differs(from earlier: JobStatus) -> Bool { withoutFigures != earlier.withoutFigures }

  private var withoutFigures: JobStatus {
    var status = self
    status.observedAt = nil
    status.usage = nil
    status.tasks = tasks?.map(\.withoutFigures)
    return status
  }
}

/// The last status of each job.
final class LastStatuses: Sendable {
  private let statuses = Mutex<[String: JobStatus]>([:])
  func note(_ status: JobStatus) { statuses.withLock { $0[status.id] = status } }
  subscript(id: String) -> JobStatus? { statuses.withLock { $0[id] } }
}
