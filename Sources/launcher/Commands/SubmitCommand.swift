import ArgumentParser
import LauncherKit

struct SubmitCommand: AsyncParsableCommand {
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

  @OptionGroup var submission: SubmissionOptions
  @OptionGroup var format: FormatOptions

  func run() async throws {
    guard let (launcher, spec) = try await submission.prepare(json: format.json) else { return }
    let (submitted, remarks) = try await launcher.submitting(spec)
    SubmissionOptions.say(remarks)
    if format.json {
      try JSONOutput.write(submitted)
    } else {
      StandardOutput.write(submitted.id)
    }
  }
}
