import LauncherProtocol

extension LauncherError {
  /// The same failure, as that of a query.
  ///
  /// A table of complaints is mostly about submissions and actions. The same words after a query say nothing about any
  /// job, and nor do unknown words: a query is safe to repeat, so the failure is temporary.
  public var ofLook: LauncherError {
    switch code {
    case .schedulerUnreachable, .schedulerBusy, .schedulerTimedOut, .accountingUnavailable, .credentialExpired,
      .permissionDenied, .commandMissing, .unreadableOutput, .truncatedOutput, .diskFull, .notRecorded,
      .dryRun, .cancelled, .internalFailure:
      return self
    default:
      var error = self
      error.code = .unrecognisedFailure
      error.category = .transient
      return error
    }
  }
}
