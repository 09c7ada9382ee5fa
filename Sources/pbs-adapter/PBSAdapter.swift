import AdapterKit
import FoundationEssentials

/// PBS Pro, OpenPBS and Torque.
struct PBSAdapter: SchedulerAdapter {
  private let site = PBSSite()

  let profile = AdapterDescription(
    adapter: ProgramIdentity(name: "pbs-adapter", version: launcherKitVersion),
    scheduler: "pbs",
    operations: Operation.allCases,
    // PBS has no attribute for these.
    fields: JobSpec.Field.ofAdapters.filter { ![.qos, .deadline, .excludedHosts].contains($0) },
    limits: AdapterDescription.Limits(leastPollingInterval: .seconds(2)),
    tokenPlace: "the job's variable \(QsubCommand.tokenVariable)"
  )

  func detect(on host: some CommandHost) async throws -> Detection {
    try await PBSDetection.run(on: pbs(host))
  }

  func submit(_ request: SubmitRequest, on host: some CommandHost) async throws -> SubmitAnswer {
    let pbs = pbs(host)
    let family = try await pbs.family()
    let plan = try await Dependencies.plan(request.spec.dependencies, on: pbs)
    var spec = request.spec
    spec.dependencies = plan.left
    let submission = try QsubCommand(
      spec,
      token: request.token,
      family: family,
      begin: try await begin(of: spec, on: host),
      host: try await submitHost(pbs, family, spec)
    )
    let command = NativeCommand(
      submission.arguments,
      stdin: submission.script,
      startingEnvironment: .user,
      environment: QsubEnvironment.changes(for: try await pbs.variableNames()),
      directory: spec.directory,
      timeLimit: .seconds(150),
      effect: .creates
    )
    let answer = try await host.answer(to: command)
    let told = QsubAnswer(stdout: answer.output(), stderr: answer.complaint, family: family)
    guard answer.succeeded, let id = told.id else {
      // A folder that does not exist looks like a command that does not exist.
      if answer.result.ending == .notFound, let directory = spec.directory,
        try await pbs.runIfPossible(["qsub", "--version"], timeLimit: PBSPatience.local)?.succeeded == true
      {
        throw LauncherError(
          .directoryUnusable,
          "directory: ‘\(directory)’ is not there, or may not be entered; nothing was submitted",
          command: answer.failed
        )
      }
      throw Failures.ofSubmission(answer, told, of: request.spec)
    }
    return SubmitAnswer(
      job: JobReference(id: id, server: told.server, array: submission.array),
      remarks: plan.remarks + submission.remarks + told.remarks
    )
  }

  /// What a submission has to know about the host.
  private func submitHost<Host: CommandHost>(
    _ pbs: PBS<Host>,
    _ family: PBSFamily,
    _ spec: JobSpec
  ) async throws -> SubmitHost {
    var known = SubmitHost(names: try await pbs.variableNames())
    guard family == .pro, let version = try await pbs.version(), SubmitHost.versionsWithoutV.contains(version),
      try QsubCommand.inheritsAll(spec)
    else { return known }
    known.versionWithoutV = version
    known.variables = try await pbs.variables()
    return known
  }

  func poll(_ query: JobQuery, on host: some CommandHost, to report: JobReporter) async throws -> PollAnswer {
    var poll = PBSPoll(query.jobs, on: pbs(host), to: report)
    return try await poll.run()
  }

  func find(_ request: FindRequest, on host: some CommandHost) async throws -> FindAnswer {
    try await TokenSearch.run(request, on: pbs(host))
  }

  func cancel(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    let control = PBSControl(pbs: pbs(host))
    return ActionAnswer(results: try await control.cancel(request.jobs, signal: request.signal))
  }

  func hold(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    ActionAnswer(results: try await PBSControl(pbs: pbs(host)).hold(request.jobs))
  }

  func release(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    try await change(["qrls"], request, host)
  }

  func suspend(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    try await change(["qsig", "-s", "suspend"], request, host)
  }

  func resume(_ request: ActionRequest, on host: some CommandHost) async throws -> ActionAnswer {
    try await change(["qsig", "-s", "resume"], request, host)
  }

  func queues(on host: some CommandHost) async throws -> QueuesAnswer {
    let pbs = pbs(host)
    let (family, answer) = try await pbs.ask(Inventory.queueArguments)
    guard answer.succeeded else { throw Failures.ofQuery(answer, of: "the queues") }
    var queues = try Inventory.queues(family, path: answer.result.stdoutPath, of: answer.failed)
    for words in Inventory.serverArguments(family) {
      // The default queue is useful to know, but nothing else depends on it.
      guard let server = try await pbs.runIfPossible(words), server.succeeded else { continue }
      guard let name = ServerSettings.first(in: server.output())["default_queue"] else { break }
      for index in queues.indices { queues[index].isDefault = queues[index].name == name }
      break
    }
    return QueuesAnswer(queues: queues)
  }

  func nodes(on host: some CommandHost) async throws -> NodesAnswer {
    let (family, answer) = try await pbs(host).ask(Inventory.nodeArguments)
    guard answer.succeeded else { throw Failures.ofQuery(answer, of: "the nodes") }
    return NodesAnswer(nodes: try Inventory.nodes(family, path: answer.result.stdoutPath, of: answer.failed))
  }

  private func pbs<Host: CommandHost>(_ host: Host) -> PBS<Host> { PBS(host: host, site: site) }

  private func change(
    _ words: [String],
    _ request: ActionRequest,
    _ host: some CommandHost
  ) async throws -> ActionAnswer {
    ActionAnswer(results: try await PBSControl(pbs: pbs(host)).change(words, request.jobs))
  }

  /// A begin time as `qsub -a` reads it: in the time zone of its user, which only that host knows.
  private func begin(of spec: JobSpec, on host: some CommandHost) async throws -> String? {
    guard let begin = spec.begin else { return nil }
    let seconds = Int64(begin.date.timeIntervalSince1970.rounded(.up))
    let command = NativeCommand(
      ["date", "-d", "@\(seconds)", "+%Y%m%d%H%M.%S"],
      startingEnvironment: .user,
      timeLimit: .seconds(10)
    )
    let answer = try await host.answer(to: command)
    guard begin.date > answer.begunAt else { return nil }
    // A site's text at every start of a shell comes before it.
    let text = answer.output(limit: 4096).split(separator: "\n").last ?? ""
    guard answer.succeeded, text.count == 15 else {
      throw LauncherError.invalid("begin", "‘date’ on that host could not show what time this is there")
    }
    return String(text)
  }
}
