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
    var streams = Set(JobStream.allCases)
    if stdout != stderr { streams = stdout ? [.standardOutput] : [.standardError] }
    let output = try await launcher.output(of: job, known: status, streams: streams, following: follow, last: tail)
    var problem: OutputError?
    for try await event in output.events {
      switch event {
      case .status: break
      case .output(let piece) where piece.stream == .standardOutput: StandardOutput.write(piece.bytes)
      case .output(let piece): StandardError.write(piece.bytes)
      case .unreadable(let error): problem = problem ?? error
      }
    }
    if let problem { throw problem }
  }
}
