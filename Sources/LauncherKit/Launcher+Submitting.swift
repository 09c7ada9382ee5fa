import LauncherProtocol

/// Submitting jobs, and showing what it would do.
extension Launcher {
  /// Submits a job, once.
  ///
  /// When the answer is lost (the adapter died, its time was up), the job is looked up by its token before anything is
  /// reported: the result is a job, an error that says that nothing was submitted, or `uncertainSubmission`. Cancelling
  /// the task does not cancel a submission that has begun.
  ///
  /// - Parameters:
  ///   - spec: what to run; relative paths begin in the current directory, over ssh in the home folder there.
  ///   - token: travels inside the job; a new one is made when none is given. Submitting again with the same token is
  ///     safe, even without a job store: then the scheduler is asked for the token first.
  /// - Returns: the job, with the remarks of the scheduler or the adapter.
  /// - Throws: `LauncherError`; of the specification range when nothing was submitted because of `spec`.
  public func submit(_ spec: JobSpec, token: String? = nil) async throws -> Submission {
    try await submit(spec, token: token ?? Self.makeToken(), isNew: token == nil)
  }

  /// - Parameter isNew: whether the token certainly has not been used before.
  private func submit(
    _ spec: JobSpec,
    token: String,
    isNew: Bool,
    limiter: CommandLimiter? = nil
  ) async throws -> Submission {
    let labels = spec.labels
    let spec = try checked(spec)
    var submission = try await submitter.submit(
      SubmitRequest(spec: spec, token: token),
      labels: labels,
      isNew: isNew,
      limiter: limiter
    )
    if tracking != nil {
      submission.job.token = token
    } else if !labels.isEmpty {
      logger.warning("job \(submission.job.id): its labels are lost, since no job store is in use")
    }
    return submission
  }

  /// The specification as it travels to the adapter.
  ///
  /// - Throws: `LauncherError` when it cannot be honoured, whatever the scheduler says.
  private func checked(_ spec: JobSpec) throws -> JobSpec {
    let spec = try spec.resolved(for: description, from: choice.remote?.directory)
    try spec.check(against: description)
    choice.conceal(spec.environment.set)
    return spec.withoutLabels
  }

  // MARK: Many

  /// The result of one of many submissions.
  public struct BulkResult: Sendable {
    /// Its place in the sequence, from 0.
    public var index: Int
    /// Its token.
    public var token: String
    /// The job; or why there is none, or why it is not known whether there is one.
    public var result: Result<Submission, LauncherError>
  }

  /// Submits many jobs, a few at a time.
  ///
  /// A refused submission does not affect the others. An adapter that dies interrupts those that are under way; their
  /// results are looked up, or reported as not known. With the same token and the same specifications, the call can be
  /// repeated safely: what was submitted before is not submitted again.
  ///
  /// - Parameters:
  ///   - specs: what to run, in order; they are read as they are needed, so that the sequence may be long.
  ///   - limit: how many of the scheduler's submit commands, or submissions of an adapter that acts itself, may run at
  ///     a time; with 1, each submission begins once the result of the previous one is known.
  ///   - token: the base of the individual tokens; a new one when none is given.
  /// - Returns: a result for each, in the order in which they arrive; if the task that reads them is cancelled, no
  ///   further submission is begun.
  public func submit(
    all specs: some Sequence<JobSpec> & Sendable,
    atMost limit: Int = 4,
    token: String? = nil
  ) -> AsyncStream<BulkResult> {
    submit(all: specs, atMost: limit, token: token ?? Self.makeToken(), isNew: token == nil)
  }

  /// - Parameter isNew: whether the token certainly has not been used before.
  package func submit(
    all specs: some Sequence<JobSpec> & Sendable,
    atMost limit: Int,
    token: String,
    isNew: Bool
  ) -> AsyncStream<BulkResult> {
    let queue = SubmissionQueue(limit, hostRunsCommands: description.commands == .host)
    return queue.results(of: specs, in: submitter.journal) { index, spec in
      let token = "\(token)-\(index)"
      do {
        let submission = try await self.submit(spec, token: token, isNew: isNew, limiter: queue.limiter)
        return BulkResult(index: index, token: token, result: .success(submission))
      } catch {
        let failure = LauncherError(wrapping: error, during: "submit")
        return BulkResult(index: index, token: token, result: .failure(failure))
      }
    }
  }

  // MARK: Without submitting

  /// What submitting would do: the native commands with their input, or the steps of an adapter that acts itself.
  ///
  /// - Throws: `LauncherError` as `submit` would before it changes anything.
  public func plan(_ spec: JobSpec) async throws -> SubmitAnswer {
    let spec = try checked(spec)
    return try await session.dryRun { process in
      try await process.call(.submit, SubmitRequest(spec: spec, token: Self.makeToken(), dryRun: true))
    }
  }

  /// A token that no other submission has: 128 random bits in hexadecimal.
  public static func makeToken() -> String {
    let bits = UInt64.random(in: .min ... .max)
    let more = UInt64.random(in: .min ... .max)
    return [bits, more].map { number in
      let digits = String(number, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }
}
