import LauncherProtocol

/// The outcome of a look, whichever program made it.
struct LookOutcome: Sendable {
  /// The last look that is recorded.
  var look: Look?
  /// Whether that is the look that was just made.
  var isKept = true
  var isComplete: Bool
  var problem: LauncherError?
  /// The jobs' statuses, if the look has them at hand.
  var told: [JobStatus]?
  /// What was seen of known jobs and could not be recorded, and which other jobs were seen.
  var unkept: [Int64: JobStatus] = [:]
  var newcomers: [JobStatus] = []

  init(isComplete: Bool) { self.isComplete = isComplete }

  init(_ look: Look?, told: [JobStatus]? = nil) {
    self.look = look
    isComplete = look?.isComplete ?? true
    problem = look?.problem
    self.told = told
  }

  init(unkept look: FinishedLook, after last: Look?) {
    self.look = last
    isKept = false
    isComplete = look.isComplete
    problem = look.problem
    unkept = look.statuses
    newcomers = look.newcomers
  }
}
