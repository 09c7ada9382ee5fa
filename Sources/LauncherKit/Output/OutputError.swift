import LauncherProtocol

/// Why a job's output, or one stream of it, cannot be shown. It says nothing about the job itself.
public enum OutputError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The job is an array, whose tasks each have their own output; `task` is the id of the first.
  case isArray(job: String, task: String)
  /// The scheduler does not report where the output is.
  case placeUnknown(job: String)
  /// The file cannot be read, or is not a regular file; `reason` is a sentence about it.
  case unreadable(path: String, reason: String)
  /// The machine with the file could not be reached or asked.
  case unreachable(path: String, LauncherError)

  public var description: String {
    switch self {
    case .isArray(let job, _): "job \(job) is an array; each task has an output of its own"
    case .placeUnknown(let job): "the scheduler does not report where the output of job \(job) is"
    case .unreadable(_, let reason): reason
    case .unreachable(let path, let error): "the job's output at \(path) cannot be read: \(error)"
    }
  }
}
