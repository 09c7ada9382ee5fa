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

  init(_ error: LauncherError) {
    self.init(ExitStatusCode(error.code), error.descriptionWithAdvice)
  }

  init(_ error: OutputError) {
    switch error {
    case .isArray(_, let task):
      self.init(.usage, error.description, advice: "Name a task, such as: launcher logs \(task)")
    case .placeUnknown, .unreadable: self.init(.noInput, error.description)
    case .unreachable(_, let cause): self.init(ExitStatusCode(cause.code), error.description)
    }
  }

  /// Reports on standard error what happened, and ends the program.
  static func exit(with error: any Error) -> Never {
    switch error {
    case let failure as Failure: failure.report()
    case let error as LauncherError: Failure(error).report()
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

  /// Prints the parser's message. Help is a result; complaints quote what was typed.
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

  /// Reports what happened, and lets the program continue.
  func write() {
    StandardError.write("launcher: \(message)")
    if let advice { StandardError.write("  \(advice)") }
  }
}
