/// Where native commands run: this machine, a machine reached by ssh, a recording.
public protocol CommandHost: Sendable {
  /// Runs a command to its end.
  ///
  /// - Returns: how it ended and where its output is. A failing command is a result, not an error.
  /// - Throws: `LauncherError` when the command could not be tried at all (a full disk, a lost connection, a recording
  ///   that does not hold it), or when this is a dry run and the command would change something.
  func run(_ command: NativeCommand) async throws -> CommandResult
}
