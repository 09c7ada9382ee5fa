import LauncherProtocol
import Logging

/// Follows jobs, which may be added and removed meanwhile.
///
/// ```swift
/// let following = launcher.following([first])
/// for try await event in following {
///   switch event {
///   case .status(let status): print(status.id, status.state)
///   case .over:
///     if let next = waiting.popLast() {
///       following.add([try await launcher.submit(next).job])
///     } else {
///       following.finish()
///     }
///   }
/// }
/// ```
///
/// It continues until `finish()`, even while there is no job to follow. A job's first status is its first event. A look
/// that fails is repeated later, and the jobs keep their last state. A failure that repetition cannot fix ends the
/// sequence with its error. A job that is gone in several consecutive looks is no longer followed.
///
/// One task iterates over the events. Jobs are added, removed and finished from anywhere.
public final class Following: AsyncSequence, Sendable {
  public typealias Element = Event
  public typealias Failure = any Error

  /// What happens to a job that is followed.
  public enum Event: Hashable, Sendable {
    /// It has this status now.
    case status(JobStatus)
    /// It is no longer followed; this is its last status: it finished, or is gone.
    case over(JobStatus)

    /// The job's last status.
    public var status: JobStatus {
      switch self {
      case .status(let status), .over(let status): status
      }
    }
  }

  let roster = Roster()
  private let looks: any Looks
  private let pace: PollingPace
  /// After this many looks without news, a recording holds no more news.
  private let greatestUnchanged: Int?
  private let logger: Logger

  init(looks: any Looks, pace: PollingPace, greatestUnchanged: Int?, jobs: [JobReference], logger: Logger) {
    self.looks = looks
    self.pace = pace
    self.greatestUnchanged = greatestUnchanged
    self.logger = logger
    roster.add(jobs)
  }

  /// Follows more jobs. A job that is already followed is not looked at twice.
  public func add(_ jobs: some Sequence<JobReference>) { roster.add(jobs) }

  /// Stops following jobs: nothing more is reported about them.
  public func remove(_ jobs: some Sequence<JobReference>) { roster.remove(jobs.map(\.id)) }

  /// Ends the sequence as soon as no job is followed any more.
  public func finish() { roster.finish() }

  public func makeAsyncIterator() -> Iterator {
    Iterator(
      roster: roster,
      looks: looks,
      pace: pace,
      progress: FollowingProgress(greatestUnchanged: greatestUnchanged, logger: logger)
    )
  }

  /// Iterates over the events.
  public struct Iterator: AsyncIteratorProtocol {
    let roster: Roster
    let looks: any Looks
    var pace: PollingPace
    var progress: FollowingProgress
    var mark: LookMark?
    var pending: ArraySlice<Event> = []
    /// When the last look ended, and when the next is due.
    var last: (endedAt: ContinuousClock.Instant, next: ContinuousClock.Instant)?

    /// The next event; `nil` once it is finished and all jobs are over.
    ///
    /// - Throws: `LauncherError` when the scheduler cannot be asked and asking again makes no sense.
    public mutating func next() async throws -> Event? {
      while true {
        while let event = pending.popFirst() {
          if !roster.isRemoved(event.status.id) { return event }
        }
        let now = roster.snapshot()
        if now.jobs.isEmpty, now.isFinished { return nil }
        // The pace of polling, which spares the scheduler. New jobs wait only for the minimum interval.
        let due = !now.newcomers.isEmpty ? last.map { Swift.min($0.next, $0.endedAt + pace.least) } : last?.next
        let wait = now.jobs.isEmpty ? Self.idle : due.map { $0 - .now } ?? .zero
        if wait > .zero {
          try await roster.changed.sleep(for: wait)
        } else {
          try await look(at: now)
        }
      }
    }

    /// How long to wait for a job to follow before waiting again.
    private static let idle: Duration = .seconds(3_600)

    private mutating func look(at snapshot: Roster.Snapshot) async throws {
      let jobs = snapshot.jobs
      // A job that came back is as new as one that was never here.
      for id in snapshot.newcomers { mark?.keys[id] = nil }
      progress.forget(snapshot.newcomers)
      let begun = ContinuousClock.now
      let news = try await looks.news(of: jobs, since: mark)
      roster.noteLook(at: jobs)
      mark = news.mark
      let events = progress.take(news.statuses, of: jobs)
      pending += events
      roster.remove(over: events.compactMap { if case .over(let status) = $0 { status.id } else { nil } })
      let now = ContinuousClock.now
      let ownWait = pace.next(changed: !events.isEmpty, took: now - begun, problem: news.problem)
      last = (now, now + (news.wait ?? ownWait))
      try progress.check(news, isFruitless: events.isEmpty, of: jobs)
    }
  }
}
