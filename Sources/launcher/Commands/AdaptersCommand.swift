import ArgumentParser
import LauncherKit

struct AdaptersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adapters",
    abstract: "List the adapters, or check or install one.",
    discussion: """
      EXAMPLES
        launcher adapters
        launcher adapters check ./my-adapter
        launcher adapters install ./my-adapter
      """,
    subcommands: [AdaptersListCommand.self, AdaptersCheckCommand.self, AdaptersInstallCommand.self],
    defaultSubcommand: AdaptersListCommand.self
  )
}

struct AdaptersListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "List the adapters: where they were found, what they can do, and which are refused or shadowed."
  )

  @OptionGroup var connection: ConnectionOptions
  @OptionGroup var format: FormatOptions

  func run() async throws {
    let search = connection.options.search
    let entries = await entries(of: search.files())
    if format.json {
      try JSONOutput.write(entries)
      return
    }
    var table = TextTable(["ADAPTER", "VERSION", "PROTOCOL", "STANDING", "PATH", "WHY"])
    for entry in entries {
      table.add([
        entry.adapter, entry.version.map(Terminal.harmless), entry.protocol.map { "\($0)" }, entry.standing, entry.path,
        entry.why.map(Terminal.harmless),
      ])
    }
    if entries.isEmpty {
      StandardOutput.write("No adapter was found.")
    } else {
      table.write()
      writeCapabilities(entries)
    }
    StandardOutput.write("Looked for in, first wins: \(search.folders.joined(separator: ", "))")
  }

  /// Only those that would be used are started; what was refused must not be, even to describe itself.
  private func entries(of files: [AdapterFile]) async -> [Entry] {
    let logger = connection.options.logger
    return await withTaskGroup(of: (Int, Entry).self) { group in
      for (index, file) in files.enumerated() {
        group.addTask {
          guard file.executable != nil else { return (index, Entry(file, nil)) }
          do {
            return (index, Entry(file, .success(try await file.describe(logger: logger))))
          } catch {
            return (
              index, Entry(file, .failure(error as? LauncherError ?? LauncherError(wrapping: error, during: "it")))
            )
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }

  private func writeCapabilities(_ entries: [Entry]) {
    for entry in entries {
      guard let operations = entry.operations, let fields = entry.fields else { continue }
      let missing = JobSpec.Field.ofAdapters.map(\.rawValue).filter { !fields.contains($0) }
      StandardOutput.write(
        "\(entry.adapter): \(operations.joined(separator: ", "))"
          + (missing.isEmpty ? "" : "; of a job's fields not \(missing.joined(separator: ", "))")
          + (entry.commands == "adapter" ? "; acts itself, so not over ssh" : "")
      )
    }
  }

  /// One element of `launcher adapters --json`.
  private struct Entry: Encodable {
    let adapter: String
    let path: String
    let standing: String
    let why: String?
    let version: String?
    let `protocol`: Int?
    let scheduler: String?
    let commands: String?
    let operations: [String]?
    let fields: [String]?
    let tokenPlace: String?

    init(_ file: AdapterFile, _ answer: Result<AdapterDescription, LauncherError>?) {
      adapter = file.name
      path = file.path
      let description = try? answer?.get()
      version = description?.adapter.version
      `protocol` = description?.protocol
      scheduler = description?.scheduler
      commands = description?.commands.rawValue
      operations = description?.operations.map(\.rawValue)
      fields = description?.fields.map(\.rawValue)
      tokenPlace = description?.tokenPlace
      switch (file.standing, answer) {
      case (.usable, .failure(let error)): (standing, why) = ("broken", error.message)
      case (.usable, _): (standing, why) = ("usable", nil)
      case (.refused(let problem), _): (standing, why) = ("refused", problem.description)
      case (.shadowed(let other), _): (standing, why) = ("shadowed", "\(other) comes first")
      }
    }
  }
}
