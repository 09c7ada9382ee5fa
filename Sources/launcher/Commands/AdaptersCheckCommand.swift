import ArgumentParser
import LauncherTestKit

struct AdaptersCheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Hold an adapter against the protocol.",
    discussion: """
      It is started, and asked what it would be asked in use and what nobody should ask; no native command is there.
      Exit code 1 when something does not hold. ‘launcher conformance’ tries recordings of its scheduler as well.

      EXAMPLES
        launcher adapters check ./my-adapter
      """
  )

  @Flag(name: .long, help: "Print the result as JSON.")
  var json = false

  @Argument(help: "The adapter, by the path of its executable or its name.")
  var adapter: String

  func run() async throws {
    let report = try await Self.check(ProgramPaths.adapter(adapter), called: adapter) { check in
      if !json { for line in check.lines { StandardOutput.write(line) } }
    }
    if json {
      try JSONOutput.write(report)
    } else {
      StandardOutput.write(report.summary)
    }
    if !report.holds { throw ExitCode(ExitStatusCode.someJobsFailed.rawValue) }
  }

  /// Tries the protocol's part of the conformance checks.
  ///
  /// - Parameter tell: receives each check once it has been tried.
  static func check(
    _ adapter: String,
    called name: String,
    tell: (ConformanceReport.Check) -> Void
  ) async throws -> ConformanceReport {
    let options = Conformance.Options(mutants: 0)
    let conformance = try Conformance(adapter: adapter, options: options)
    var report = ConformanceReport(adapter: name, seed: options.seed)
    for check in conformance.checks {
      let result = await ConformanceReport.Check(trying: check)
      report.add(result)
      tell(result)
      if result.isFinal { break }
    }
    report.skip(conformance.checks.dropFirst(report.checks.count).map(\.name))
    return report
  }
}

extension ProgramPaths {
  /// A file in this folder if there is one of that name, else what was typed.
  static func adapter(_ word: String) -> String {
    word.hasSuffix("-adapter") && !word.contains("/") ? "./\(word)" : word
  }
}
