import LauncherProtocol

extension LauncherError {
  /// Refuses a field of a specification that the scheduler cannot honour as written.
  ///
  /// - Parameters:
  ///   - field: the field's name, or where the user wrote it: `array`, `native.slurm`, `script: #PBS`.
  ///   - message: what is wrong with it.
  public static func invalid(_ field: String, _ message: String) -> LauncherError {
    LauncherError(.invalidValue, "\(field): \(message); nothing was submitted")
  }

  /// Refuses a field of a specification that this scheduler has no equivalent for.
  public static func unsupported(_ field: String, _ message: String) -> LauncherError {
    LauncherError(.unsupportedField, "\(field): \(message); nothing was submitted")
  }
}
