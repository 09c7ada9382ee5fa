import LauncherKit

/// The program's exit codes besides a job's own; from sysexits(3) where it has one for the case.
/// `Documentation/ExitCodes.md` lists them for users.
enum ExitStatusCode: Int32 {
  case someJobsFailed = 1
  case usage = 64
  case data = 65
  case noInput = 66
  case unavailable = 69
  case software = 70
  case inputOutput = 74
  case temporary = 75
  case `protocol` = 76
  case notPermitted = 77
  case timedOut = 124
  case noExitStatus = 125

  init(_ code: LauncherError.Code) {
    switch code {
    case .malformedID, .adapterUnknown: self = .usage
    case .unsupportedField, .invalidValue, .unknownQueue, .limitExceeded, .argumentListTooLong, .unsupportedMethod:
      self = .data
    case .unknownJob, .scriptUnreadable, .directoryUnusable, .notRecorded: self = .noInput
    case .schedulerUnreachable, .accountingUnavailable, .adapterNotStarted, .adapterDied, .commandMissing:
      self = .unavailable
    case .schedulerBusy, .schedulerTimedOut, .submitLimitReached, .adapterTimedOut, .uncertainSubmission, .cancelled:
      self = .temporary
    case .incompatibleProtocol, .badRequest, .mustUnderstand, .tooLarge, .adapterNoise: self = .protocol
    case .accountDenied, .qosDenied, .notPermitted, .permissionDenied, .adapterUntrusted, .credentialExpired:
      self = .notPermitted
    case .diskFull: self = .inputOutput
    case .alreadyFinished, .wrongState: self = .someJobsFailed
    case .unreadableOutput, .unreadableRecord, .unrecognisedState, .truncatedOutput, .unrecognisedFailure, .dryRun,
      .internalFailure:
      self = .software
    }
  }
}
