import LauncherProtocol

extension LauncherError {
  /// Whether a question that failed in this way fails permanently. All other failures of a question may go away on
  /// their own, whatever their wording: they say nothing about the jobs, and asking again is safe.
  var isForGood: Bool {
    switch code {
    case .incompatibleProtocol, .unsupportedMethod, .badRequest, .mustUnderstand, .tooLarge, .cancelled,
      .unsupportedField, .invalidValue, .malformedID, .adapterNotStarted, .adapterUntrusted, .adapterUnknown,
      .argumentListTooLong, .notRecorded, .dryRun, .internalFailure:
      true
    case .unknownQueue, .accountDenied, .limitExceeded, .qosDenied, .scriptUnreadable, .directoryUnusable,
      .schedulerUnreachable, .schedulerBusy, .schedulerTimedOut, .submitLimitReached, .accountingUnavailable,
      .credentialExpired, .unknownJob, .alreadyFinished, .notPermitted, .wrongState, .uncertainSubmission,
      .unreadableOutput, .unreadableRecord, .unrecognisedState, .truncatedOutput, .unrecognisedFailure, .adapterDied,
      .adapterTimedOut, .adapterNoise, .commandMissing, .permissionDenied, .diskFull:
      false
    }
  }

  /// Whether it is this machine's own programs that fail. A scheduler may be unavailable for days; programs that fail
  /// each time are broken.
  var isOfPrograms: Bool { [.adapterDied, .adapterTimedOut, .adapterNoise, .commandMissing].contains(code) }
}
