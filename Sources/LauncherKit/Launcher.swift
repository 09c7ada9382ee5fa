import FoundationEssentials
import LauncherProtocol
import Logging
import Synchronization

/// Submits jobs to a batch scheduler, follows them, and ends them: the same on every scheduler.
///
/// ```swift
/// let launcher = try await Launcher.detect()
/// let job = try await launcher.submit(JobSpec(command: ["python", "train.py"])).job
/// let status = try await launcher.wait(for: job)
/// print(status.state, status.exitStatus as Any)
/// for try await piece in try await launcher.output(of: job) { print(piece.stream, piece.offset, piece.bytes.count) }
/// ```
///
/// A job that failed is a result, not an error. Errors (`LauncherError`) are for what could not be asked or done; they
/// lose nothing: a job continues whether its state is asked for or not.
public final class Launcher: Sendable {
  /// The name of the adapter in use.
  public let adapterName: String
  /// What the adapter in use can do.
  public let description: AdapterDescription
  /// What was found on this machine; `nil` when the adapter was named and detection was not needed.
  public let detection: DetectionReport?
  let session: AdapterSession
  let looks: any Looks
  let submitter: Submitter
  /// The record of the jobs; `nil` if none is kept.
  let tracking: Tracking?
  /// Finds out the results of lost submissions; `nil` if no record is kept.
  let settlement: Settlement?
  let choice: HostChoice
  let logger: Logger

  init(
    session: AdapterSession,
    description: AdapterDescription,
    detection: DetectionReport?,
    choice: HostChoice,
    store: JobStore?,
    lock: SubmissionLock?,
    logger: Logger
  ) {
    let scope = StoreScope(adapter: session.name, endpoint: choice.endpoint)
    let tracking = store.map { Tracking(store: $0, scope: scope, logger: logger) }
    let search = TokenSearch(session: session, description: description, choice: choice)
    let settlement = tracking.map { Settlement(tracking: $0, search: search) }
    // What is recorded or replayed must not depend on whether a token was used before.
    var journal: any SubmissionJournal =
      NoJournal(search: search, asksForTokens: choice.replay == nil && choice.recorder == nil)
    if let tracking, let settlement, let lock {
      journal = StoredJournal(tracking: tracking, lock: lock, settlement: settlement)
    }
    submitter = Submitter(session: session, description: description, journal: journal, search: search)
    looks =
      if let tracking {
        SharedLooks(
          tracking: tracking,
          session: session,
          least: description.limits.leastPollingInterval,
          isShared: description.commands == .host && choice.recorder == nil
        )
      } else {
        LoneLooks(session: session, scope: scope)
      }
    self.tracking = tracking
    self.settlement = settlement
    self.session = session
    self.logger = logger
    self.choice = choice
    self.adapterName = session.name
    self.description = description
    self.detection = detection
  }

  deinit { session.close() }

  // MARK: Finding the scheduler

  /// Finds this machine's scheduler, or `local` if there is none, and connects to it.
  ///
  /// - Throws: `LauncherError`: `adapterUnknown` when no adapter is installed or the named one is not; an error of the
  ///   adapter range when it does not start.
  public static func detect(_ options: Options = Options()) async throws -> Launcher {
    try await withTaskExecutorPreference(StoreExecutor.shared) { try await connect(options) }
  }

