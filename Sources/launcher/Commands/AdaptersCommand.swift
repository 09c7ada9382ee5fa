import ArgumentParser
import LauncherKit

struct AdaptersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adapters",
    abstract: "List the adapters: where they were found, and which are refused or shadowed."
  )

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var format: FormatOptions

  func run() async throws {
    let search = connection.options.search
    let entries = search.files().map(Entry.init)
    if format.json {
      try JSONOutput.write(entries)
      return
    }
    var table = TextTable(["ADAPTER", "PATH", "STANDING", "WHY"])
    for entry in entries { table.add([entry.adapter, entry.path, entry.standing, entry.why]) }
    if entries.isEmpty {
      StandardOutput.write("No adapter was found.")
    } else {
      table.write()
    }
    StandardOutput.write("Looked for in, first wins: \(search.folders.joined(separator: ", "))")
  }

  /// One element of `launcher adapters --json`.
  private struct Entry: Encodable {
    let adapter: String
    let path: String
    let standing: String
    let why: String?

    init(_ file: AdapterFile) {
      adapter = file.name
      path = file.path
      switch file.standing {
      case .usable: (standing, why) = ("usable", nil)
      case .refused(let problem): (standing, why) = ("refused", problem.description)
      case .shadowed(let other): (standing, why) = ("shadowed", "\(other) comes first")
      }
    }
  }
}
