import ArgumentParser
import LauncherKit

struct WaitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wait",
    abstract: "Wait until jobs finished. Exit code 0 when all succeeded, 1 when some did not, 124 when the time was up."
  )

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var format: FormatOptions

  @Option(
    name: .long,
    help: "Give up after this long: 90s, 2h, 30 (minutes).",
    transform: reading { try DurationGrammar.parse($0, bareNumber: .minutes) }
  )
  var timeout: Duration?

  @Argument(help: "Ids of jobs.")
  var ids: [String]

  func run() async throws {
    let launcher = try await connection.connect()
    let statuses = try await launcher.wait(for: ids.map { JobReference(id: $0) }, timeout: timeout)
    if format.json {
      try JSONOutput.write(statuses)
    } else {
      StatusText.table(of: statuses).write()
    }
    try WaitVerdict.raise(statuses)
  }
}

/// The exit code that the ends of several jobs make together.
enum WaitVerdict {
  static func raise(_ statuses: [JobStatus]) throws {
    try PollComplaints.raiseUnknown(among: statuses)
    let open = statuses.filter { !$0.state.isFinished }
    if !open.isEmpty {
      throw Failure(.timedOut, "the time was up; not finished: \(open.map(\.id).joined(separator: ", "))")
    }
    let bad = statuses.filter { $0.state != .finished(.succeeded) }
    if !bad.isEmpty { throw ExitCode(ExitStatusCode.someJobsFailed.rawValue) }
  }
}

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
