import LauncherProtocol

/// What jobs write, wherever it is.
extension Launcher {
  /// Where this process can read a file that a job writes: at that path, or in the recording that stands for the machine.
  ///
  /// - Returns: a path, where nothing may be yet, or ever; `nil` where the recording has no such file. Over ssh it is on the other machine: see `remoteFile(at:)`.
  public func localPath(ofJobFile path: String) -> String? {
    guard let replay = choice.replay else { return path }
    return replay.file(at: path)
  }

  /// A file that a job writes on a machine that is reached over ssh; `nil` where `localPath(ofJobFile:)` tells where it is.
  public func remoteFile(at path: String) -> RemoteFile? { choice.remote.map { RemoteFile(path: path, host: $0) } }

  /// To be called when a job's file was read to its end: a recording keeps it then.
  public func finishedReading(jobFile path: String) async {
    guard let recorder = choice.recorder else { return }
    guard let remote = choice.remote else { return recorder.keep(jobFile: path) }
    guard let copy = try? await remote.run(NativeCommand(["cat", path])) else { return }
    if copy.ending == .exited(0) { recorder.keep(jobFile: path, from: copy.stdoutPath) }
    remote.outputs.discard([copy.stdoutPath])
  }
}
