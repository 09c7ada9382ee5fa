import ArgumentParser
import LauncherKit

struct LogsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "logs",
    abstract: "Show a job's output: its standard output and its standard error."
  )

  @OptionGroup var connection: ConnectionOptions

  @Flag(name: .shortAndLong, help: "Go on until the job finished.")
  var follow = false

  @Flag(name: .long, help: "Standard error alone.")
  var stderr = false

  @Flag(name: .long, help: "Standard output alone.")
  var stdout = false

  @Option(name: .long, help: "Begin with the last lines, this many.", transform: readCount)
  var tail: Int?

  @Argument(help: "The id of a job, or of an array's task.")
  var id: String

  func run() async throws {
    let groups = try await connection.connect(to: [id])
    guard let group = groups.groups.first, let job = group.jobs.first else { return }
    let launcher = try group.connection.get()
    let poll = try await groups.statuses()
    try PollComplaints.raise(poll)
    guard let status = poll.jobs.first else { throw Failure(.noInput, "job \(id) is not known") }
    let files = try JobOutputFiles(of: status, stdout: stdout || !stderr, stderr: stderr || !stdout)
    let follower = OutputFollower()
    if !follow || status.state.isFinished { follower.finish() }
    let tail = tail
    try await withThrowingTaskGroup(of: Void.self) { group in
      if let path = files.output {
        group.addTask {
          try await follower.follow(path, of: launcher, last: tail) { StandardOutput.write($0) }
          await launcher.finishedReading(jobFile: path)
        }
      }
      if let path = files.error {
        group.addTask {
          try await follower.follow(path, of: launcher, last: tail) { StandardError.write($0) }
          await launcher.finishedReading(jobFile: path)
        }
      }
      defer { follower.finish() }
      if follow {
        for try await _ in launcher.changes(of: [job]) {}
        follower.finish()
      }
      try await group.waitForAll()
    }
  }
}
