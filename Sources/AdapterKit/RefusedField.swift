import LauncherProtocol

extension AdapterError {
  /// Refuses a field of a specification that the scheduler cannot honour as it is written.
  ///
  /// - Parameters:
  ///   - field: the field's name, or where the user wrote it: `array`, `native.slurm`, `script: #PBS`.
  ///   - message: what is wrong with it.
  public static func invalid(_ field: String, _ message: String) -> AdapterError {
    AdapterError(.invalidValue, "\(field): \(message); nothing was submitted")
  }

  /// Refuses a field of a specification that this scheduler has nothing for.
  public static func unsupported(_ field: String, _ message: String) -> AdapterError {
    AdapterError(.unsupportedField, "\(field): \(message); nothing was submitted")
  }
}

extension ArrayIndices {
  /// Reads the indices that a user wrote with a scheduler's own option.
  ///
  /// - Throws: `AdapterError` (`invalidValue`) for indices that cannot be read.
  public init(written text: String, with option: String, in field: String) throws {
    do {
      try self.init(parsing: text)
    } catch {
      throw AdapterError.unreadableIndices("\(option) \(text)", in: field)
    }
  }
}

extension AdapterError {
  /// Refuses a scheduler's own option for an array whose indices cannot be read.
  public static func unreadableIndices(_ option: String, in field: String) -> AdapterError {
    .invalid(field, "the indices of ‘\(option)’ cannot be read; write them into ‘array’, such as 1-10")
  }
}
