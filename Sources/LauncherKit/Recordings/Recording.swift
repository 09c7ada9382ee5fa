import FoundationEssentials
import Glibc
import LauncherProtocol

/// Recorded exchanges with a scheduler: `SCENARIO/NN-slug/{command.json,stdin,stdout,stderr}`, bytes as they came.
///
/// Beside them, `scenario.json` says where they come from, `expected.json` says what an adapter was asked meanwhile and
/// has to conclude, and `files/` holds what jobs wrote. Only the exchanges are required.
public struct Recording: Sendable {
  /// One command and its answer.
  public struct Exchange: Hashable, Sendable {
    /// The folder's name, such as `02-list`.
    public let name: String
    /// The command and its arguments.
    public let argv: [String]
    /// What was piped in; `nil` when that was not recorded.
    public let stdin: Data?
    /// How the command ended.
    public let ending: CommandResult.Ending
    /// When it began; `nil` when that was not recorded.
    public let begun: Date?
    /// How long it took.
    public let duration: Duration
    /// The file with its standard output.
    public let stdoutPath: String
    /// The file with its standard error.
    public let stderrPath: String
  }

  /// The folder that holds it.
  public let folder: String
  /// The exchanges in the order they were recorded.
  public let exchanges: [Exchange]
  /// Where it comes from.
  public let scenario: Scenario
  /// What was asked while it was recorded, and what has to be concluded from it; `nil` when that was not recorded.
  public let expectation: Expectation?

  /// Reads a recording.
  ///
  /// - Throws: `LauncherError` (`notRecorded`) that names the file that cannot be read.
  public init(folder: String) throws {
    let entries: [String]
    do {
      entries = try FileManager.default.contentsOfDirectory(atPath: folder)
    } catch {
      let isThere = FileManager.default.fileExists(atPath: folder)
      throw LauncherError(
        .notRecorded,
        isThere ? "\(folder) is not a folder that you can read" : "there is no recording at \(folder)",
        advice: "Name the folder that ‘launcher record’ was given."
      )
    }
    self.folder = folder
    scenario = try Self.decode("scenario.json", in: folder) ?? Scenario()
    expectation = try Self.decode("expected.json", in: folder)
    try scenario.checkFiles(in: folder)
    exchanges = try Self.inOrder(entries).compactMap { entry in
      let path = folder + "/" + entry
      guard FileManager.default.fileExists(atPath: path + "/command.json") else { return nil }
      try Self.checkLinks(of: entry, in: folder)
      return try Exchange(name: entry, folder: path)
    }
    if exchanges.isEmpty {
      throw LauncherError(
        .notRecorded,
        "\(folder) holds no recorded exchange",
        advice: "A recording has folders such as 01-list with a command.json in each."
      )
    }
  }

  /// The local file with what a job wrote to a path on the machine of the recording; `nil` when it was not recorded.
  public func file(at path: String) -> String? {
    guard let name = scenario.files[path], RecordingFolder(path: folder).holdsFile(name) else { return nil }
    return folder + "/" + name
  }

  /// Refuses an exchange whose files are links: they may lead anywhere.
  private static func checkLinks(of entry: String, in folder: String) throws {
    for name in ["", "/command.json", "/stdin", "/stdout", "/stderr"] {
      let path = folder + "/" + entry + name
      var information = stat()
      guard lstat(path, &information) == 0, information.st_mode & S_IFMT == S_IFLNK else { continue }
      throw LauncherError(
        .notRecorded,
        "\(path) is a link, and may lead out of the recording",
        advice: "Copy the file."
      )
    }
  }

  /// Sorts names that begin with a number by that number: `100-x` comes after `11-x`.
  private static func inOrder(_ names: [String]) -> [String] {
    names.map { (Int($0.prefix { $0.isASCII && $0.isNumber }) ?? .max, $0) }
      .sorted { $0 < $1 }
      .map(\.1)
  }

  private static func decode<Value: Decodable>(_ name: String, in folder: String) throws -> Value? {
    let path = folder + "/" + name
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    do {
      return try JSON.value(from: Data(contentsOf: URL(filePath: path)))
    } catch {
      throw LauncherError(.notRecorded, "\(path) cannot be read: \((error as? DecodingError)?.sentence ?? "\(error)")")
    }
  }
}

extension Recording.Exchange {
  fileprivate init(name: String, folder: String) throws {
    let command: RecordedCommand
    do {
      let data = try Data(contentsOf: URL(filePath: folder + "/command.json"))
      command = try JSON.value(from: data)
    } catch {
      throw LauncherError(
        .notRecorded,
        "\(folder)/command.json cannot be read: \((error as? DecodingError)?.sentence ?? "\(error)")"
      )
    }
    self.name = name
    argv = command.argv
    stdin = try? Data(contentsOf: URL(filePath: folder + "/stdin"))
    ending = command.ending
    begun = command.at.flatMap(RFC3339.date(from:))
    duration = command.duration
    stdoutPath = folder + "/stdout"
    stderrPath = folder + "/stderr"
  }
}

/// `command.json`: a command that was run, and how it ended.
struct RecordedCommand: Codable {
  var argv: [String]
  /// The exit code; a negative number is the signal that ended the command.
  var exit: Int32
  /// How else a command can end: `notFound`, `timedOut`, `outputTooLarge`.
  var stopped: String?
  var seconds: Double?
  /// When it began.
  var at: String?
  /// The variables that the adapter set for it.
  var environment: [String: String]?

  var duration: Duration { seconds.flatMap(Duration.init(safeSeconds:)) ?? .zero }

  var ending: CommandResult.Ending {
    switch stopped {
    case "notFound": .notFound
    case "timedOut": .timedOut
    case "outputTooLarge": .outputTooLarge
    default: UnixSignal(number: 0 &- exit).map { .signalled($0) } ?? .exited(exit)
    }
  }

  init(_ command: NativeCommand, _ result: CommandResult, at begun: Date) {
    argv = command.argv
    seconds = (result.duration.inSeconds * 1000).rounded() / 1000
    at = RFC3339.string(from: Date(timeIntervalSince1970: begun.timeIntervalSince1970.rounded(.down)))
    let set = command.environment.compactMapValues { $0 }
    environment = set.isEmpty ? nil : set
    switch result.ending {
    case .exited(let code): exit = code
    case .signalled(let signal): exit = -signal.number
    case .notFound: (exit, stopped) = (127, "notFound")
    case .timedOut: (exit, stopped) = (124, "timedOut")
    case .outputTooLarge: (exit, stopped) = (125, "outputTooLarge")
    }
  }
}
