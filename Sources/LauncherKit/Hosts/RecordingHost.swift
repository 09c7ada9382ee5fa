import FoundationEssentials
import LauncherProtocol
import Logging

/// Runs native commands on another host, and records each of them with its answer, as well as what adapters were asked
/// meanwhile and what they concluded.
public final class RecordingHost: CommandHost, QuestionWitness {
  private let host: any CommandHost
  private let writer: RecordingWriter
  private let logger: Logger

  /// A host that records what `host` answers.
  ///
  /// - Parameters:
  ///   - folder: the recording; created if it does not exist, continued if it does.
  ///   - redaction: what is replaced in it.
  /// - Throws: `LauncherError` when the folder cannot be written to.
  public convenience init(
    _ host: any CommandHost,
    folder: String,
    redaction: Redaction? = nil,
    logger: Logger = .silent
  ) throws {
    try self.init(host, folder: folder, redaction: redaction, secrets: RecordedSecrets(), logger: logger)
  }

  /// - Parameter secrets: the variables of jobs that all programs of the recording know.
  init(
    _ host: any CommandHost,
    folder: String,
    redaction: Redaction?,
    secrets: RecordedSecrets,
    logger: Logger
  ) throws {
    self.host = host
    self.logger = logger
    writer = try RecordingWriter(folder: folder, redaction: redaction, secrets: secrets)
  }

  /// Keeps the values of a job's variables out of a redacted recording, from now on.
  func conceal(_ variables: [String: String]) { writer.conceal(variables) }

  /// Sets up a folder for a recording, or continues the recording in it: for a program that starts others that are to
  /// be recorded.
  ///
  /// - Throws: `LauncherError` when the folder cannot be written to.
  public static func prepare(folder: String, redaction: Redaction? = nil) throws {
    _ = try RecordingWriter(folder: folder, redaction: redaction)
  }

  public func run(_ command: NativeCommand) async throws -> CommandResult {
    let exchange = try writer.begin(command.argv)
    let begun = Date()
    let result = try await host.run(command)
    try writer.finish(
      exchange,
      RecordedCommand(command, result, at: begun),
      stdin: command.stdin.map { Array($0.utf8) },
      result
    )
    return result
  }

  func saw(_ question: Expectation.Question) {
    do {
      try writer.add(question)
    } catch {
      logger.error("\((error as? LauncherError)?.message ?? "\(error)")")
    }
  }

  /// Keeps what a job has written to a file so far.
  ///
  /// - Parameter copy: where it can be read; without it, at its own path.
  func keep(jobFile path: String, from copy: String? = nil) {
    do {
      try writer.keep(jobFile: path, from: copy ?? path)
    } catch {
      logger.error("\((error as? LauncherError)?.message ?? "\(error)")")
    }
  }
}
