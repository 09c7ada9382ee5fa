public import Logging

extension Logger {
  /// A logger that drops everything: the library says nothing unless it is given a logger.
  public static var silent: Logger { Logger(label: "launcher") { _ in SwiftLogNoOpLogHandler() } }
}
