import LauncherProtocol

extension ArrayIndices {
  /// Reads the indices that a user wrote with a scheduler's own option.
  ///
  /// - Throws: `LauncherError` (`invalidValue`) for indices that cannot be read.
  public init(written text: String, with option: String, in field: String) throws {
    do {
      try self.init(parsing: text)
    } catch {
      throw LauncherError.unreadableIndices("\(option) \(text)", in: field)
    }
  }
}

extension LauncherError {
  /// Refuses a scheduler's own option for an array whose indices cannot be read.
  public static func unreadableIndices(_ option: String, in field: String) -> LauncherError {
    .invalid(field, "the indices of ‘\(option)’ cannot be read; write them into ‘array’, such as 1-10")
  }

  /// Refuses a scheduler's own option for an array when the specification has an `array` too.
  public static func secondArray(_ option: String, in field: String) -> LauncherError {
    .invalid("array", "\(field) holds ‘\(option)’ too; remove one of them")
  }
}