  private static func connect(_ options: Options) async throws -> Launcher {
    let outputs = CommandOutputs()
    let (store, storeProblem) = options.storeAndProblem()
    let lock = store.map { SubmissionLock(in: $0.folder) }
    let choice = try options.choice(outputs, lock: lock)
    let host = choice.host
    let delay = try await choice.prepare()
    var found: Detector.Result?
    let session: AdapterSession
    if let adapter = options.inProcess, options.adapter ?? adapter.name == adapter.name {
      session = AdapterSession(adapter, host: host, outputs: outputs, logger: options.logger)
    } else if let name = options.namedAdapter {
      let file = try AdapterSession.file(named: name, in: options.search)
      session = AdapterSession(file: file, host: host, outputs: outputs, logger: options.logger)
    } else {
      let result = await Detector(
        search: options.search,
        host: host,
        outputs: outputs,
        deadline: options.detectionDeadline + delay,
        remembers: choice.isThisMachine,
        excludesActing: choice.excludesActing,
        logger: options.logger
      ).detect()
      guard let chosen = result.report.chosen else {
        throw LauncherError(noneChosenFrom: result.report, search: options.search, host: choice.remote?.destination)
      }
      found = result
      session = AdapterSession(
        file: chosen.file,
        host: host,
        outputs: outputs,
        running: result.chosen,
        logger: options.logger
      )
    }
    let description = try await session.process().description
    try choice.check(description, name: session.name)
    if let storeProblem { options.report(storeProblem: storeProblem, to: session.name) }
    let launcher = Launcher(
      session: session,
      description: description,
      detection: found?.report,
      choice: choice,
      store: store,
      lock: lock,
      logger: options.logger
    )
    if options.settlesLeftovers { await launcher.settlement?.settleLeftovers() }
    return launcher
  }

  /// Asks every adapter what is present, including one that the options name by its path, and connects to none.
  ///
  /// - Throws: `LauncherError` when the recording to answer from, or to write, cannot be used.
  public static func survey(_ options: Options = Options()) async throws -> DetectionReport {
    let outputs = CommandOutputs()
    let choice = try options.choice(outputs)
    let delay = try await choice.prepare()
    let path = options.namedAdapter.flatMap { $0.contains("/") ? AdapterSearch.file(at: $0) : nil }
    let result = await Detector(
      search: options.search,
      host: choice.host,
      outputs: outputs,
      deadline: options.detectionDeadline + delay,
      remembers: choice.isThisMachine,
      named: path,
      excludesActing: choice.excludesActing,
      logger: options.logger
    ).detect()
    result.chosen?.close()
    return result.report
  }

  // MARK: Following

  /// The current state of a job.
  ///
  /// - Parameter fresh: ask the scheduler, even if it was asked a moment ago.
  /// - Throws: `LauncherError` when the scheduler could not be asked. That says nothing about the job.
  public func status(of job: JobReference, fresh: Bool = false) async throws -> JobStatus {
    let poll = try await statuses(of: [job], fresh: fresh)
    return poll.jobs.first ?? JobStatus(id: job.id, state: .unknown(.unreadable))
  }

  /// The current state of some jobs.
  ///
  /// If jobs are tracked, an answer may be as old as the adapter's minimum polling interval (usually two seconds), and
  /// an answer that another program got serves this one too. The end of a job that finished long ago is read from the
  /// job store.
  ///
  /// - Parameter fresh: ask the scheduler, even if it was asked a moment ago.
  /// - Throws: `LauncherError` when the scheduler could not be asked. That says nothing about the jobs.
  public func statuses(of jobs: [JobReference], fresh: Bool = false) async throws -> Poll {
    try await looks.look(at: jobs, fresh: fresh)
  }

  /// The user's jobs, the latest first: those of this scheduler that were submitted here, whether the scheduler still
  /// shows them or not, and those that it shows.
  ///
  /// - Parameters:
  ///   - filter: which of them.
  ///   - fresh: ask the scheduler, even if it was asked a moment ago.
  /// - Throws: `LauncherError` when the scheduler could not be asked. That says nothing about the jobs.
  public func jobs(_ filter: JobFilter, fresh: Bool = false) async throws -> Poll {
    var poll = try await looks.lookAtAll(filter, fresh: fresh)
    poll.jobs = poll.jobs.filter(filter.admits)
    return poll
  }

  /// Follows jobs, which may be added and removed, until it is finished.
  ///
  /// The interval between looks adapts automatically and never burdens the scheduler with more than it can bear.
  public func following(_ jobs: [JobReference] = []) -> Following {
    Following(
      looks: looks,
      pace: PollingPace(least: choice.leastPollingInterval ?? description.limits.leastPollingInterval),
      greatestUnchanged: choice.greatestUnchanged,
      jobs: jobs,
      logger: logger
    )
  }

