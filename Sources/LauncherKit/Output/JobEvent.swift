import LauncherProtocol

/// What happens to a job that is followed.
public enum JobEvent: Sendable {
  /// It has this status now.
  case status(JobStatus)
  /// It wrote something.
  case output(OutputPiece)
  /// Its output, or one stream of it, cannot be shown. That changes nothing about the job.
  case unreadable(OutputError)
}
