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
        launcher submit --bulk jobs.yaml --parallel 8
        launcher submit --dependency afterok:$(launcher submit -- ./prepare) -- ./simulate
      """
  )

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var job: JobOptions

  @Flag(name: .customLong("dry-run"), help: "Show what would be done, and do nothing.")
  var isDryRun = false
  @OptionGroup var format: FormatOptions

  @Option(
    name: .long,
    help:
      "What names this submission (8 to 48 letters, digits, hyphens): a second one with it gives the first one's job."
  )
  var token: String?

  @Option(
    name: .long,
    help:
      "Submit every specification in this file: a list, YAML documents, or JSON, one a line. Options override each. The ids come in the file's order, an empty line where there is none."
  )
  var bulk: String?

  @Option(
    name: .long,
    help: "How many submit commands of --bulk run at a time (default: 4); with 1 in the order of the file.",
    transform: readCount
  )
  var parallel: Int?

  func validate() throws {
    if let token { try Self.check(token) }
    if bulk != nil, job.spec != nil || job.script != nil || !job.command.isEmpty {
      throw ValidationError("--bulk names what to run; leave out --spec, --script and the command")
    }
    if parallel != nil, bulk == nil { throw ValidationError("--parallel is for --bulk") }
  }

  func run() async throws {
    if let bulk {
      let submission = BulkSubmission(connection: connection, job: job, isJSON: format.json)
      if isDryRun {
        try await submission.preview(bulk)
      } else {
        try await submission.submit(bulk, atMost: parallel ?? 4, token: token)
      }
      return
    }
    guard let (launcher, spec) = try await prepare(json: format.json) else { return }
    let submission = try await launcher.submit(spec, token: token)
    let submitted = submission.job
    say(submission.remarks)
    let lost = "Job \(Terminal.harmless(submitted.id)) was submitted all the same; do not submit it again."
    if format.json {
      try JSONOutput.write(submitted, whenLost: lost)
    } else {
      StandardOutput.write(submitted.id, whenLost: lost)
    }
  }

  private static func check(_ token: String) throws {
    let isPlain = token.utf8.allSatisfy { byte in
      switch UnicodeScalar(byte) {
      case "a"..."z", "A"..."Z", "0"..."9", "-": true
      default: false
      }
    }
    guard isPlain, (8...48).contains(token.utf8.count) else {
      throw ValidationError(
        "‘\(token)’ cannot be a token: 8 to 48 letters, digits and hyphens, which nobody else takes by chance"
      )
    }
  }
}
