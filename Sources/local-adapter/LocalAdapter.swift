import AdapterKit
import GRDB
import Synchronization

/// Job control on this machine: a queue with a limit on cores, and one supervisor for each running job.
///
/// There is no daemon. The process that changes the queue also decides what starts next and starts it: every
/// submission, every supervisor at its job's end, every release and cancellation. A poll checks whether a decision was
/// missed.
final class LocalAdapter: SchedulerAdapter {
  static let queueName = "default"

  private let settings: Settings
  private let opened = Mutex<Queue?>(nil)

  init(settings: Settings) { self.settings = settings }

  let profile = AdapterDescription(
    adapter: ProgramIdentity(name: "local-adapter", version: launcherKitVersion),
    scheduler: "local",
    commands: .adapter,
    operations: Operation.allCases,
    fields: [
      .command, .script, .name, .directory, .environment, .stdin, .stdout, .stderr, .nodes, .tasks, .tasksPerNode,
      .cpusPerTask, .memory, .exclusive, .walltime, .queue, .dependencies, .begin, .deadline, .hold, .priority,
      .requeue, .array, .prologue, .epilogue, .launcher, .native,
    ],
    limits: AdapterDescription.Limits(leastPollingInterval: .milliseconds(20)),
    tokenPlace: "the queue's database and the variable LAUNCHER_TOKEN"
  )

  func detect(on host: some CommandHost) async throws -> Detection {
    let cores = "\(settings.cores) processor core\(settings.cores == 1 ? "" : "s")"
    return Detection(
      .responding,
      version: launcherKitVersion,
      server: settings.host,
      evidence: [.for("\(cores), queue in \(settings.folder.path)")]
    )
  }

  func submit(_ request: SubmitRequest, on host: some CommandHost) async throws -> SubmitAnswer {
    let submission = try CheckedSubmission(request.spec, on: settings)
    if request.dryRun { return SubmitAnswer(plan: submission.plan(on: settings)) }
    let made = try queue().change { try $0.submit(submission, token: request.token) }
    return SubmitAnswer(job: reference(made.id, submittedAt: made.submittedAt))
  }

  func poll(_ query: JobQuery, on host: some CommandHost, to report: JobReporter) async throws -> PollAnswer {
    let queue = try queueIfPresent()
    if let queue, try queue.read({ try QueueReading.needsPass($0, settings) }) {
      do {
        try queue.change { try $0.pass() }
      } catch {
        // A full disk or a locked queue does not prevent a poll.
        AdapterLog.write("the queue could not be put right: \(error)")
      }
    }
    let wanted = try query.jobs ?? current(in: queue)
    var rest = wanted[...]
    var room = ListingRoom()
    while !rest.isEmpty {
      try Task.checkCancellation()
      let part = try statuses(ofFirst: rest, in: queue, &room)
      rest = rest.dropFirst(part.count)
      try await report(part)
    }
    return PollAnswer()
  }

  func find(_ request: FindRequest, on host: some CommandHost) async throws -> FindAnswer {
    let sql = "SELECT id, submittedAt FROM submission WHERE token = ?"
    let row = try queueIfPresent()?.read { try Row.fetchOne($0, sql: sql, arguments: [request.token]) }
    guard let row else { return FindAnswer(jobs: []) }
    return FindAnswer(jobs: [reference(row["id"], submittedAt: row["submittedAt"])])
  }

  func cancel(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    try act(request.signal.map { .signal($0) } ?? .cancel, request)
  }

  func hold(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    try act(.hold, request)
  }

  func release(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    try act(.release, request)
  }

  func suspend(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    try act(.suspend, request)
  }

  func resume(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    try act(.resume, request)
  }

  func queues(on host: some CommandHost) async throws -> QueuesAnswer {
    QueuesAnswer(queues: [try Inventory.queue(try queueIfPresent(), settings)])
  }

  func nodes(on host: some CommandHost) async throws -> NodesAnswer {
    NodesAnswer(nodes: [try Inventory.node(try queueIfPresent(), settings)])
  }

  // MARK: The queue

  private func queue() throws -> Queue {
    try opened.withLock { opened in
      if let opened { return opened }
      let queue = try Queue(settings: settings)
      opened = queue
      return queue
    }
  }

  /// The queue, if a job was ever submitted here; looking does not create one.
  private func queueIfPresent() throws -> Queue? {
    try opened.withLock { opened in
      if opened == nil { opened = try Queue.ifPresent(settings: settings) }
      return opened
    }
  }

  private func current(in queue: Queue?) throws -> [JobReference] {
    try queue?.read { try QueueStatuses.current($0) }.map { JobReference(id: "\($0)") } ?? []
  }

  /// The statuses of the first jobs, as many as fit into one report.
  private func statuses(
    ofFirst jobs: ArraySlice<JobReference>,
    in queue: Queue?,
    _ room: inout ListingRoom
  ) throws -> [JobStatus] {
    let jobs = jobs.prefix(ListingRoom.greatestReport)
    guard let queue else { return jobs.map { QueueStatuses.missing($0, on: settings.host) } }
    return try queue.read { db in
      var statuses = try QueueStatuses(db, settings, room: room)
      var found: [JobStatus] = []
      var size = 0
      for job in jobs where size < ListingRoom.goodReportSize {
        found.append(try statuses.status(of: job))
        size += found.last.map(ListingRoom.size) ?? 0
      }
      room = statuses.room
      return found
    }
  }

  private func act(_ action: JobAction, _ request: ActionRequest) throws -> ActionAnswer {
    guard let queue = try queueIfPresent() else {
      return ActionAnswer(
        results: request.jobs.map { job in
          let why = "there is no job ‘\(job.id)’: nothing was ever submitted on \(settings.host)"
          return ActionResult(id: job.id, error: LauncherError(.unknownJob, why))
        }
      )
    }
    var results: [ActionResult] = []
    var rest = request.jobs[...]
    while !rest.isEmpty {
      // Not all at once, so that other processes get their turn at the queue.
      let batch = rest.prefix(300)
      rest = rest.dropFirst(batch.count)
      do {
        results += try queue.change { try $0.act(action, on: batch, isLast: rest.isEmpty) }
      } catch {
        results += batch.map {
          ActionResult(id: $0.id, error: LauncherError(wrapping: error, during: "the action on job \($0.id)"))
        }
      }
    }
    return ActionAnswer(results: results)
  }

  private func reference(_ id: Int64, submittedAt: Double) -> JobReference {
    JobReference(id: "\(id)", adapter: "local", server: settings.host, submittedAt: Instant.date(submittedAt))
  }
}
