import FoundationEssentials
import Glibc
import LauncherProtocol
import Logging
import Subprocess
import Synchronization
import SystemPackage

/// A started adapter and the connection to it.
///
/// Whatever the adapter does wrong (noise, silence, death, a flood) ends in a clear error with the end
/// of its standard error, and costs neither the program nor another adapter anything.
package final class AdapterProcess: Sendable {
  /// What the adapter reported about itself.
  package let description: AdapterDescription
  private let connection: AdapterConnection
  private let name: String
  private let witness: (any QuestionWitness)?

  private init(
    name: String,
    description: AdapterDescription,
    connection: AdapterConnection,
    witness: (any QuestionWitness)?
  ) {
    self.name = name
    self.description = description
    self.connection = connection
    self.witness = witness
  }

  deinit { connection.close() }

  /// Starts an adapter and greets it.
  ///
  /// - Parameters:
  ///   - file: the adapter; has to be usable.
  ///   - host: runs the native commands it asks for.
  ///   - outputs: where their output is kept, to be discarded with the request that needed it.
  ///   - timeLimit: how long the greeting may take.
  /// - Throws: `LauncherError` of the adapter range when it does not start or does not speak our protocol.
  package static func start(
    _ file: AdapterFile,
    host: any CommandHost,
    outputs: CommandOutputs,
    timeLimit: Duration = .seconds(5),
    logger: Logger
  ) async throws -> AdapterProcess {
    guard let executable = file.executable else { throw LauncherError(notUsable: file) }
    let connection = AdapterConnection(
      name: file.name,
      executable: executable,
      host: host,
      outputs: outputs,
      logger: logger
    )
    return try await greet(connection, name: file.name, place: file.path, host: host, timeLimit: timeLimit)
  }

  /// Connects to an adapter that is a part of this program, and greets it.
  static func start(
    _ adapter: any InProcessAdapter,
    host: any CommandHost,
    outputs: CommandOutputs,
    logger: Logger
  ) async throws -> AdapterProcess {
    let connection = AdapterConnection(to: adapter, host: host, outputs: outputs, logger: logger)
    let place = "the adapter ‘\(adapter.name)’"
    return try await greet(connection, name: adapter.name, place: place, host: host, timeLimit: .seconds(60))
  }

  private static func greet(
    _ connection: AdapterConnection,
    name: String,
    place: String,
    host: any CommandHost,
    timeLimit: Duration
  ) async throws -> AdapterProcess {
    do {
      let request = InitializeRequest(host: ProgramIdentity(name: "launcher", version: launcherKitVersion))
      let description: AdapterDescription = try await connection.request(
        "initialize",
        request,
        timeLimit: .total(timeLimit)
      )
      guard (ProtocolRange.current.least...ProtocolRange.current.greatest).contains(description.protocol) else {
        throw LauncherError(
          .incompatibleProtocol,
          "\(place) chose protocol \(description.protocol), which was not offered to it",
          advice: "Install an adapter and a launcher of the same release."
        )
      }
      return AdapterProcess(
        name: name,
        description: description,
        connection: connection,
        witness: host as? any QuestionWitness
      )
    } catch {
      connection.kill()
      throw error
    }
  }

  /// Calls a method.
  ///
  /// - Parameter creations: counts the commands that create something and were begun for the call.
  /// - Throws: the adapter's error; or `unsupportedMethod` without asking when it did not announce the method.
  package func call<Answer: Codable & Sendable>(
    _ operation: Operation,
    _ parameters: some Encodable & Sendable,
    timeLimit: AdapterConnection.TimeLimit = .silence(.seconds(60)),
    creations: HostRequests.Creations? = nil
  ) async throws -> Answer {
    try checkAnnounced(operation)
    do {
      let answer: Answer = try await connection.request(
        operation.rawValue,
        parameters,
        timeLimit: timeLimit,
        creations: creations
      )
      try (answer as? any NamesJobs)?.checkIDs(in: operation, of: name)
      testify(operation, parameters, .success(answer))
      return answer
    } catch {
      testify(operation, parameters, Result<Answer, any Error>.failure(error))
      throw error
    }
  }

  /// Polls; `take` gets the reports in order, before the answer comes.
  package func poll(
    _ query: JobQuery,
    timeLimit: AdapterConnection.TimeLimit = .silence(.seconds(60)),
    take: @escaping HostRequests.TakeReport
  ) async throws -> PollAnswer {
    try checkAnnounced(.poll)
    return try await connection.request(
      Operation.poll.rawValue,
      query,
      timeLimit: timeLimit,
      takeReport: take
    )
  }

  /// Reports the request and its result to a recorder, if there is one.
  func testify(
    _ operation: Operation,
    _ parameters: some Encodable,
    _ outcome: Result<some Encodable, any Error>
  ) {
    guard let witness, description.commands == .host, let request = try? JSONTree(parameters) else { return }
    var question = Expectation.Question(adapter: name, operation: operation, request: request)
    switch outcome {
    case .success(let answer): question.concludes = try? JSONTree(answer).without(JSONTree.momentary)
    case .failure(let error): question.fails = try? JSONTree(LauncherError(wrapping: error, during: operation.rawValue))
    }
    witness.saw(question)
  }

  /// Whether the adapter ended, or is being terminated.
  package var hasEnded: Bool { connection.hasEnded }

  /// The number of the process; 0 when it does not run.
  package var processID: Int32 { connection.processID }

  /// Waits until the process and every command that it asked for are over.
  package func ended() async { await connection.ended() }

  /// Ends the connection; the adapter sees the end of its input and exits.
  package func close() { connection.close() }

  /// Ends the adapter at once.
  package func kill() { connection.kill() }

  private func checkAnnounced(_ operation: Operation) throws {
    guard description.operations.contains(operation) else {
      throw LauncherError(
        .unsupportedMethod,
        "\(description.adapter.name) cannot \(operation.rawValue): its scheduler has no such thing"
      )
    }
  }
}

extension LauncherError {
  fileprivate init(notUsable file: AdapterFile) {
    switch file.standing {
    case .refused(let problem): self.init(refused: file, problem)
    case .shadowed(let other):
      self.init(.adapterUntrusted, "\(file.path) is not started: \(other) comes first")
    case .usable:
      self.init(.adapterNotStarted, "\(file.path) could not be started")
    }
  }
}
