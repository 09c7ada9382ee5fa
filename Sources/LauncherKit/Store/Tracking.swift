import FoundationEssentials
import LauncherProtocol
import Logging

/// What a launcher does with the job store.
struct Tracking: Sendable {
  let store: JobStore
  let scope: StoreScope
  let lock: SubmissionLock
  let looks: SharedLooks
  let session: AdapterSession
  let description: AdapterDescription
  let logger: Logger

  init(
    store: JobStore,
    lock: SubmissionLock,
    session: AdapterSession,
    description: AdapterDescription,
    choice: HostChoice,
    logger: Logger
  ) {
    self.store = store
    self.lock = lock
    self.session = session
    self.description = description
    self.logger = logger
    scope = StoreScope(adapter: session.file.name, endpoint: choice.endpoint)
    looks = SharedLooks(
      store: store,
      scope: scope,
      session: session,
      least: description.limits.leastPollingInterval,
      isShared: description.commands == .host && choice.recorder == nil,
      logger: logger
    )
  }

  /// Submits, with the intent written down before and the result behind it. Once begun, it goes on to its end even when
  /// the calling task is cancelled.
  func submit(
    _ request: SubmitRequest,
    with submission: Submission
  ) async throws -> (job: JobReference, remarks: [String]) {
    let attempt = Task { try await self.attempt(request, with: submission) }
    return try await attempt.value
  }

  private func attempt(
    _ request: SubmitRequest,
    with submission: Submission
  ) async throws -> (job: JobReference, remarks: [String]) {
    let key: Int64
    do {
      switch try store.intend(
        [(request.token, request.spec.name, request.spec.array)],
        scope: scope,
        owner: try lock.hold()
      ).first {
      case .new(let made): key = made
      case .known(let job):
        switch try await takeUp(job, for: request.spec) {
        case .submitted(let job, let remarks): return (job, remarks)
        case .again(let made): key = made
        }
      case nil: throw AdapterError(.internalFailure, "the job store took no intent")
      }
    } catch let error as AdapterError where [.diskFull, .permissionDenied].contains(error.code) {
      // What cannot be written may still be read.
      if let known = try? store.job(token: request.token)?.reference {
        return (known, [Self.wasSubmitted(known)])
      }
      logger.error(
        "\(error.message); the job is submitted all the same, but if this program is killed now, nobody will look for it"
      )
      return try await submission.attempt(request)
    }
    return try await submit(request, as: key, with: submission)
  }

  static func wasSubmitted(_ job: JobReference) -> String { "a job with this token was submitted before: \(job.id)" }

  /// Submits what an intent is written down for.
  func submit(
    _ request: SubmitRequest,
    as key: Int64,
    with submission: Submission
  ) async throws -> (job: JobReference, remarks: [String]) {
    do {
      let result = try await submission.attempt(request)
      note("job \(result.job.id) was submitted") { try store.submitted(key, as: result.job) }
      return result
    } catch {
      let lost = AdapterError(wrapping: error, during: "submit")
      if lost.code == .uncertainSubmission {
        note("a submission is uncertain") { try store.uncertain(key, problem: lost, missed: false) }
      } else {
        note("nothing was submitted") { try store.notSubmitted(key) }
      }
      throw lost
    }
  }

  /// What is to be done about an earlier submission with the same token.
  private enum Earlier {
    case submitted(JobReference, remarks: [String])
    /// Nothing came of it, and a new intent is written down.
    case again(Int64)
  }

  private func takeUp(_ job: TrackedJob, for spec: JobSpec) async throws -> Earlier {
    guard job.adapter == scope.adapter, (job.endpoint ?? "") == scope.endpoint else {
      throw AdapterError(
        .invalidValue,
        "the token \(job.token ?? "") belongs to a submission to \(job.adapter), and this one goes to \(scope.adapter)",
        advice: "Take another token."
      )
    }
    let settlement = Settlement(store: store, session: session, description: description)
    switch try await settlement.settle(job, patiently: true) {
    case .submitted(let reference):
      return .submitted(reference, remarks: [Self.wasSubmitted(reference)])
    case .inProgress:
      throw AdapterError(
        .schedulerBusy,
        "another program is submitting with the token \(job.token ?? "") at this moment",
        advice: "Wait for it, or take another token."
      )
    case .notSubmitted:
      let again = try store.intend(
        [(job.token ?? "", job.name, spec.array)],
        scope: scope,
        owner: try lock.hold()
      )
      guard case .new(let key)? = again.first else {
        throw AdapterError(.schedulerBusy, "another program took the token \(job.token ?? "") up at this moment")
      }
      return .again(key)
    case .uncertain:
      throw (try? store.job(token: job.token ?? ""))?.problem ?? job.problem
        ?? AdapterError(.uncertainSubmission, "whether a job with the token \(job.token ?? "") exists is not known")
    }
  }

  /// Looks what came of submissions whose programs were killed or lost the answer: some of them, once each, so that no
  /// command has to wait for it. What cannot be settled now is left for the next one.
  func settleLeftovers() async {
    guard let leftovers = try? store.unsettledSubmissions(of: scope), !leftovers.isEmpty else { return }
    let settlement = Settlement(store: store, session: session, description: description)
    for job in leftovers.prefix(Self.leftoversAtOnce) {
      do {
        guard case .submitted(let reference) = try await settlement.settle(job) else { continue }
        logger.notice("a submission of \(job.trackedAt) had happened: it is job \(reference.id)")
      } catch {
        logger.debug("what came of a submission of \(job.trackedAt) is not known yet: \(error)")
        return
      }
    }
  }

  private static let leftoversAtOnce = 4

  func note(_ what: String, _ change: () throws -> Void) {
    do {
      try change()
    } catch {
      logger.error("that \(what) could not be written down: \(error.sentence)")
    }
  }
}
