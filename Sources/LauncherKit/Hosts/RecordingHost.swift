import FoundationEssentials
import LauncherProtocol
import Logging

/// Runs native commands on another host, and writes down each of them with its answer; and what adapters were asked
/// meanwhile, with what they concluded.
public final class RecordingHost: CommandHost, QuestionWitness {
  private let host: any CommandHost
  private let writer: RecordingWriter
  private let logger: Logger

  /// A host that records what `host` answers.
  ///
  /// - Parameters:
  ///   - folder: the recording; made when it is not there, gone on with when it is.
  ///   - redaction: what is replaced in it.
  /// - Throws: `AdapterError` when the folder cannot be written to.
  public init(
    _ host: any CommandHost,
    folder: String,
    redaction: Redaction? = nil,
    logger: Logger = .silent
  ) throws {
    self.host = host
    self.logger = logger
    writer = try RecordingWriter(folder: folder, redaction: redaction)
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
      logger.error("\((error as? AdapterError)?.message ?? "\(error)")")
    }
  }

  /// Keeps what a job wrote to a file, as far as it is there.
  ///
  /// - Parameter copy: where it can be read; at its own path without it.
  func keep(jobFile path: String, from copy: String? = nil) {
    do {
      try writer.keep(jobFile: path, from: copy ?? path)
    } catch {
      logger.error("\((error as? AdapterError)?.message ?? "\(error)")")
    }
  }
}
