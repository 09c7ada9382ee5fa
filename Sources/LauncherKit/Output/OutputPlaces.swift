import LauncherProtocol

/// The files with a job's output, as far as the scheduler reports them.
struct OutputPlaces {
  /// The path of each stream's file, in the order in which they are read.
  let paths: [(stream: JobStream, path: String)]

  /// - Parameter streams: those that are wanted. Two streams in one file count as standard output only.
  /// - Throws: `OutputError` when there is nothing to read, with the reason.
  init(of status: JobStatus, _ streams: Set<JobStream>) throws(OutputError) {
    if let first = status.tasks?.first { throw .isArray(job: status.id, task: first.id) }
    let output = streams.contains(.standardOutput) ? status.standardOutput : nil
    let errors = streams.contains(.standardError) ? status.standardError : nil
    var paths: [(stream: JobStream, path: String)] = []
    if let output { paths.append((.standardOutput, output)) }
    if let errors, errors != output { paths.append((.standardError, errors)) }
    self.paths = paths
    if paths.isEmpty { throw .placeUnknown(job: status.id) }
  }
}
