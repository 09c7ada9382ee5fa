import LauncherProtocol
import Logging

extension AdapterFile {
  /// Starts the adapter, asks what it is, and ends it.
  ///
  /// - Parameter timeLimit: how long it may take.
  /// - Throws: `LauncherError` when it is refused or shadowed, does not start, or does not speak our protocol.
  public func describe(
    timeLimit: Duration = .seconds(5),
    logger: Logger = .silent
  ) async throws -> AdapterDescription {
    let outputs = CommandOutputs()
    let process = try await AdapterProcess.start(
      self,
      host: LocalHost(outputs: outputs, logger: logger),
      outputs: outputs,
      timeLimit: timeLimit,
      logger: logger
    )
    defer { process.close() }
    return process.description
  }
}