  /// Every change of some jobs, the first look included, until all of them have finished.
  public func changes(of jobs: [JobReference]) -> JobChanges { JobChanges { self.following(jobs) } }

  /// Waits until a job has finished, or is gone without a trace.
  ///
  /// - Parameter timeout: how long at most; forever without it.
  /// - Returns: its last status; not finished when the time was up.
  public func wait(for job: JobReference, timeout: Duration? = nil) async throws -> JobStatus {
    let statuses = try await wait(for: [job], timeout: timeout)
    return statuses.first ?? JobStatus(id: job.id, state: .unknown(.unreachable))
  }

  /// Waits until all of some jobs have finished, or are gone without a trace.
  ///
  /// - Parameter timeout: how long at most; forever without it.
  /// - Returns: their last statuses, in the order of `jobs`; not finished when the time was up.
  public func wait(for jobs: [JobReference], timeout: Duration? = nil) async throws -> [JobStatus] {
    let last = LastStatuses()
    // The time limit does not apply to the first look: a caller that waits for no time at all wants the current state.
    if let timeout, timeout <= .seconds(1) {
      let poll = try await statuses(of: jobs)
      for status in poll.jobs { last.note(status) }
      if timeout <= .zero || poll.jobs.allSatisfy(\.state.isFinished) { return poll.jobs }
    }
    let changes = changes(of: jobs)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { for try await status in changes { last.note(status) } }
      // The caller's own deadline.
      if let timeout { group.addTask { try await ContinuousClock().sleep(for: timeout) } }
      defer { group.cancelAll() }
      try await group.next()
    }
    let missing = lastKnown?.statuses(of: jobs.filter { last[$0.id] == nil }, because: nil) ?? []
    let known = Dictionary(missing.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    return jobs.map { last[$0.id] ?? known[$0.id] ?? JobStatus(id: $0.id, state: .unknown(.unreachable)) }
  }

  /// What the job store knows without the scheduler.
  var lastKnown: LastKnown? { tracking.map { LastKnown(store: $0.store, scope: $0.scope) } }

  // MARK: Acting

  /// Ends jobs, waiting or running; with `signal`, sends that to their processes instead.
  ///
  /// - Returns: the result for each job, in their order. What could not be done is an error there; it is not thrown.
  public func cancel(_ jobs: [JobReference], signal: UnixSignal? = nil) async throws -> [ActionResult] {
    try await act(.cancel, on: jobs, signal: signal)
  }

  /// Ends a job, waiting or running.
  ///
  /// - Throws: `LauncherError` when that was not possible.
  public func cancel(_ job: JobReference) async throws {
    if let error = try await cancel([job]).first?.error { throw error }
  }

  /// Keeps waiting jobs from starting.
  public func hold(_ jobs: [JobReference]) async throws -> [ActionResult] { try await act(.hold, on: jobs) }

  /// Releases held jobs.
  public func release(_ jobs: [JobReference]) async throws -> [ActionResult] { try await act(.release, on: jobs) }

  /// Suspends running jobs.
  public func suspend(_ jobs: [JobReference]) async throws -> [ActionResult] { try await act(.suspend, on: jobs) }

  /// Resumes suspended jobs.
  public func resume(_ jobs: [JobReference]) async throws -> [ActionResult] { try await act(.resume, on: jobs) }

  // MARK: Queues and nodes

  /// The scheduler's queues.
  public func queues() async throws -> [QueueStatus] {
    let answer: QueuesAnswer = try await session.call(.queues, JSONRPC.Empty())
    return answer.queues
  }

  /// The scheduler's nodes.
  public func nodes() async throws -> [NodeStatus] {
    let answer: NodesAnswer = try await session.call(.nodes, JSONRPC.Empty())
    return answer.nodes
  }
}
