import LauncherProtocol
import Logging

/// What a follower of jobs has seen of them, and what follows from it: which look shows something new, when a job is
/// over, and when to give up.
struct FollowingProgress: Sendable {
  private struct Seen {
    var last: JobStatus
    /// In how many consecutive looks it was gone.
    var timesGone = 0
  }

  let greatestUnchanged: Int?
  let logger: Logger
  private var seen: [String: Seen] = [:]
  /// Jobs that were reported as unable ever to run.
  private var hopeless = Set<String>()
  private var failures = 0
  /// What got in the way of the last look; it is reported once.
  private var saidProblem: String?
  private var unchanged = 0
  private static let greatestFailures = 5

  init(greatestUnchanged: Int?, logger: Logger) {
    self.greatestUnchanged = greatestUnchanged
    self.logger = logger
  }

  // MARK: The jobs

  /// Forgets what was seen of jobs: they are followed from the beginning again.
  mutating func forget(_ ids: Set<String>) {
    for id in ids {
      seen[id] = nil
      hopeless.remove(id)
    }
  }

  /// Takes what a look showed of some jobs.
  mutating func take(_ statuses: [JobStatus], of jobs: [JobReference]) -> [Following.Event] {
    if seen.count > jobs.count {
      let followed = Set(jobs.map(\.id))
      seen = seen.filter { followed.contains($0.key) }
      hopeless.formIntersection(followed)
    }
    return statuses.flatMap { take($0) }
  }

  private mutating func take(_ status: JobStatus) -> [Following.Event] {
    let before = seen[status.id]
    warn(of: status)
    var events: [Following.Event] = []
    if before.map({ status.differs(from: $0.last) }) ?? true { events.append(.status(status)) }
    let timesGone = status.state == .unknown(.gone) ? (before?.timesGone ?? 0) + 1 : 0
    guard status.state.isFinished || timesGone >= looksUntilGone(status) else {
      seen[status.id] = Seen(last: status, timesGone: timesGone)
      return events
    }
    seen[status.id] = nil
    return events + [.over(status)]
  }

  /// A job that existed may appear late in accounting or on its file system; an id that was never seen is most likely
  /// wrong.
  private func looksUntilGone(_ status: JobStatus) -> Int {
    greatestUnchanged == nil && (status.submittedAt ?? status.startedAt) != nil ? 5 : 2
  }

  private mutating func warn(of status: JobStatus) {
    guard status.reason?.canEverRun == false, !status.state.isFinished, hopeless.insert(status.id).inserted else {
      return
    }
    logger.warning(
      "job \(status.id) can never run as things stand: \(status.reason?.text ?? ""); it is waited for until it is cancelled"
    )
  }

  // MARK: The looks

  /// Judges whether another look makes sense.
  ///
  /// - Parameters:
  ///   - isFruitless: whether the look showed nothing new.
  ///   - jobs: those that it asked for.
  /// - Throws: `LauncherError`: the look's problem, if it is permanent or this machine's own programs fail each time;
  ///   `notRecorded` if a recording ends before the jobs do.
  mutating func check(_ news: LookNews, isFruitless: Bool, of jobs: [JobReference]) throws {
    let problem = news.problem
    if let problem, problem.isForGood { throw problem }
    failures = news.isFailure || problem?.isOfPrograms == true ? failures + 1 : 0
    if let problem, problem.isOfPrograms, failures >= Self.greatestFailures { throw problem }
    if news.isFailure {
      if let problem, let greatestUnchanged, failures > greatestUnchanged { throw problem }
      if let problem, failures == 1 { logger.error("\(problem.message); looking again later") }
      return
    }
    unchanged = isFruitless ? unchanged + 1 : 0
    try checkForEnd(of: jobs)
    if let problem, saidProblem != problem.message {
      logger.error("a look was incomplete: \(problem.message); looking again later")
    }
    saidProblem = problem?.message
  }

  private func checkForEnd(of jobs: [JobReference]) throws {
    guard let greatestUnchanged, unchanged > greatestUnchanged, let job = jobs.first(where: { seen[$0.id] != nil })
    else {
      return
    }
    let state = seen[job.id]?.last.state.word ?? "unknown"
    throw LauncherError(
      .notRecorded,
      "the recording ends with job \(job.id) \(state): it never shows how it ended",
      advice: "Record again until the job has ended, or do not wait for it."
    )
  }
}
