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

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var format: FormatOptions
  @OptionGroup var job: JobOptions
  @OptionGroup var dryRun: DryRunOption

  func run() async throws {
    let spec = try job.makeSpec()
    let launcher = try await connection.connect()
    if dryRun.isOn {
      try dryRun.write(try await launcher.plan(spec), json: format.json)
      return
    }
    let (submitted, remarks) = try await launcher.submitting(spec)
    for remark in remarks { StandardError.write("launcher: \(Terminal.harmless(remark))") }
    if format.json {
      try JSONOutput.write(submitted)
    } else {
      StandardOutput.write(submitted.id)
    }
  }
}

/// `--dry-run`, and what it shows.
struct DryRunOption: ParsableArguments {
  @Flag(name: .customLong("dry-run"), help: "Show what would be done, and do nothing.")
  var isOn = false

  func write(_ answer: SubmitAnswer, json: Bool) throws {
    let steps = answer.plan ?? []
    if json {
      try JSONOutput.write(steps)
      return
    }
    for step in steps {
      if let action = step.action { StandardOutput.write("# \(Terminal.harmless(action))") }
      if let argv = step.argv { StandardOutput.write(ShellText.quoted(argv)) }
      if let stdin = step.stdin { StandardOutput.write(stdin) }
    }
    for remark in answer.remarks { StandardError.write("launcher: \(Terminal.harmless(remark))") }
  }
}
