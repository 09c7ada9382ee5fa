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
    let options = connection.options
    let report = try await Launcher.survey(options)
    let choice = Choice(of: report, named: options.namedAdapter, byOption: connection.adapter != nil)
    if format.json {
      try JSONOutput.write(report.findings.map { JSONFinding($0, choice: choice) })
    } else {
      write(report, choice)
    }
    try choice.raise(report)
  }

  /// What the next command uses, and why.
  struct Choice {
    /// The finding of the adapter in use; `nil` if there is none.
    let used: DetectionReport.Finding?
    /// The name or path that was given, and where it was given.
    let named: (name: String, by: String)?
    /// What is used if no adapter is named.
    let detected: DetectionReport.Finding?

    init(of report: DetectionReport, named: String?, byOption: Bool) {
      detected = report.chosen
      self.named = named.map { ($0, byOption ? "--adapter" : "LAUNCHER_ADAPTER") }
      used =
        named.map { name in report.findings.first { [$0.file.name, $0.file.path].contains(name) } } ?? report.chosen
    }

    func isUsed(_ finding: DetectionReport.Finding) -> Bool { finding.file.path == used?.file.path }

    func mark(_ finding: DetectionReport.Finding) -> String {
      if isUsed(finding) { return named.map { "  ← used: \($0.by) names it" } ?? "  ← chosen" }
      guard let named, finding.file.path == detected?.file.path else { return "" }
      return "  ← would be chosen without \(named.by)"
    }

    /// Fails if the next command has no scheduler that responds.
    func raise(_ report: DetectionReport) throws {
      if let named {
        guard let used else {
          throw Failure(
            .unavailable,
            "\(named.by) names the adapter ‘\(Terminal.harmless(named.name))’, and there is none of that name",
            advice: "‘launcher adapters’ shows which there are."
          )
        }
        guard used.presence != .responding else { return }
        throw Failure(
          .unavailable,
          used.error.map {
            "whether the scheduler of the \(used.file.name) adapter, which \(named.by) names, responds here is not "
              + "known: \($0.message)"
          }
            ?? "the scheduler of the \(used.file.name) adapter, which \(named.by) names, does not respond here: "
            + "\(used.presenceText)"
        )
      }
      guard used == nil else { return }
      if let finding = report.inDoubt.first {
        throw Failure(
          .unavailable,
          finding.error == nil
            ? "the scheduler of the \(finding.file.name) adapter is here and does not respond; none is chosen"
            : "whether the scheduler of the \(finding.file.name) adapter is here is not known; none is chosen",
          advice: "To run on this machine all the same: --adapter local"
        )
      }
      throw Failure(.unavailable, "no adapter found a scheduler that responds")
    }
  }

  private func write(_ report: DetectionReport, _ choice: Choice) {
    for finding in report.findings {
      let details = [
        finding.detection?.flavour, finding.detection?.version, finding.detection?.server.map { "on \($0)" },
      ]
      let title = ([finding.file.name + ":", finding.presenceText] + details.compactMap { $0 }).joined(separator: " ")
      StandardOutput.write(Terminal.harmless(title) + choice.mark(finding))
      for evidence in finding.detection?.evidence ?? [] {
        StandardOutput.write("  \(evidence.direction == .for ? "+" : "-") \(Terminal.harmless(evidence.fact))")
      }
      if let job = finding.detection?.insideJob {
        StandardOutput.write("  ! this is inside job \(Terminal.harmless(job))")
      }
      if let error = finding.error {
        StandardOutput.write("  ! \(Terminal.harmlessLines(error.descriptionWithAdvice))")
      }
    }
    guard choice.named == nil else { return }
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
  /// Whether the next command uses it.
  let chosen: Bool?
  /// What chose it, if it was named: `--adapter` or `LAUNCHER_ADAPTER`.
  let chosenBy: String?

  init(_ finding: DetectionReport.Finding, choice: DetectCommand.Choice) {
    adapter = finding.file.name
    presence = finding.presence
    version = finding.detection?.version
    server = finding.detection?.server
    flavour = finding.detection?.flavour
    insideJob = finding.detection?.insideJob
    evidence = finding.detection?.evidence ?? []
    error = finding.error?.descriptionWithAdvice
    chosen = choice.isUsed(finding) ? true : nil
    chosenBy = choice.isUsed(finding) ? choice.named?.by : nil
  }
}
