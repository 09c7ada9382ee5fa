import FoundationEssentials
import LauncherKit
import Logging
import Synchronization

/// A connection to an adapter over which a check may send anything, even malformed messages.
final class Conversation: Sendable {
  let host: PretendHost
  private let adapter: AdapterUnderTest
  private let connection: AdapterConnection
  private let ears: Ears

  /// Starts the adapter. Native commands are not found unless `serve` says otherwise.
  init(
    _ adapter: AdapterUnderTest,
    serve: @escaping @Sendable (NativeCommand) async throws -> PretendHost.Answer = { _ in .notFound }
  ) throws {
    guard let executable = adapter.file.executable else { throw Conformance.Failure("it may not be started") }
    let outputs = CommandOutputs()
    let (host, ears) = (PretendHost(outputs, serve: serve), Ears())
    self.adapter = adapter
    self.host = host
    self.ears = ears
    connection = AdapterConnection(
      name: adapter.file.name,
      executable: executable,
      host: host,
      outputs: outputs,
      logger: Logger(label: "conformance") { _ in SwiftLogNoOpLogHandler() },
      listener: { ears.hear($0) }
    )
  }

  deinit { connection.kill() }

  /// Everything that the adapter has written so far, line by line.
  var lines: [JSONTree] { ears.lines }

  // MARK: Requests

  /// Greets the adapter, as every host must first.
  @discardableResult
  func initialize(_ least: Int = 1, _ greatest: Int = 1) async throws -> AdapterDescription {
    let parameters = try JSONTree(
      parsing: """
        {"protocol": {"least": \(least), "greatest": \(greatest)}, "host": {"name": "conformance", "version": "1"},
        "aFieldOfLaterVersions": {"to": "be ignored"}}
        """
    )
    return try await request("initialize", parameters).decoded("the answer to initialize")
  }

  /// Sends a request and waits for its answer.
  ///
  /// - Throws: the adapter's `LauncherError`.
  func request(
    _ method: String,
    _ parameters: JSONTree,
    take: HostRequests.TakeReport? = nil
  ) async throws -> JSONTree {
    do {
      return try await connection.request(method, parameters, timeLimit: .silence(adapter.patience), takeReport: take)
    } catch let error as LauncherError {
      if (50..<56).contains(error.code.rawValue) { throw Conformance.Failure(error.descriptionWithAdvice) }
      throw error
    }
  }

  /// Sends a request with its parameters as JSON text.
  func request(_ method: String, _ json: String) async throws -> JSONTree {
    try await request(method, JSONTree(parsing: json))
  }

  /// Sends a request that has to be refused, with one of some codes.
  ///
  /// - Parameter mayRun: whether commands may be run before that.
  @discardableResult
  func refusal(
    _ codes: [LauncherError.Code],
    _ method: String,
    _ json: String,
    mayRun: Bool = false
  ) async throws -> LauncherError {
    let before = host.commands.count
    let allowed = codes.map { "\($0.rawValue) (\($0.name))" }.joined(separator: " or ")
    do {
      let result = try await request(method, json)
      throw Conformance.Failure(
        "‘\(method)’ with \(json) was to be refused with \(allowed), and was answered: \(result.text)"
      )
    } catch let error as LauncherError {
      guard codes.contains(error.code) else {
        throw Conformance.Failure(
          "‘\(method)’ with \(json) was to be refused with \(allowed), and the error is \(error.code.rawValue): \(error.message)"
        )
      }
      try demand(!error.message.isEmpty, "‘\(method)’ was refused without a message")
      try demand(mayRun || host.commands.count == before, "‘\(method)’ was refused, but commands were run before")
      return error
    }
  }

  /// Polls, and collects what is reported.
  func poll(_ json: String) async throws -> Answer {
    let reports = Reports()
    var answer: Answer
    do {
      let end: PollAnswer = try await request("poll", JSONTree(parsing: json)) { reports.take($0) }
        .decoded("the answer to poll")
      answer = Answer(tree: nil)
      answer.isComplete = end.complete
      answer.problem = end.problem
    } catch let error as LauncherError {
      answer = Answer(error: error)
    }
    reports.fill(&answer)
    return answer
  }

  // MARK: Malformed messages

  /// Sends bytes as a line.
  func send(_ line: [UInt8]) { connection.send(line: line) }

  /// Sends a text as a line.
  func send(_ line: String) { send(Array(line.utf8)) }

  /// Waits for the answer to a request that was sent as a line, with a text as its id.
  func answer(to id: String) async throws -> JSONTree {
    let found = try await eventually { self.lines.first { $0["id"] == .text(id) && $0["method"] == nil } }
    if let found { return found }
    if connection.hasEnded {
      await connection.ended()
      throw Conformance.Failure(
        "it ended before it answered the request ‘\(id)’ (\(connection.ending ?? "unknown how"))"
      )
    }
    throw Conformance.Failure("the request ‘\(id)’ was not answered within \(adapter.patience.inSeconds) seconds")
  }

  /// Waits until a request that was sent as a line makes the adapter run something, or is answered without that.
  func underWay(_ id: String) async throws {
    _ = try await eventually {
      !self.host.commands.isEmpty || self.lines.contains { $0["id"] == .text(id) } ? true : nil
    }
  }

  /// Waits until a condition is met, for as long as an answer may take.
  func eventually<Value>(_ value: () -> Value?) async throws -> Value? {
    let clock = ContinuousClock()
    let deadline = clock.now + adapter.patience
    while clock.now < deadline {
      if let value = value() { return value }
      if connection.hasEnded { return value() }
      // The reading task notes what the adapter sent; it is only checked here.
      try await clock.sleep(for: .milliseconds(5))
    }
    return nil
  }

  /// Ends the adapter's input, at which it has to exit on its own.
  func end() async throws {
    connection.close()
    await connection.ended()
    switch connection.ending {
    case "exit code 0": return
    case "SIGKILL": throw Conformance.Failure("it was still there two seconds after the end of its input")
    case let ending?: throw Conformance.Failure("at the end of its input it ended with \(ending), not with 0")
    case nil: throw Conformance.Failure("it did not end properly after the end of its input")
    }
  }
}

/// Receives the adapter's messages, and consumes those that a normal host has no use for.
private final class Ears: Sendable {
  private let heard = Mutex<[JSONTree]>([])

  var lines: [JSONTree] { heard.withLock { $0 } }

  func hear(_ line: [UInt8]) -> Bool {
    guard let message = try? JSONTree(parsing: String(decoding: line, as: UTF8.self)) else { return false }
    heard.withLock { $0.append(message) }
    guard message["method"] == nil else { return false }
    switch message["id"] {
    case .text?: return true
    // A complaint about a line that was not a message.
    case .null?, nil: return message["error"] != nil
    default: return false
    }
  }
}

extension JSONTree {
  /// The value as a type of the protocol.
  func decoded<Value: Decodable>(_ what: String) throws -> Value {
    do {
      return try decoded()
    } catch {
      throw Conformance.Failure("\(what) has not the form that the protocol asks for: \(error): \(text)")
    }
  }
}

/// Fails with a sentence unless a condition is true.
func demand(_ condition: Bool, _ sentence: @autoclosure () -> String) throws {
  if !condition { throw Conformance.Failure(sentence()) }
}
