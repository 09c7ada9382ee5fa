import ArgumentParser
import FoundationEssentials
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
    let groups: JobGroups
    if ids.isEmpty {
      let launcher = try await connection.connect()
      let open = try await launcher.jobs(JobFilter(since: Date())).jobs.filter { job in
        !job.state.isFinished && job.state != .unknown(.gone)
      }
      let jobs = open.map(\.reference)
      groups = JobGroups(ids: jobs.map(\.id), groups: [Launcher.JobGroup(launcher: launcher, jobs: jobs)])
      if jobs.isEmpty, !format.json { StandardOutput.write("No jobs.") }
    } else {
      groups = try await connection.connect(to: ids)
    }
    let isJSON = format.json
    let answers = await groups.each { launcher, jobs in
      var last: [String: JobStatus] = [:]
      for try await status in launcher.changes(of: jobs) {
        last[status.id] = status
        if isJSON {
          try JSONOutput.writeLine(status)
        } else {
          StandardOutput.write(StatusText.line(status))
        }
      }
      return jobs.compactMap { last[$0.id] }
    }
    let last = try answers.flatMap { try $0.get() }
    try WaitVerdict.raise(groups.inOrder(last, id: \.id))
  }
}
