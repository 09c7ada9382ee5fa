import ArgumentParser
import LauncherKit

struct CancelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel",
    abstract: "End jobs, waiting or running; with --signal, send a signal to their processes."
  )

  @OptionGroup var action: ActionOptions

  @Option(name: .long, help: "The signal to send instead of ending the job: TERM, USR1, 10.", transform: readSignal)
  var signal: UnixSignal?

  func run() async throws {
    let signal = signal
    try await action.perform(signal.map { "was sent \($0)" } ?? "cancelled") { try await $0.cancel($1, signal: signal) }
  }

  @Sendable
  private static func readSignal(_ text: String) throws -> UnixSignal {
    guard let signal = UnixSignal(text) else {
      throw ValidationError("‘\(text)’ is not a signal: write a name such as TERM or USR1, or a number from 1 to 64")
    }
    return signal
  }
}

struct HoldCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hold",
    abstract: "Keep waiting jobs from starting."
  )
  @OptionGroup var action: ActionOptions
  func run() async throws { try await action.perform("held") { try await $0.hold($1) } }
}

struct ReleaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "release", abstract: "Let held jobs go.")
  @OptionGroup var action: ActionOptions
  func run() async throws { try await action.perform("released") { try await $0.release($1) } }
}

struct SuspendCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "suspend",
    abstract: "Stop running jobs for the time being."
  )
  @OptionGroup var action: ActionOptions
  func run() async throws { try await action.perform("suspended") { try await $0.suspend($1) } }
}

struct ResumeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "resume", abstract: "Continue suspended jobs.")
  @OptionGroup var action: ActionOptions
  func run() async throws { try await action.perform("resumed") { try await $0.resume($1) } }
}

/// What the commands that act on jobs share.
struct ActionOptions: ParsableArguments {
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var format: FormatOptions

  @Flag(name: .customLong("dry-run"), help: "Show what would be done, and do nothing.")
  var dryRun = false

  @Argument(help: "Ids of jobs; of array tasks as the scheduler writes them.")
  var ids: [String]

  /// Acts on the jobs, reports the result for each, and fails when something was not done.
  func perform(
    _ done: String,
    _ act: @escaping @Sendable (Launcher, [JobReference]) async throws -> [ActionResult]
  ) async throws {
    let groups = try await connection.connect(to: ids, tracksJobs: !dryRun)
    if dryRun {
      try await preview(done, groups)
      return
    }
    // What was done at one scheduler is reported even if another one could not be asked.
    let answers = await groups.each(act)
    let results = groups.inOrder(answers.flatMap { (try? $0.get()) ?? [] }, id: \.id)
    if format.json {
      try JSONOutput.write(results)
    } else {
      for result in results where result.error == nil { StandardOutput.write("\(result.id) \(done)") }
    }
    for remark in results.compactMap(\.remark) { StandardError.write("launcher: \(Terminal.harmless(remark))") }
    let errors = results.compactMap(\.error)
    for error in errors { Failure(error).write() }
    for answer in answers { _ = try answer.get() }
    if let first = errors.first { throw ExitCode(ExitStatusCode(first.code).rawValue) }
  }

  private func preview(_ done: String, _ groups: JobGroups) async throws {
    let poll = try await groups.statuses()
    for status in poll.jobs {
      let outlook = status.state.isFinished ? "it would be left as it is" : "it would be \(done)"
      StandardOutput.write("\(Terminal.harmless(status.id)) is \(status.state); \(outlook)")
    }
    try PollComplaints.raise(poll)
  }
}
