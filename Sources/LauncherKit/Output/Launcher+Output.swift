import LauncherProtocol

/// What jobs write, wherever it is: on this machine, over ssh, in a recording.
extension Launcher {
  /// A job's changes and its output while it runs, until it has ended and all has been read.
  ///
  /// Output is read from the job's start on; before that, a file of that name belongs to an earlier job.
  public func events(of job: JobReference) -> JobEvents { JobEvents(launcher: self, job: job) }

  /// A job's output until there is nothing more, and, when following, until the job has ended.
  ///
  /// Only regular files are read: a named pipe or a device is an error, and is never waited for.
  ///
  /// - Parameters:
  ///   - job: the job, or an array's task.
  ///   - known: its status as it was just seen; without it the scheduler is asked.
  ///   - streams: which of its streams. Two that share a file are read once, as standard output.
  ///   - following: whether to continue until the job has ended.
  ///   - last: to begin with this many of the last lines; if it is `nil`, all of them are read.
  /// - Throws: `OutputError` when there is nothing to read, with the reason; `LauncherError` when the scheduler could not be
  ///   asked.
  public func output(
    of job: JobReference,
    known: JobStatus? = nil,
    streams: Set<JobStream> = Set(JobStream.allCases),
    following: Bool = false,
    last: Int? = nil
  ) async throws -> JobOutput {
    let status: JobStatus
    if let known { status = known } else { status = try await self.status(of: job) }
    _ = try OutputPlaces(of: status, streams)
    var events = JobEvents(launcher: self, job: job)
    events.streams = streams
    events.known = status
    events.isFollowing = following && !status.state.isFinished
    events.beginning = .now
    events.last = last
    return JobOutput(events: events)
  }

  /// Submits a job, passes its output on while it runs, and returns its last status.
  ///
  /// The scheduler's remarks at the submission are logged. Output that cannot be read is logged too, and does not
  /// change the job's result. Cancelling the task does not cancel the job.
  ///
  /// - Parameters:
  ///   - spec: what to run.
  ///   - token: as for `submit`.
  ///   - isolation: the actor that `output` is called on: that of the caller.
  ///   - output: gets each piece of the output. An error that it throws ends the following, not the job.
  /// - Returns: the last status; one that is not finished if the scheduler no longer knows the job.
  /// - Throws: `LauncherError` as `submit` does, and when the job cannot be followed; it may continue then.
  public func run(
    _ spec: JobSpec,
    token: String? = nil,
    isolation: isolated (any Actor)? = #isolation,
    output: (OutputPiece) async throws -> Void = { _ in }
  ) async throws -> JobStatus {
    let submission = try await submit(spec, token: token)
    let job = submission.job
    for remark in submission.remarks { logger.notice("job \(job.id): \(remark)") }
    return try await follow(job) { event in
      switch event {
      case .status: break
      case .output(let piece): try await output(piece)
      case .unreadable(let error): logger.warning("job \(job.id): \(error)")
      }
    }
  }

  /// Follows a job to its end, and returns its last status.
  ///
  /// - Parameters:
  ///   - job: the job.
  ///   - isolation: the actor that `take` is called on: that of the caller.
  ///   - take: gets each event. An error that it throws ends the following, not the job.
  /// - Returns: the last status; one that is not finished if the scheduler no longer knows the job.
  /// - Throws: `LauncherError` when the job cannot be followed; it may continue then.
  public func follow(
    _ job: JobReference,
    isolation: isolated (any Actor)? = #isolation,
    _ take: (JobEvent) async throws -> Void
  ) async throws -> JobStatus {
    var last: JobStatus?
    for try await event in events(of: job) {
      if case .status(let status) = event { last = status }
      try await take(event)
    }
    if let last { return last }
    return try await status(of: job)
  }

  /// A file that a job writes, wherever it is; `nil` if a recording stands for the machine and has no such file.
  func file(at path: String, last: Int?) -> (any GrowingFile)? {
    if let host = choice.remote { return RemoteOutputFile(path: path, host: host, last: last) }
    guard let replay = choice.replay else { return LocalOutputFile(path: path, last: last) }
    return replay.file(at: path).map { LocalOutputFile(path: $0, last: last) }
  }

  /// Notes that a job's file was read to its end: a recording keeps it then.
  func finishedReading(_ path: String) async {
    guard let recorder = choice.recorder else { return }
    guard let remote = choice.remote else { return recorder.keep(jobFile: path) }
    guard let copy = try? await remote.run(NativeCommand(["cat", path])) else { return }
    if copy.ending == .exited(0) { recorder.keep(jobFile: path, from: copy.stdoutPath) }
    remote.outputs.discard([copy.stdoutPath])
  }
}
