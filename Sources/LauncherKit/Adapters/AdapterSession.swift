import FoundationEssentials
import Glibc
import LauncherProtocol
import Logging

/// The adapter in use: started when first needed, and again after it died.
package actor AdapterSession {
  /// The adapter's name.
  nonisolated package let name: String
  private let host: any CommandHost
  private let outputs: CommandOutputs
  private let logger: Logger
  private let start: Start
  private var current: Task<AdapterProcess, any Error>?
  private var isClosed = false

  /// Starts the adapter, or connects to it, with what runs its native commands.
  typealias Start = @Sendable (any CommandHost) async throws -> AdapterProcess

  /// A session with an installed adapter, which may be running already.
  init(
    file: AdapterFile,
    host: any CommandHost,
    outputs: CommandOutputs,
    running process: AdapterProcess? = nil,
    logger: Logger
  ) {
    self.init(name: file.name, host: host, outputs: outputs, running: process, logger: logger) { host in
      try await AdapterProcess.start(file, host: host, outputs: outputs, logger: logger)
    }
  }

  /// A session with an adapter that is a part of this program.
  init(_ adapter: any InProcessAdapter, host: any CommandHost, outputs: CommandOutputs, logger: Logger) {
    self.init(name: adapter.name, host: host, outputs: outputs, running: nil, logger: logger) { host in
      try await AdapterProcess.start(adapter, host: host, outputs: outputs, logger: logger)
    }
  }

  private init(
    name: String,
    host: any CommandHost,
    outputs: CommandOutputs,
    running process: AdapterProcess?,
    logger: Logger,
    start: @escaping Start
  ) {
    self.name = name
    self.host = host
    self.outputs = outputs
    self.logger = logger
    self.start = start
    current = process.map { process in Task { process } }
  }

  /// The adapter of a name, or at a path.
  ///
  /// - Throws: `LauncherError`: `adapterUnknown` with the nearest name, `adapterUntrusted` with the reason.
  package static func file(named name: String, in search: AdapterSearch) throws -> AdapterFile {
    if name.contains("/") {
      let file = AdapterSearch.file(at: name)
      if case .refused(let problem) = file.standing { throw LauncherError(refused: file, problem) }
      return file
    }
    let files = search.files()
    if let file = files.first(where: { $0.name == name && $0.executable != nil }) { return file }
    for file in files where file.name == name {
      if case .refused(let problem) = file.standing { throw LauncherError(refused: file, problem) }
    }
    let names = Array(Set(files.filter { $0.executable != nil }.map(\.name))).sorted()
    let hint = NearestWord.to(name, among: names).map { "Did you mean ‘\($0)’? " } ?? ""
    throw LauncherError(
      .adapterUnknown,
      "there is no adapter called ‘\(name)’",
      advice: hint + (names.isEmpty ? "None is installed." : "Installed are \(names.joined(separator: ", ")).")
        + " ‘launcher adapters’ shows where they are looked for."
    )
  }

  /// The running adapter; started now if it is not running, or no longer running.
  func process() async throws -> AdapterProcess {
    for _ in 0..<2 {
      let (process, task) = try await startedProcess()
      if !process.hasEnded { return process }
      if current == task { current = nil }
    }
    throw LauncherError(.adapterDied, "the \(name) adapter ends as soon as it is greeted")
  }

  private func startedProcess() async throws -> (AdapterProcess, Task<AdapterProcess, any Error>) {
    try checkOpen()
    let task = current ?? Task { [start, host] in try await start(host) }
    current = task
    do {
      return (try await task.value, task)
    } catch {
      if current == task { current = nil }
      throw error
    }
  }

  /// Calls a method; if the adapter has died by then, the next call starts another.
  func call<Answer: Codable & Sendable>(
    _ operation: Operation,
    _ parameters: some Encodable & Sendable
  ) async throws -> Answer {
    try await process().call(operation, parameters)
  }

  /// Polls some jobs, or all of the user's.
  func poll(_ jobs: [JobReference]?) async throws -> Poll {
    let collector = PollCollector(adapter: name, asked: jobs)
    let asked = collector.wellFormed
    if let asked, asked.isEmpty { return collector.finish(PollAnswer()) }
    let process = try await process()
    let query = JobQuery(jobs: asked)
    do {
      let answer = try await process.poll(query) { report in
        collector.take(report)
        if collector.flood != nil { process.kill() }
      }
      if let remark = collector.unaskedRemark { logger.notice("\(remark)") }
      let poll = collector.finish(answer, recordedAt: (host as? ReplayingHost)?.lastAnswered)
      process.testify(.poll, query, .success(poll.conclusion))
      return poll
    } catch {
      let error = collector.flood ?? error
      process.testify(.poll, query, Result<Poll.Conclusion, any Error>.failure(error))
      // What was reported before counts: the adapter read it from the scheduler.
      guard collector.hasReports, !(error is CancellationError) else { throw error }
      return collector.finish(PollAnswer(complete: false, problem: LauncherError(wrapping: error, during: "the poll")))
    }
  }

  /// Runs a request that must not change anything.
  func dryRun(_ request: @Sendable (AdapterProcess) async throws -> SubmitAnswer) async throws -> SubmitAnswer {
    try checkOpen()
    let dryHost = DryRunHost(host)
    let process = try await start(dryHost)
    defer { process.close() }
    do {
      var answer = try await request(process)
      // An adapter that remarks on the specification reports that instead of passing the refusal on.
      if answer.plan == nil, !dryHost.steps.isEmpty { answer.plan = dryHost.steps }
      return answer
    } catch let error as LauncherError where error.code == .dryRun {
      return SubmitAnswer(plan: dryHost.steps)
    } catch {
      // An adapter may turn the host's refusal into an error of its own; what it was about to do is still known.
      if !dryHost.steps.isEmpty { return SubmitAnswer(plan: dryHost.steps) }
      throw error
    }
  }

  /// Ends the connection, without waiting for the end.
  nonisolated func close() {
    Task { await self.end(waiting: false) }
  }

  /// Ends the connection.
  ///
  /// - Parameter waiting: whether to return only once the adapter and every native command that it asked for have ended.
  func end(waiting: Bool = true) async {
    isClosed = true
    if let process = try? await current?.value {
      process.close()
      if waiting { await process.ended() }
    }
    outputs.discardAll()
  }

  private func checkOpen() throws {
    if isClosed { throw LauncherError(closed: name) }
  }
}

extension LauncherError {
  /// The error of a call that needs the adapter of a launcher that is closed.
  init(closed name: String) {
    self.init(.adapterNotStarted, "this launcher is closed, and with it its \(name) adapter")
  }

  package init(refused file: AdapterFile, _ problem: TrustProblem) {
    var information = stat()
    if lstat(file.path, &information) != 0, errno == ENOENT || errno == ENOTDIR {
      self.init(
        .adapterUnknown,
        "there is no adapter at \(file.path)",
        advice: "Look at the path; ‘launcher adapters’ shows the adapters that are installed."
      )
      return
    }
    self.init(
      .adapterUntrusted,
      "\(file.path) is not started: \(problem.description)",
      advice: "An adapter and the folders above it must belong to you or root, and nobody else may write to them."
    )
  }
}
