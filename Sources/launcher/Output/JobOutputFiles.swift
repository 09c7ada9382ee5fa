import LauncherKit

/// The files with a job's output, as far as the scheduler tells them.
struct JobOutputFiles {
  let output: String?
  let error: String?

  /// - Throws: `Failure` when nothing can be shown, with the reason.
  init(of status: JobStatus, stdout: Bool, stderr: Bool) throws(Failure) {
    if let tasks = status.tasks, let first = tasks.first {
      throw Failure(
        .usage,
        "job \(status.id) is an array; each task has an output of its own",
        advice: "Name a task, such as: launcher logs \(first.id)"
      )
    }
    output = stdout ? status.standardOutput : nil
    // Merged output is shown once.
    let isMerged = stdout && status.standardError == status.standardOutput
    error = stderr && !isMerged ? status.standardError : nil
    if output == nil, error == nil {
      throw Failure(.noInput, "the scheduler does not tell where the output of job \(status.id) is")
    }
  }
}
