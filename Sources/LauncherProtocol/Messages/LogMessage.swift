/// adapter → host (notification `log`): a line for people.
public struct LogMessage: Hashable, Sendable, Codable {
  /// `debug`, `info`, `warning` or `error`.
  public var level: String
  /// The line.
  public var message: String

  /// Makes a line.
  public init(level: String, message: String) {
    self.level = level
    self.message = message
  }
}
