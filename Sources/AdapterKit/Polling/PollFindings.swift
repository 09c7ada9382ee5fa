import LauncherProtocol

/// What one look has found, on its way to the host in batches.
///
/// The first reason why the answer is not complete counts.
public struct PollFindings: Sendable {
  private let report: JobReporter
  /// Statuses that are not sent yet.
  public var jobs: [JobStatus] = []
  private var unreadable: [UnreadableRecord] = []
  /// How many statuses there are, those of tasks included.
  private var weight = 0
  /// Why not everything that was asked for could be determined.
  public private(set) var problem: LauncherError?
  /// A record was found whose job cannot be determined: it may belong to a job that is missing.
  public var hasUnknownRecord = false
  /// The server of statuses that name none.
  public var server: String?

  /// How many are sent at once.
  private static let batch = 250

  /// Findings that go to a reporter.
  public init(to report: JobReporter) { self.report = report }

  /// Whether everything that was asked for was read: only then can anything be concluded from what is missing.
  public var isWhole: Bool { problem == nil && !hasUnknownRecord }

  /// The answer at the end of the look.
  public var answer: PollAnswer { PollAnswer(complete: isWhole, problem: problem) }

  /// Adds the status of a job.
  public mutating func add(_ status: JobStatus) {
    jobs.append(status)
    weight += 1 + (status.tasks?.count ?? 0)
  }

  /// Adds a record that could not be read.
  public mutating func add(_ record: UnreadableRecord) { unreadable.append(record) }

  /// Adds why something could not be determined; does nothing without an error.
  public mutating func note(_ error: LauncherError?) { problem = problem ?? error }

  /// Forgets a problem that turned out not to matter.
  public mutating func forgetProblem() { problem = nil }

  /// Sends what has been collected when it is enough, so that memory use stays constant.
  public mutating func sendWhenMany() async throws {
    guard weight + unreadable.count >= Self.batch else { return }
    try Task.checkCancellation()
    try await send()
  }

  /// Sends all that has been collected.
  public mutating func send() async throws {
    if let server {
      for place in jobs.indices where jobs[place].server == nil { jobs[place].server = server }
    }
    try await report(jobs, unreadable: unreadable)
    jobs.removeAll(keepingCapacity: true)
    weight = 0
    unreadable = []
  }
}
