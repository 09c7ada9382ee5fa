import ArgumentParser
import LauncherKit

/// A command that submits a job. What such commands share is an extension, not a group of options, since the parser
/// checks a group anew for each group around it.
protocol SubmittingCommand: AsyncParsableCommand {
  var connection: ConnectionOptions { get }
  var job: JobOptions { get }
  /// Whether to show what would be done, and do nothing.
  var isDryRun: Bool { get }
}

extension SubmittingCommand {
  /// The specification, and the scheduler it goes to. `nil` after a dry run, which has been shown by then.
  func prepare(json: Bool) async throws -> (launcher: Launcher, spec: JobSpec)? {
    let spec = try job.makeSpec(for: Self.configuration.commandName ?? "submit")
    let launcher = try await connection.connect(announcesLocal: true, tracksJobs: !isDryRun)
    if !spec.native.isEmpty, spec.native[launcher.adapterName] == nil {
      let names = spec.native.keys.sorted().joined(separator: ", ")
      StandardError.write(
        "launcher: the native arguments for \(Terminal.harmless(names)) are not used: the job goes to \(launcher.adapterName)"
      )
    }
    guard isDryRun else { return (launcher, spec) }
    try show(try await launcher.plan(spec), json: json)
    return nil
  }

  /// Prints the remarks of the scheduler or the adapter about a submission.
  func say(_ remarks: [String]) {
    for remark in remarks { StandardError.write("launcher: \(Terminal.harmless(remark))") }
  }

  private func show(_ answer: SubmitAnswer, json: Bool) throws {
    let steps = answer.plan ?? []
    if json {
      try JSONOutput.write(steps)
      return
    }
    for step in steps { PlanText.write(step) }
    say(answer.remarks)
  }
}
