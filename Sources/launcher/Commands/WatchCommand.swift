import ArgumentParser
import LauncherKit

struct WatchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch",
    abstract: "Print each change of jobs as it is seen, until all of them finished."
  )

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var format: FormatOptions

  @Argument(help: "Ids of jobs; all of yours that are not finished when none is named.")
  var ids: [String] = []

  func run() async throws {
    let launcher = try await connection.connect()
    var jobs = ids.map { JobReference(id: $0) }
    if jobs.isEmpty {
      jobs = try await launcher.statuses().jobs.filter { !$0.state.isFinished }.map { JobReference(id: $0.id) }
      if jobs.isEmpty, !format.json { StandardOutput.write("No jobs.") }
    }
    var last: [String: JobStatus] = [:]
    for try await status in launcher.changes(of: jobs) {
      last[status.id] = status
      if format.json {
        try JSONOutput.writeLine(status)
      } else {
        StandardOutput.write(StatusText.line(status))
      }
    }
    try WaitVerdict.raise(jobs.compactMap { last[$0.id] })
  }
}
