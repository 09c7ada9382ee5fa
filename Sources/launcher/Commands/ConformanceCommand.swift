import ArgumentParser
import LauncherTestKit

struct ConformanceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "conformance",
    abstract: "Hold an adapter against the protocol, recordings of its scheduler, and damaged copies of them.",
    discussion: """
      No scheduler is needed: native commands are answered from the recordings, or not found. An adapter that runs no
      native commands acts on this machine: give it a state of its own. Exit code 1 when something does not hold.

      EXAMPLES
        launcher conformance ./my-adapter recordings/*
        launcher conformance local --json
        launcher conformance ./my-adapter exit-3 --mutant 1/2/cut@117
      """
  )

  @Flag(name: .long, help: "Print the result as JSON.")
  var json = false

  @Option(
    name: .long,
    help: ArgumentHelp("How many mutants of the recordings to try at most; 0 for none.", valueName: "number")
  )
  var mutants = 20_000

  @Option(
    name: .long,
    help: ArgumentHelp("Chooses among the mutants; the same number, the same mutants.", valueName: "number")
  )
  var seed: UInt64 = 1

  @Option(
    name: .long,
    help: ArgumentHelp("How long an answer may take: 20s.", valueName: "duration"),
    transform: { try DurationGrammar.parse($0, bareNumber: .seconds) }
  )
  var patience: Duration = .seconds(20)

  @Option(name: .long, help: ArgumentHelp("The one mutant to try, as a report names it.", valueName: "mutant"))
  var mutant: String?

  @Argument(help: "The adapter, by its name or the path of its executable.")
  var adapter: String

  @Argument(help: "Folders of recordings; those with an expected.json are asked.")
  var recordings: [String] = []

  func validate() throws {
    guard mutants >= 0 else { throw ValidationError("--mutants is \(mutants), and should be 0 or more") }
    if mutant != nil, recordings.count != 1 { throw ValidationError("--mutant is tried on exactly one recording") }
  }

  func run() async throws {
    let options = Conformance.Options(mutants: mutants, seed: seed, onlyMutant: mutant, patience: patience)
    let conformance = try Conformance(
      adapter: adapter,
      recordings: recordings.map { try Recording(folder: ProgramPaths.absolute($0)) },
      options: options
    )
    var report = ConformanceReport(adapter: adapter, seed: seed)
    for check in conformance.checks {
      let result = await ConformanceReport.Check(trying: check)
      report.add(result)
      if !json { for line in result.lines { StandardOutput.write(line) } }
      if result.isFinal { break }
    }
    report.skip(conformance.checks.dropFirst(report.checks.count).map(\.name))
    if json {
      try JSONOutput.write(report)
    } else {
      StandardOutput.write(report.summary)
    }
    if !report.holds { throw ExitCode(ExitStatusCode.someJobsFailed.rawValue) }
  }
}
