import FoundationEssentials
import LauncherProtocol
import Synchronization

/// Answers native commands from recordings instead of running them.
///
/// A command is matched by its arguments, and by its standard input where that was recorded. When
/// the same command was recorded several times, the answers come in order and the last one stays.
/// Several recordings are searched in order.
public final class ReplayingHost: CommandHost {
  private struct Question: Hashable {
    let argv: [String]
    let stdin: Data?
  }

  private let recordings: [Recording]
  private let timesAsked = Mutex<[Question: Int]>([:])

  /// A host that knows what these recordings hold.
  public init(_ recordings: [Recording]) { self.recordings = recordings }

  /// A host that knows what the recordings in these folders hold.
  ///
  /// - Throws: `AdapterError` (`notRecorded`) that names the file that cannot be read.
  public convenience init(folders: String...) throws {
    self.init(try folders.map { try Recording(folder: $0) })
  }

  public func run(_ command: NativeCommand) async throws -> CommandResult {
    let stdin = command.stdin.map { Data($0.utf8) }
    for recording in recordings {
      let matching = recording.exchanges.filter { exchange in
        exchange.argv == command.argv && (exchange.stdin == nil || exchange.stdin == stdin ?? Data())
      }
      // Answers to this very input are not mixed with answers whose input was not recorded.
      let exact = matching.filter { $0.stdin != nil }
      let answers = exact.isEmpty ? matching : exact
      guard let last = answers.last else { continue }
      let asked = timesAsked.withLock { times in
        defer { times[Question(argv: command.argv, stdin: stdin), default: 0] += 1 }
        return times[Question(argv: command.argv, stdin: stdin), default: 0]
      }
      let exchange = asked < answers.count ? answers[asked] : last
      return CommandResult(
        ending: exchange.ending,
        stdoutPath: exchange.stdoutPath,
        stderrPath: exchange.stderrPath,
        duration: exchange.duration
      )
    }
    throw notRecorded(command)
  }

  private func notRecorded(_ command: NativeCommand) -> AdapterError {
    let nearest = recordings.flatMap(\.exchanges)
      .map { (exchange: $0, shared: Self.sharedWords($0.argv, command.argv)) }
      .filter { $0.shared > 0 }
      .sorted { $0.shared > $1.shared }
      .prefix(3)
      .map { "\($0.exchange.argv.joined(separator: " ")) (\($0.exchange.name))" }
    return AdapterError(
      .notRecorded,
      "this was not recorded: \(command.argv.joined(separator: " "))",
      advice: nearest.isEmpty
        ? "Nothing like it was recorded." : "Nearest recorded: " + nearest.joined(separator: "; ")
    )
  }

  private static func sharedWords(_ first: [String], _ second: [String]) -> Int {
    (first.first == second.first ? 2 : 0) + Set(first).intersection(second).count
  }
}
