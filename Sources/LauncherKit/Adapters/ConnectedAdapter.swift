import LauncherProtocol

/// What is at the other end of a connection: an adapter's process, or an adapter that is a part of this program.
protocol ConnectedAdapter: Sendable {
  /// Whether it ended, or is being ended: there is no use in asking it anything.
  var hasEnded: Bool { get }

  /// The number of the process; 0 when there is none.
  var currentID: Int32 { get }

  /// How it ended, `exit code 0` or `SIGKILL`; `nil` while it runs.
  var ending: String? { get }

  /// Ends it at once.
  func kill()

  /// Carries lines both ways until it ends.
  ///
  /// - Returns: why there is no connection any more.
  func run(sending lines: AsyncStream<[UInt8]>, errorTail: ErrorTail) async -> LauncherError
}
