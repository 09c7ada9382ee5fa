import FoundationEssentials
import LauncherProtocol

/// One submission, from the request to the certainty of what came of it: submitted, not submitted, or uncertain with
/// the token in hand. It is never repeated here.
struct Submission: Sendable {
  let session: AdapterSession
  let adapterName: String
  let description: AdapterDescription
  /// A recording is older than the submission, and shows at once what it shows.
  let isReplay: Bool
  /// Refuses a job that a search named and that is known to be another submission's.
  var checkFound: (@Sendable (_ job: JobReference, _ token: String) throws -> Void)?

  /// Submits. Once begun, it goes on to its end even when the calling task is cancelled: a job that nobody knows of
  /// would be worse.
  func submit(_ request: SubmitRequest) async throws -> (job: JobReference, remarks: [String]) {
    let attempt = Task { try await self.attempt(request) }
    return try await attempt.value
  }

  /// As `submit`, for tasks that nobody cancels.
  func attempt(_ request: SubmitRequest) async throws -> (job: JobReference, remarks: [String]) {
    try await SubmissionsUnderWay.counting { try await settledAttempt(request) }
  }

  private func settledAttempt(_ request: SubmitRequest) async throws -> (job: JobReference, remarks: [String]) {
    let begun = Date()
    let process = try await session.process()
    let creations = HostRequests.CreationCount()
    do {
      let answer: SubmitAnswer = try await process.call(.submit, request, creations: creations)
      guard let job = answer.job else {
        throw AdapterError(.uncertainSubmission, "the \(adapterName) adapter did not say which job it submitted")
      }
      return (named(job), answer.remarks)
    } catch {
      let lost = AdapterError(wrapping: error, during: "submit")
      guard Self.leavesDoubt(lost) else { throw lost }
      // A native command of a dead adapter may still be at work; what it does has to be over before anybody looks.
      if process.hasEnded { await process.ended() }
      if description.commands == .host, creations.value == 0 {
        throw AdapterError(notSubmitted: lost)
      }
      return (try await find(request.token, since: begun, after: lost), [])
    }
  }

  /// The job that an earlier submission with this token made, as the scheduler tells; `nil` where there is none, or where
  /// the adapter cannot look for tokens.
  ///
  /// - Throws: `AdapterError` when the scheduler could not be asked, which says nothing about the job.
  func earlier(with token: String) async throws -> JobReference? {
    guard description.operations.contains(.find) else { return nil }
    let request = FindRequest(token: token, since: Date(timeIntervalSinceNow: -Self.memory))
    let answer: FindAnswer = try await session.call(.find, request)
    return try found(answer, with: token)
  }

  /// How old a job may be whose token somebody uses again, in seconds.
  private static let memory: TimeInterval = 7 * 86_400

  /// Whether an error leaves it open that the job exists all the same.
  static func leavesDoubt(_ error: AdapterError) -> Bool {
    switch error.code {
    case .incompatibleProtocol, .unsupportedMethod, .badRequest, .mustUnderstand, .unsupportedField, .invalidValue,
      .unknownQueue, .accountDenied, .limitExceeded, .qosDenied, .scriptUnreadable, .directoryUnusable,
      .schedulerUnreachable, .schedulerBusy, .submitLimitReached, .credentialExpired, .unknownJob, .alreadyFinished,
      .notPermitted, .wrongState, .malformedID, .adapterNotStarted, .adapterUntrusted, .adapterUnknown,
      .commandMissing, .permissionDenied, .diskFull, .argumentListTooLong, .notRecorded, .dryRun:
      error.category == .uncertain
    case .tooLarge, .cancelled, .schedulerTimedOut, .accountingUnavailable, .uncertainSubmission, .unreadableOutput,
      .unreadableRecord, .unrecognisedState, .truncatedOutput, .unrecognisedFailure, .adapterDied, .adapterTimedOut,
      .adapterNoise, .internalFailure:
      true
    }
  }

  /// Looks the job up by its token. An adapter that acts itself knows at once; a scheduler that was asked by a command
  /// may show the job late, so it is asked some times, and its silence is no proof.
  private func find(_ token: String, since begun: Date, after lost: AdapterError) async throws -> JobReference {
    let waits: [Duration] =
      description.commands == .host && !isReplay ? [.zero, .seconds(1), .seconds(2), .seconds(4)] : [.zero]
    var couldLook = false
    for wait in waits {
      try await ContinuousClock().sleep(for: wait)
      do {
        let answer: FindAnswer = try await session.call(.find, FindRequest(token: token, since: isReplay ? nil : begun))
        if let job = try found(answer, with: token) { return job }
        couldLook = true
      } catch let error as AdapterError where error.code == .uncertainSubmission {
        throw error
      } catch let error as AdapterError where error.category != .transient {
        break
      } catch {
        couldLook = false
      }
    }
    if couldLook, description.commands == .adapter { throw AdapterError(notSubmitted: lost) }
    throw AdapterError(inDoubt: lost, token: token)
  }

  private func found(_ answer: FindAnswer, with token: String) throws -> JobReference? {
    guard let job = try answer.job(with: token) else { return nil }
    try checkFound?(job, token)
    return named(job)
  }

  private func named(_ job: JobReference) -> JobReference {
    var job = job
    job.adapter = adapterName
    return job
  }
}
