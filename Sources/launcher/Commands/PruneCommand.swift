import ArgumentParser
import FoundationEssentials
import LauncherKit

struct PruneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Remove what is written down of jobs that ended long ago. Their files and the scheduler's records stay."
  )

  @Option(
    name: .long,
    help: "Remove what ended before: a time span (90d, the default) or a moment (2026-11-21T08:00:00Z).",
    transform: readMoment
  )
  var before: Date?

  @Flag(name: .customLong("dry-run"), help: "Say how many, and remove none.")
  var dryRun = false

  func run() throws {
    let moment = before ?? Date(timeIntervalSinceNow: -90 * 86_400)
    let count = try JobStore.ifPresent()?.prune(endedBefore: moment, dryRun: dryRun) ?? 0
    let jobs = count == 1 ? "1 job" : "\(count) jobs"
    let verb = dryRun ? "would be" : count == 1 ? "was" : "were"
    let when = RFC3339.string(from: moment)
    StandardOutput.write("what is written down of \(jobs) that ended before \(when) \(verb) removed")
    if count > 0 { StandardOutput.write("‘launcher status’ shows those among them that the scheduler still shows") }
  }
}
