import LauncherProtocol

/// One submission, and what it would do.
extension Launcher {
  /// Submits a job, once.
  ///
  /// When the answer is lost (the adapter died, its time was up), the job is looked up by its token before anything
  /// is said: the result is a job, an error that says that nothing was submitted, or `uncertainSubmission`. Cancelling
  /// the task does not cancel a submission that has begun.
  ///
  /// - Parameters:
  ///   - spec: what to run; relative paths count from the current directory, over ssh from the home there.
  ///   - token: travels inside the job; a new one is made when none is given. Submitting again with the same token is safe,
  ///     without a job store too: then the scheduler is asked for the token first.
  /// - Returns: the job's name for good.
  /// - Throws: `AdapterError`; of the specification range when nothing was submitted because of `spec`.
  public func submit(_ spec: JobSpec, token: String? = nil) async throws -> JobReference {
    try await submitting(spec, token: token).job
  }

  /// As `submit`, with what the scheduler or the adapter remarked: a rounded walltime, a site's banner.
  public func submitting(
    _ spec: JobSpec,
    token: String? = nil
  ) async throws -> (job: JobReference, remarks: [String]) {
    try await submitting(spec, token: token ?? Self.makeToken(), isNew: token == nil)
  }

  /// - Parameter isNew: whether nobody can have used the token before.
  func submitting(
    _ spec: JobSpec,
    token: String,
    isNew: Bool
  ) async throws -> (job: JobReference, remarks: [String]) {
    let spec = try spec.resolved(for: description, from: choice.remote?.directory)
    try spec.check(against: description)
    choice.conceal(spec.environment.set)
    let request = SubmitRequest(spec: spec, token: token)
    if let tracking { return try await tracking.submit(request, with: submission) }
    // What is recorded or replayed must not depend on whether a token was used before.
    if !isNew, choice.replay == nil, choice.recorder == nil, let job = try await submission.earlier(with: token) {
      return (job, [Tracking.wasSubmitted(job)])
    }
    return try await submission.submit(request)
  }

  var submission: Submission {
    var submission = Submission(
      session: session,
      adapterName: adapterName,
      description: description,
      isReplay: choice.replay != nil
    )
    if let tracking {
      submission.checkFound = { job, token in
        try tracking.store.checkUnclaimed(job, by: token, scope: tracking.scope)
      }
    }
    return submission
  }

  /// What submitting would do: the native commands with their input, or the steps of an adapter that acts itself.
  ///
  /// - Throws: `AdapterError` as `submit` would before it changes anything.
  public func plan(_ spec: JobSpec) async throws -> SubmitAnswer {
    let spec = try spec.resolved(for: description, from: choice.remote?.directory)
    try spec.check(against: description)
    choice.conceal(spec.environment.set)
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
