/// host → adapter: do this to these jobs (`cancel`, `hold`, `release`, `suspend`, `resume`).
public struct ActionRequest: Hashable, Sendable, Codable {
  /// The jobs, each once.
  public var jobs: [JobReference]
  /// For `cancel`: the signal to send instead of the scheduler's own way of ending a job.
  public var signal: UnixSignal?

  /// Makes a request.
  public init(jobs: [JobReference], signal: UnixSignal? = nil) {
    self.jobs = jobs
    self.signal = signal
  }
}

/// adapter → host: the results, job by job.
public struct ActionAnswer: Hashable, Sendable, Codable {
  /// One result for each job of the request.
  public var results: [ActionResult]

  /// Makes an answer.
  public init(results: [ActionResult]) { self.results = results }
}

/// The result of an action on one job.
public struct ActionResult: Hashable, Sendable, Codable {
  /// The job's id.
  public var id: String
  /// Why it was not done; `nil` when it was.
  public var error: LauncherError?
  /// If it was done: what it does beyond, or other than, what was asked for.
  public var remark: String?

  /// Makes a result.
  public init(id: String, error: LauncherError? = nil, remark: String? = nil) {
    self.id = id
    self.error = error
    self.remark = remark
  }
}
