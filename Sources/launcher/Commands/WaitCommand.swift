import ArgumentParser
import LauncherKit

struct WaitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wait",
    abstract: "Wait until jobs finished. Exit code 0 when all succeeded, 1 when some did not, 124 when the time was up."
  )

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var format: FormatOptions

  @Option(
    name: .long,
    help: "Give up after this long: 90s, 2h, 30 (minutes).",
    transform: reading { try DurationGrammar.parse($0, bareNumber: .minutes) }
  )
  var timeout: Duration?

  @Argument(help: "Ids of jobs.")
  var ids: [String]

  func run() async throws {
    let groups = try await connection.connect(to: ids)
    let timeout = timeout
    // What one scheduler showed is reported even if another one could not be asked.
    let answers = await groups.each { try await $0.wait(for: $1, timeout: timeout) }
    let statuses = groups.inOrder(answers.flatMap { (try? $0.get()) ?? [] }, id: \.id)
    if format.json {
      try JSONOutput.write(statuses)
    } else if !statuses.isEmpty {
      StatusText.table(of: statuses).write()
    }
    for answer in answers { _ = try answer.get() }
    try WaitVerdict.raise(statuses)
  }
}
