import ArgumentParser
import FoundationEssentials
import LauncherKit

struct PruneCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Forget jobs that ended long ago. The scheduler's jobs, their files and open jobs are not touched."
  )

  @Option(
    name: .long,
    help: "Forget what ended before: a time span (90d, the default) or a moment (2026-11-21T08:00:00Z).",
    transform: readMoment
  )
  var before: Date?

  @Flag(name: .customLong("dry-run"), help: "Say how many, and forget none.")
  var dryRun = false

  func run() throws {
    let moment = before ?? Date(timeIntervalSinceNow: -90 * 86_400)
    let count = try JobStore.ifPresent()?.prune(endedBefore: moment, dryRun: dryRun) ?? 0
    let jobs = count == 1 ? "1 job" : "\(count) jobs"
    let verb = dryRun ? "would be" : "were"
    StandardOutput.write("\(jobs) that ended before \(RFC3339.string(from: moment)) \(verb) forgotten")
  }
}
