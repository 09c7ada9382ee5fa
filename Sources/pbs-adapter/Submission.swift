/// A specification as `qsub` is asked for it.
struct Submission: Sendable {
  /// The variable of the job that its token travels in.
  static let tokenVariable = "LAUNCHER_SUBMISSION"
}
