import FoundationEssentials
import LauncherProtocol

/// Recorded exchanges with a scheduler: `SCENARIO/NN-slug/{command.json,stdin,stdout,stderr}`, bytes as they came.
public struct Recording: Sendable {
  /// One command and its answer.
  public struct Exchange: Hashable, Sendable {
    /// The folder's name, `02-list`.
    public let name: String
    /// The command and its arguments.
    public let argv: [String]
    /// What was piped in; `nil` when that was not recorded.
    public let stdin: Data?
    /// How the command ended.
    public let ending: CommandResult.Ending
    /// How long it took.
    public let duration: Duration
    /// The file with its standard output.
    public let stdoutPath: String
    /// The file with its standard error.
    public let stderrPath: String
  }

  /// The exchanges in the order they were recorded.
  public let exchanges: [Exchange]

  /// Reads a recording.
  ///
  /// - Throws: `AdapterError` (`notRecorded`) that names the file that cannot be read.
  public init(folder: String) throws {
    let entries: [String]
    do {
      entries = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    } catch {
      throw AdapterError(.notRecorded, "there is no recording at \(folder): \(error)")
    }
    exchanges = try entries.compactMap { entry in
      let path = folder + "/" + entry
      guard FileManager.default.fileExists(atPath: path + "/command.json") else { return nil }
      return try Exchange(name: entry, folder: path)
    }
    if exchanges.isEmpty {
      throw AdapterError(
        .notRecorded,
        "\(folder) holds no recorded exchange",
        advice: "A recording has folders such as 01-list with a command.json in each."
      )
    }
  }
}

extension Recording.Exchange {
  private struct Command: Decodable {
    let argv: [String]
    let exit: Int32
    let seconds: Double?
  }

  fileprivate init(name: String, folder: String) throws {
    let command: Command
    do {
      command = try JSONDecoder().decode(Command.self, from: Data(contentsOf: URL(filePath: folder + "/command.json")))
    } catch {
      throw AdapterError(.notRecorded, "\(folder)/command.json cannot be read: \(error)")
    }
    self.name = name
    argv = command.argv
    stdin = try? Data(contentsOf: URL(filePath: folder + "/stdin"))
    // A negative number is the signal that ended the command.
    ending = UnixSignal(number: 0 &- command.exit).map { .signalled($0) } ?? .exited(command.exit)
    duration = command.seconds.flatMap(Duration.init(safeSeconds:)) ?? .zero
    stdoutPath = folder + "/stdout"
    stderrPath = folder + "/stderr"
  }
}
