import ArgumentParser
import Glibc
import LauncherKit

/// A failure of the program itself: a sentence for the user and an exit code for scripts.
struct Failure: Error {
  let status: ExitStatusCode
  let message: String
  let advice: String?

  init(_ status: ExitStatusCode, _ message: String, advice: String? = nil) {
    self.status = status
    self.message = message
    self.advice = advice
  }

  init(_ error: AdapterError) {
    self.init(ExitStatusCode(error.code), error.description)
  }

  init(_ error: OutputError) {
    switch error {
    case .isArray(_, let task):
      self.init(.usage, error.description, advice: "Name a task, such as: launcher logs \(task)")
    case .placeUnknown, .unreadable: self.init(.noInput, error.description)
    }
  }

  /// Says what happened on standard error, and ends the program.
  static func exit(with error: any Error) -> Never {
    switch error {
    case let failure as Failure: failure.report()
    case let error as AdapterError: Failure(error).report()
    case let error as OutputError: Failure(error).report()
    case let error as SpecFileError:
      Failure(error.isUnreadable ? .noInput : .data, error.description).report()
    case is CancellationError: Failure(.temporary, "it was interrupted").report()
    case let ending as Interrupts.Ending: Glibc.exit(ending.exitCode)
    default:
      let words = Array(CommandLine.arguments.dropFirst())
      if let failure = UsageMistake(LauncherCommand.message(for: error), words)?.failure { failure.report() }
      exitAsParser(with: error)
    }
  }

  /// Says what the parser has to say. Help is a result; complaints quote what was typed.
  private static func exitAsParser(with error: any Error) -> Never {
    let code = LauncherCommand.exitCode(for: error)
    if code.isSuccess { LauncherCommand.exit(withError: error) }
    let text = LauncherCommand.fullMessage(for: error)
    if !text.isEmpty { StandardError.write(text) }
    Glibc.exit(code.rawValue)
  }

  private func report() -> Never {
    write()
    Glibc.exit(status.rawValue)
  }

  /// Says what happened, and lets the program go on.
  func write() {
    StandardError.write("launcher: \(message)")
    if let advice { StandardError.write("  \(advice)") }
  }
}

/// The program's exit codes beside a job's own; from sysexits(3) where it has a word for the case.
/// `Documentation/ExitCodes.md` lists them for users.
enum ExitStatusCode: Int32 {
  case someJobsFailed = 1
  case usage = 64
  case data = 65
  case noInput = 66
  case unavailable = 69
  case software = 70
  case inputOutput = 74
  case temporary = 75
  case `protocol` = 76
  case notPermitted = 77
  case timedOut = 124
  case noExitStatus = 125

  init(_ code: AdapterError.Code) {
    switch code {
    case .malformedID, .adapterUnknown: self = .usage
    case .unsupportedField, .invalidValue, .unknownQueue, .limitExceeded, .argumentListTooLong, .unsupportedMethod:
      self = .data
    case .unknownJob, .scriptUnreadable, .directoryUnusable, .notRecorded: self = .noInput
    case .schedulerUnreachable, .accountingUnavailable, .adapterNotStarted, .adapterDied, .commandMissing:
      self = .unavailable
    case .schedulerBusy, .schedulerTimedOut, .submitLimitReached, .adapterTimedOut, .uncertainSubmission, .cancelled:
      self = .temporary
    case .incompatibleProtocol, .badRequest, .mustUnderstand, .tooLarge, .adapterNoise: self = .protocol
    case .accountDenied, .qosDenied, .notPermitted, .permissionDenied, .adapterUntrusted, .credentialExpired:
      self = .notPermitted
    case .diskFull: self = .inputOutput
    case .alreadyFinished, .wrongState: self = .someJobsFailed
    case .unreadableOutput, .unreadableRecord, .unrecognisedState, .truncatedOutput, .unrecognisedFailure, .dryRun,
      .internalFailure:
      self = .software
    }
  }
}
