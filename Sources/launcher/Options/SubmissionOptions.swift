import ArgumentParser
import LauncherKit

/// What the commands that submit a job share.
struct SubmissionOptions: ParsableArguments {
  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var job: JobOptions

  @Flag(name: .customLong("dry-run"), help: "Show what would be done, and do nothing.")
  var isDryRun = false

  /// The specification, and the scheduler it goes to. `nil` after a dry run, which is over once it is shown.
  func prepare(json: Bool) async throws -> (launcher: Launcher, spec: JobSpec)? {
    let spec = try job.makeSpec()
    let launcher = try await connection.connect(announcesLocal: true)
    guard isDryRun else { return (launcher, spec) }
    try show(try await launcher.plan(spec), json: json)
    return nil
  }

  /// Says what the scheduler or the adapter remarked about a submission.
  static func say(_ remarks: [String]) {
    for remark in remarks { StandardError.write("launcher: \(Terminal.harmless(remark))") }
  }

  private func show(_ answer: SubmitAnswer, json: Bool) throws {
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
    Self.say(answer.remarks)
  }
}
