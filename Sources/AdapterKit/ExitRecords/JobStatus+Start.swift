import LauncherProtocol

extension JobStatus {
  /// Whether its command may not have started: a shell ends the same way when there is no such program. The command
  /// itself may end that way too, and then it failed; the exit record says which.
  public var mayNotHaveStarted: Bool {
    state == .finished(.failed) && [.code(126), .code(127)].contains(exitStatus)
  }
}
