import LauncherProtocol

extension JobStatus {
  /// Whether somebody who follows the job would call this news: figures that grow by themselves are none.
  func differs(from earlier: JobStatus) -> Bool { withoutFigures != earlier.withoutFigures }

  private var withoutFigures: JobStatus {
    var status = self
    status.observedAt = nil
    status.usage = nil
    status.tasks = tasks?.map(\.withoutFigures)
    return status
  }
}
