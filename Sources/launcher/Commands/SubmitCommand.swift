import ArgumentParser
import LauncherKit

struct SubmitCommand: SubmittingCommand {
  static let configuration = CommandConfiguration(
    commandName: "submit",
    abstract: "Submit a job and print its id.",
    discussion: """
      EXAMPLES
        launcher submit -- ./simulate --steps 1000
        launcher submit --array 1-10%2 --walltime 1h --script task.sh
        launcher submit --spec job.yaml --queue long
        launcher submit --dependency afterok:$(launcher submit -- ./prepare) -- ./simulate
      """
  )

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var job: JobOptions

  @Flag(name: .customLong("dry-run"), help: "Show what would be done, and do nothing.")
  var isDryRun = false
  @OptionGroup var format: FormatOptions

  func run() async throws {
    guard let (launcher, spec) = try await prepare(json: format.json) else { return }
    let (submitted, remarks) = try await launcher.submitting(spec)
    say(remarks)
    if format.json {
      try JSONOutput.write(submitted)
    } else {
      StandardOutput.write(submitted.id)
    }
  }
}
