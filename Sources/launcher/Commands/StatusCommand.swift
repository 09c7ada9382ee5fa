import ArgumentParser
import LauncherKit

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show how jobs are; all of yours that the scheduler still shows when none is named."
  )

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var format: FormatOptions

  @Argument(help: "Ids of jobs.")
  var ids: [String] = []

  func run() async throws {
    let launcher = try await connection.connect()
    let poll = try await launcher.statuses(of: ids.isEmpty ? nil : ids.map { JobReference(id: $0) })
    if format.json {
      try JSONOutput.write(poll.jobs)
    } else if poll.jobs.isEmpty {
      StandardOutput.write("No jobs.")
    } else {
      StatusText.table(of: poll.jobs).write()
    }
    try PollComplaints.raise(poll)
  }
}
