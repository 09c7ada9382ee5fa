import FoundationEssentials
import LauncherProtocol

/// Looks for the job that a submission with a token created: the only place where a scheduler is asked for a token.
struct TokenSearch: Sendable {
  let session: AdapterSession
  let scope: StoreScope
  let description: AdapterDescription
  let waits: Waits
  /// Whether a recording answers. A recording is older than the submission.
  let isReplay: Bool

  /// When a search is repeated, and when a fruitless search proves that there is no job: schedulers show jobs late.
  struct Waits: Sendable {
    /// Before each search by the program that lost an answer.
    let beforeSearches: [Duration]
    /// From the first fruitless search until another fruitless one counts.
    let untilBelieved: Duration
    /// Whether one fruitless search proves that there is no job.
    let isSilenceProof: Bool

    /// For an adapter that is itself the scheduler: it knows at once.
    static let ofActingAdapters = Waits(beforeSearches: [.zero], untilBelieved: .seconds(1), isSilenceProof: true)
    /// For a recording: asking again gets the same answer.
    static let ofRecordings = Waits(beforeSearches: [.zero], untilBelieved: .seconds(10), isSilenceProof: false)
    /// For a scheduler whose commands run on this machine.
    static let here = Waits(
      beforeSearches: [.zero, .seconds(1), .seconds(2), .seconds(4)],
      untilBelieved: .seconds(10),
      isSilenceProof: false
    )
    /// For a scheduler whose commands run on another machine. No lock shows whether the submit command is still running
    /// there: its time limit has to be over.
    static let remote = Waits(
      beforeSearches: here.beforeSearches,
      untilBelieved: SSHHost.greatestCreation + .seconds(10),
      isSilenceProof: false
    )

    private init(beforeSearches: [Duration], untilBelieved: Duration, isSilenceProof: Bool) {
      self.beforeSearches = beforeSearches
      self.untilBelieved = untilBelieved
      self.isSilenceProof = isSilenceProof
    }

    /// The waits for an adapter, by where its commands run.
    init(for description: AdapterDescription, on choice: HostChoice) {
      self =
        if description.commands == .adapter {
          .ofActingAdapters
        } else if choice.replay != nil {
          .ofRecordings
        } else {
          choice.remote == nil ? .here : .remote
        }
    }
  }

  init(session: AdapterSession, description: AdapterDescription, choice: HostChoice) {
    self.session = session
    scope = StoreScope(adapter: session.name, endpoint: choice.endpoint)
    self.description = description
    waits = Waits(for: description, on: choice)
    isReplay = choice.replay != nil
  }

  /// Searches once.
  ///
  /// - Parameter since: when the submission began.
  /// - Returns: the job; `nil` if the scheduler shows none.
  /// - Throws: `LauncherError`: `uncertainSubmission` if several jobs carry the token; others when the scheduler could
  ///   not be asked, which says nothing about the job.
  func job(with token: String, since: Date?) async throws -> JobReference? {
    let request = FindRequest(token: token, since: isReplay ? nil : since)
    let answer: FindAnswer = try await session.call(.find, request)
    return try answer.job(with: token).map(named)
  }

  /// A job that the adapter named, with what only the client knows about it.
  func named(_ job: JobReference) -> JobReference {
    var job = job
    (job.adapter, job.host, job.token) = (scope.adapter, scope.host, nil)
    return job
  }

  /// The job that an earlier submission with this token created; `nil` if there is none, or if the adapter cannot look
  /// for tokens.
  ///
  /// - Throws: as `job(with:since:)`.
  func earlierJob(with token: String) async throws -> JobReference? {
    guard description.operations.contains(.find) else { return nil }
    return try await job(with: token, since: Date(timeIntervalSinceNow: -Self.memory))
  }

  /// How old a job may be when its token is used again, in seconds.
  private static let memory: TimeInterval = 7 * 86_400

  /// Searches several times, after an answer was lost.
  ///
  /// - Parameters:
  ///   - begun: when the submission began.
  ///   - lost: the error that came in place of the answer.
  ///   - check: refuses a job that belongs to another submission.
  /// - Throws: `LauncherError`: that nothing was submitted, or that it is not known whether something was.
  func job(
    with token: String,
    since begun: Date,
    after lost: LauncherError,
    check: (JobReference) throws -> Void
  ) async throws -> JobReference {
    var couldSearch = false
    for wait in waits.beforeSearches {
      // Schedulers show a job late.
      try await ContinuousClock().sleep(for: wait)
      do {
        if let job = try await job(with: token, since: begun) {
          try check(job)
          return job
        }
        couldSearch = true
      } catch let error as LauncherError where error.code == .uncertainSubmission {
        throw error
      } catch let error as LauncherError where error.category != .transient {
        break
      } catch {
        couldSearch = false
      }
    }
    if couldSearch, waits.isSilenceProof { throw LauncherError(notSubmitted: lost) }
    throw LauncherError(inDoubt: lost, token: token)
  }
}
