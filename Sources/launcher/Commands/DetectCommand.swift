import ArgumentParser
import LauncherKit

struct DetectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detect",
    abstract: "Find this machine's scheduler, and show the evidence."
  )

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var format: FormatOptions

  func run() async throws {
    let report = try await Launcher.survey(connection.options)
    if format.json {
      try JSONOutput.write(report.findings.map { JSONFinding($0, isChosen: $0.file.path == report.chosen?.file.path) })
    } else {
      write(report)
    }
    guard report.chosen == nil else { return }
    if let finding = report.inDoubt.first {
      throw Failure(
        .unavailable,
        "the scheduler of the \(finding.file.name) adapter is here and does not respond; none is chosen",
        advice: "To run on this machine all the same: --adapter local"
      )
    }
    throw Failure(.unavailable, "no adapter found a scheduler that responds")
  }

  private func write(_ report: DetectionReport) {
    for finding in report.findings {
      let isChosen = finding.file.path == report.chosen?.file.path
      let details = [
        finding.detection?.flavour, finding.detection?.version, finding.detection?.server.map { "on \($0)" },
      ]
      let title = ([finding.file.name + ":", finding.presenceText] + details.compactMap { $0 }).joined(separator: " ")
      StandardOutput.write(Terminal.harmless(title) + (isChosen ? "  ← chosen" : ""))
      for evidence in finding.detection?.evidence ?? [] {
        StandardOutput.write("  \(evidence.direction == .for ? "+" : "-") \(Terminal.harmless(evidence.fact))")
      }
      if let job = finding.detection?.insideJob {
        StandardOutput.write("  ! this is inside job \(Terminal.harmless(job))")
      }
      if let error = finding.error { StandardOutput.write("  ! \(error.description)") }
    }
    if !report.tied.isEmpty {
      let names = report.tied.map(\.file.name).joined(separator: ", ")
      StandardOutput.write("Also responding: \(names). The first by name is taken; choose with --adapter.")
    }
    if report.chosen?.file.name == "local" {
      StandardOutput.write("No scheduler is here: jobs run on this machine, by the local adapter.")
    }
  }
}

/// One element of `launcher detect --json`.
private struct JSONFinding: Encodable {
  let adapter: String
  /// Left out when the adapter failed.
  let presence: Detection.Presence?
  let version: String?
  let server: String?
  let flavour: String?
  let insideJob: String?
  let evidence: [Detection.Evidence]
  let error: String?
  let chosen: Bool?

  init(_ finding: DetectionReport.Finding, isChosen: Bool) {
    adapter = finding.file.name
    presence = finding.presence
    version = finding.detection?.version
    server = finding.detection?.server
    flavour = finding.detection?.flavour
    insideJob = finding.detection?.insideJob
    evidence = finding.detection?.evidence ?? []
    error = finding.error?.description
    chosen = isChosen ? true : nil
  }
}
