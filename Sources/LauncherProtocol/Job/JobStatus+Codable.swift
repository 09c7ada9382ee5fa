import FoundationEssentials

/// The only JSON form of a status: in the protocol, in `--json` and in the store. Keys without a value are absent.
extension JobStatus: Codable {
  private enum CodingKeys: String, CodingKey {
    case id, index, adapter, host, token, labels, requested, server, name, user, queue
    case state, outcome, cause, cancelledBy, blame, retry
    case exitCode, signal, coreDumped
    case reason, reasonCode, canEverRun
    case attempt, nodes, submittedAt, startedAt, endedAt
    case usage, directory, stdout, stderr, native, source, observedAt, taskCounts, tasks
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(id: try container.decode(String.self, forKey: .id), state: try Self.decodeState(from: container))
    index = try container.decodeIfPresent(Int.self, forKey: .index)
    adapter = try container.decodeIfPresent(String.self, forKey: .adapter)
    host = try container.decodeIfPresent(String.self, forKey: .host)
    token = try container.decodeIfPresent(String.self, forKey: .token)
    labels = try container.decodeIfPresent([String: String].self, forKey: .labels) ?? [:]
    requested =
      try container.decodeIfPresent(RequestedResources.self, forKey: .requested) ?? RequestedResources()
    server = try container.decodeIfPresent(String.self, forKey: .server)
    name = try container.decodeIfPresent(String.self, forKey: .name)
    user = try container.decodeIfPresent(String.self, forKey: .user)
    queue = try container.decodeIfPresent(String.self, forKey: .queue)
    if let signal = try container.decodeIfPresent(UnixSignal.self, forKey: .signal) {
      let coreDumped = try container.decodeIfPresent(Bool.self, forKey: .coreDumped)
      exitStatus = .signal(signal, coreDumped: coreDumped ?? false)
    } else if let code = try container.decodeIfPresent(Int32.self, forKey: .exitCode) {
      exitStatus = .code(code)
    }
    let code = try container.decodeIfPresent(String.self, forKey: .reasonCode).flatMap(JobReason.Code.init)
    let text = try container.decodeIfPresent(String.self, forKey: .reason)
    let canEverRun = try container.decodeIfPresent(Bool.self, forKey: .canEverRun)
    if code != nil || text != nil || canEverRun != nil {
      reason = JobReason(code, text ?? "", canEverRun: canEverRun)
    }
    attempt = try container.decodeIfPresent(Int.self, forKey: .attempt)
    nodes = try container.decodeIfPresent([String].self, forKey: .nodes) ?? []
    submittedAt = try container.decodeInstantIfPresent(forKey: .submittedAt)
    startedAt = try container.decodeInstantIfPresent(forKey: .startedAt)
    endedAt = try container.decodeInstantIfPresent(forKey: .endedAt)
    usage = try container.decodeIfPresent(ResourceUsage.self, forKey: .usage)
    directory = try container.decodeIfPresent(String.self, forKey: .directory)
    standardOutput = try container.decodeIfPresent(String.self, forKey: .stdout)
    standardError = try container.decodeIfPresent(String.self, forKey: .stderr)
    native = try container.decodeIfPresent(NativeWords.self, forKey: .native) ?? NativeWords()
    source = try container.decodeIfPresent(String.self, forKey: .source)
    observedAt = try container.decodeInstantIfPresent(forKey: .observedAt)
    taskCounts = try container.decodeIfPresent([String: Int].self, forKey: .taskCounts)
    tasks = try container.decodeIfPresent([JobStatus].self, forKey: .tasks)
  }

  /// A state that this version does not know is `unknown(unrecognised)`, never an error and never an end. A job that
  /// finished with an outcome that this version does not know has finished nevertheless.
  private static func decodeState(from container: KeyedDecodingContainer<CodingKeys>) throws -> JobState {
    switch try container.decode(String.self, forKey: .state) {
    case "queued": return .queued
    case "held": return .held
    case "starting": return .starting
    case "running": return .running
    case "suspended": return .suspended
    case "finishing": return .finishing
    case "finished":
      let word = try container.decodeIfPresent(String.self, forKey: .outcome) ?? "unknown"
      let canceller = try container.decodeIfPresent(String.self, forKey: .cancelledBy)
        .flatMap(JobOutcome.Canceller.init)
      return .finished(JobOutcome(word: word, canceller: canceller ?? .unknown) ?? .unknown)
    case "unknown":
      let cause = try container.decodeIfPresent(String.self, forKey: .cause).flatMap(UnknownCause.init)
      return .unknown(cause ?? .unrecognised)
    default: return .unknown(.unrecognised)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(id, forKey: .id)
    try container.encodeIfPresent(index, forKey: .index)
    try container.encodeIfPresent(adapter, forKey: .adapter)
    try container.encodeIfPresent(host, forKey: .host)
    try container.encodeIfPresent(token, forKey: .token)
    if !labels.isEmpty { try container.encode(labels, forKey: .labels) }
    if !requested.isEmpty { try container.encode(requested, forKey: .requested) }
    try container.encodeIfPresent(server, forKey: .server)
    try container.encodeIfPresent(name, forKey: .name)
    try container.encodeIfPresent(user, forKey: .user)
    try container.encodeIfPresent(queue, forKey: .queue)
    try encodeState(into: &container)
    try encodeExitStatus(into: &container)
    try container.encodeIfPresent(reason?.text, forKey: .reason)
    try container.encodeIfPresent(reason?.code, forKey: .reasonCode)
    try container.encodeIfPresent(reason?.canEverRun, forKey: .canEverRun)
    try container.encodeIfPresent(attempt, forKey: .attempt)
    if !nodes.isEmpty { try container.encode(nodes, forKey: .nodes) }
    try container.encodeInstantIfPresent(submittedAt, forKey: .submittedAt)
    try container.encodeInstantIfPresent(startedAt, forKey: .startedAt)
    try container.encodeInstantIfPresent(endedAt, forKey: .endedAt)
    try container.encodeIfPresent(usage, forKey: .usage)
    try container.encodeIfPresent(directory, forKey: .directory)
    try container.encodeIfPresent(standardOutput, forKey: .stdout)
    try container.encodeIfPresent(standardError, forKey: .stderr)
    if !native.isEmpty { try container.encode(native, forKey: .native) }
    try container.encodeIfPresent(source, forKey: .source)
    try container.encodeInstantIfPresent(observedAt, forKey: .observedAt)
    try container.encodeIfPresent(taskCounts, forKey: .taskCounts)
    try container.encodeIfPresent(tasks, forKey: .tasks)
  }

  private func encodeState(into container: inout KeyedEncodingContainer<CodingKeys>) throws {
    try container.encode(state.word, forKey: .state)
    switch state {
    case .finished(let outcome):
      try container.encode(outcome.word, forKey: .outcome)
      if case .cancelled(let canceller) = outcome { try container.encode(canceller, forKey: .cancelledBy) }
      try container.encodeIfPresent(outcome.blame, forKey: .blame)
      try container.encode(outcome.isWorthRetrying, forKey: .retry)
    case .unknown(let cause):
      try container.encode(cause, forKey: .cause)
    case .queued, .held, .starting, .running, .suspended, .finishing:
      break
    }
  }

  private func encodeExitStatus(into container: inout KeyedEncodingContainer<CodingKeys>) throws {
    switch exitStatus {
    case .code(let code): try container.encode(code, forKey: .exitCode)
    case .signal(let signal, let coreDumped):
      try container.encode(signal, forKey: .signal)
      if coreDumped { try container.encode(true, forKey: .coreDumped) }
    case nil: break
    }
  }
}
