import LauncherProtocol

/// One scheduler, described in Swift.
///
/// An adapter never starts a process: it asks `host` to run a native command, and interprets the bytes. So it can be
/// recorded, replayed, and used over ssh without knowing it. The contract:
///
/// - **Nothing is inferred from absence.** A job that a listing lacks is at most `unknown(gone)`, and only when every
///   source was read to its end. A failing command never ends a job.
/// - **An unknown word** gives `unknown(unrecognised)` with the native word beside it.
/// - **One odd record harms no other**: only it is reported as unreadable, with its bytes.
/// - **A submission is never repeated** by an adapter. When its answer is unclear, it throws
///   `uncertainSubmission`, and the host looks the token up with `find`.
/// - **A field that the scheduler cannot honour** is missing from `profile.fields`; specifications
///   that use it are refused before `submit` is called.
/// - Every method may be called while others are under way, and may be cancelled.
public protocol SchedulerAdapter: Sendable {
  /// What the adapter is and can do.
  var profile: AdapterDescription { get }

  /// Finds out whether the scheduler is here. Quick, and harmless everywhere.
  func detect(on host: some CommandHost) async throws -> Detection

  /// Submits a job once, with the request's token inside it.
  func submit(_ request: SubmitRequest, on host: some CommandHost) async throws -> SubmitAnswer

  /// Reports each job of the query once, as it is read.
  func poll(_ query: JobQuery, on host: some CommandHost, to report: JobReporter) async throws -> PollAnswer

  /// Finds the jobs of an earlier submission by its token.
  func find(_ request: FindRequest, on host: some CommandHost) async throws -> FindAnswer

  /// Of the jobs of an action, those that are not the ones meant: the scheduler gave their ids to others. Nothing is done
  /// to them. Without one of its own, an adapter compares the times of submission that `poll` reports.
  ///
  /// - Returns: by id, why nothing is done.
  func others(among jobs: [JobReference], on host: some CommandHost) async -> [String: LauncherError]

  /// Ends jobs, or sends them a signal.
  func cancel(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer

  /// Keeps waiting jobs from starting.
  func hold(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer

  /// Releases held jobs.
  func release(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer

  /// Suspends running jobs.
  func suspend(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer

  /// Resumes suspended jobs.
  func resume(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer

  /// Lists the queues.
  func queues(on host: some CommandHost) async throws -> QueuesAnswer

  /// Lists the nodes.
  func nodes(on host: some CommandHost) async throws -> NodesAnswer
}

/// Where an adapter puts statuses while it reads a listing, so that memory use stays constant on both sides.
public struct JobReporter: Sendable {
  private let send: @Sendable ([JobStatus], [UnreadableRecord]) async throws -> Void

  /// A reporter that passes everything to `send`.
  public init(send: @escaping @Sendable ([JobStatus], [UnreadableRecord]) async throws -> Void) {
    self.send = send
  }

  /// Reports some jobs and some records that could not be read. A few hundred at a time is a good size.
  public func callAsFunction(_ jobs: [JobStatus], unreadable: [UnreadableRecord] = []) async throws {
    guard !jobs.isEmpty || !unreadable.isEmpty else { return }
    try await send(jobs, unreadable)
  }
}
