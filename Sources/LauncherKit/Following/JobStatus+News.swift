import LauncherProtocol

extension JobStatus {
  /// Whether a follower of the job would call this news: figures that grow on their own are not news.
  func differs(from earlier: JobStatus) -> Bool { withoutFigures != earlier.withoutFigures }

  private var withoutFigures: JobStatus {
    var status = self
    status.observedAt = nil
    status.usage = nil
    status.tasks = tasks?.map(\.withoutFigures)
    return status
  }
}
