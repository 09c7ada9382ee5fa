import LauncherProtocol

/// The verdict on a submission whose answer was lost: one verdict, whatever the adapter reported before it was known.
extension LauncherError {
  /// Whether this error, in place of the answer to a submission, leaves open that the job exists nevertheless.
  var leavesDoubt: Bool {
    switch code {
    case .incompatibleProtocol, .unsupportedMethod, .badRequest, .mustUnderstand, .unsupportedField, .invalidValue,
      .unknownQueue, .accountDenied, .limitExceeded, .qosDenied, .scriptUnreadable, .directoryUnusable,
      .schedulerUnreachable, .schedulerBusy, .submitLimitReached, .credentialExpired, .unknownJob, .alreadyFinished,
      .notPermitted, .wrongState, .malformedID, .adapterNotStarted, .adapterUntrusted, .adapterUnknown,
      .commandMissing, .permissionDenied, .diskFull, .argumentListTooLong, .notRecorded, .dryRun:
      category == .uncertain
    case .tooLarge, .cancelled, .schedulerTimedOut, .accountingUnavailable, .uncertainSubmission, .unreadableOutput,
      .unreadableRecord, .unrecognisedState, .truncatedOutput, .unrecognisedFailure, .adapterDied, .adapterTimedOut,
      .adapterNoise, .internalFailure:
      true
    }
  }

  private static let doubt = "whether the job was submitted is not known"
  private static let denial = "nothing was submitted"

  /// It is not known whether the job exists.
  init(inDoubt lost: LauncherError, token: String) {
    self.init(
      .uncertainSubmission,
      Self.sentence(Self.doubt, lost),
      advice: "Before you submit again, look for it; its token is \(token).",
      command: lost.command
    )
  }

  /// The job certainly does not exist.
  init(notSubmitted lost: LauncherError) {
    self.init(lost.code, Self.sentence(Self.denial, lost), advice: lost.advice, command: lost.command)
  }

  private static func sentence(_ verdict: String, _ lost: LauncherError) -> String {
    var rest = lost.message
    for other in [doubt, denial] {
      // With the punctuation that joins it to the rest, which would otherwise be left over.
      for sign in [": ", "; ", ", ", ". "] {
        rest = rest.replacing(other + sign, with: "").replacing(sign + other, with: "")
      }
      rest = rest.replacing(other, with: "")
    }
    return rest.isEmpty ? verdict : "\(verdict): \(rest)"
  }
}
