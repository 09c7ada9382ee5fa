import ArgumentParser
import FoundationEssentials
import LauncherKit

struct StatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Show how jobs are; all of yours when none is named, the latest first.",
    discussion: """
      Without ids, it shows your jobs that have not ended, and those that ended in the last day: those that you
      submitted with launcher, on every adapter and host, and those that the scheduler shows. With --adapter or
      --host, the jobs of that scheduler alone. An array has one line; name it to see its tasks.

      A job that was submitted with launcher is looked for where it was submitted.

      An answer may be two seconds old; --fresh asks the scheduler anew.

      EXAMPLES
        launcher status 41
        launcher status 41 --explain
        launcher status --state running --name 'train-*'
        launcher status --state failed --since 7d
        launcher status --label experiment=sweep
      """
  )

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var look: LookOptions

  @Option(
    name: .long,
    help: "Only jobs in this state or with this outcome: queued, running, failed, … Repeatable.",
    transform: readState
  )
  var state: [JobFilter.State] = []

  @Option(
    name: .long,
    help: "Also jobs that ended since: a time span (90m, 7d; default: 1d) or a moment (2026-11-21T08:00:00Z).",
    transform: readMoment
  )
  var since: Date?

  @Option(name: .long, help: "Only jobs of this name; * and ? stand for any letters.")
  var name: String?

  @Option(name: .long, help: "Only jobs with this label: NAME=VALUE. Repeatable.", transform: readLabel)
  var label: [Label] = []

  @Flag(
    name: .long,
    help: "Explain in sentences: why a job waits, how it ended and by whose doing, what it used of what it asked for."
  )
  var explain = false

  @Argument(help: "Ids of jobs.")
  var ids: [String] = []

  func validate() throws {
    if explain, format.json { throw ValidationError("choose one of --json and --explain") }
    if !ids.isEmpty, !state.isEmpty || since != nil || name != nil || !label.isEmpty {
      throw ValidationError("name jobs by their ids, or choose them by --state, --since, --name and --label")
    }
  }

  func run() async throws {
    let filter = JobFilter(
      states: Set(state),
      since: since ?? Date(timeIntervalSinceNow: -86_400),
      name: name,
      labels: Dictionary(label.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    )
    let poll: Poll
    if ids.isEmpty {
      poll = Poll(joining: try await Launcher.allJobs(filter, fresh: look.fresh, connection.options))
    } else {
      poll = try await connection.connect(to: ids).statuses(fresh: look.fresh)
    }
    if format.json {
      try JSONOutput.write(state.isEmpty ? poll.jobs : poll.jobs.map { Self.withoutOtherTasks($0, filter) })
    } else if poll.jobs.isEmpty {
      StandardOutput.write("No jobs.")
    } else {
      // No scheduler was asked about a text that is not an id.
      let shown = poll.jobs.filter { JobIDText.isWellFormed($0.id) }
      if shown.isEmpty {
        // What is wrong with the ids is said below.
      } else if explain {
        StandardOutput.write(shown.map(StatusText.explanation).joined(separator: "\n\n"))
      } else {
        StatusText.table(of: shown, countsTasks: ids.isEmpty).write()
      }
    }
    try PollComplaints.raise(poll, named: !ids.isEmpty)
  }

  /// Tasks that were not asked for are not shown along with the array they belong to.
  private static func withoutOtherTasks(_ status: JobStatus, _ filter: JobFilter) -> JobStatus {
    var status = status
    status.tasks = status.tasks?.filter(filter.admits)
    return status
  }

  @Sendable
  private static func readState(_ word: String) throws -> JobFilter.State {
    if let state = JobFilter.State(rawValue: word) { return state }
    let words = JobFilter.State.allCases.map(\.rawValue)
    let hint = NearestWord.to(word, among: words).map { "did you mean ‘\($0)’? " } ?? ""
    throw ValidationError("‘\(word)’ is not a state: \(hint)States are \(words.joined(separator: ", ")).")
  }
}

/// Parses a moment: an instant, or how long ago it was.
@Sendable
func readMoment(_ text: String) throws -> Date {
  if let instant = RFC3339.date(from: text) { return instant }
  do {
    return Date(timeIntervalSinceNow: -(try DurationGrammar.parse(text, bareNumber: .minutes)).inSeconds)
  } catch {
    throw ValidationError(
      "‘\(text)’ is neither a time span, such as 90m or 7d, nor a moment, such as 2026-11-21T08:00:00Z"
    )
  }
}
