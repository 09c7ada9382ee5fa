import AdapterKit
import FoundationEssentials

/// A host whose answers are made by the test.
public final class ScriptedHost: CommandHost {
  /// What a command answers.
  public struct Answer: Sendable {
    /// Its output, bytes as they come.
    public var stdout: [UInt8]
    /// Its messages.
    public var stderr: String
    /// How it ended.
    public var ending: CommandResult.Ending
    /// When it was given; if `nil`, now.
    public var begunAt: Date?

    /// An answer; without arguments, that of a command that printed nothing and succeeded.
    public init(stdout: [UInt8] = [], stderr: String = "", ending: CommandResult.Ending = .exited(0)) {
      self.stdout = stdout
      self.stderr = stderr
      self.ending = ending
    }

    /// An answer in text.
    public static func text(_ stdout: String, stderr: String = "", exit: Int32 = 0) -> Answer {
      Answer(stdout: Array(stdout.utf8), stderr: stderr, ending: .exited(exit))
    }

    /// There is no such program.
    public static let notFound = Answer(ending: .notFound)
  }

  private let answer: @Sendable (NativeCommand) throws -> Answer
  private let log = Log()

  /// A host that asks this function for its answers.
  public init(_ answer: @escaping @Sendable (NativeCommand) throws -> Answer) { self.answer = answer }

  public func run(_ command: NativeCommand) async throws -> CommandResult {
    await log.add(command)
    let answer = try answer(command)
    return CommandResult(
      ending: answer.ending,
      stdoutPath: try temporaryFile(answer.stdout),
      stderrPath: try temporaryFile(Array(answer.stderr.utf8)),
      begunAt: answer.begunAt,
      duration: .zero
    )
  }

  /// The commands that were asked for, including those without an answer.
  public var commands: [NativeCommand] { get async { await log.commands } }

  private actor Log {
    private(set) var commands: [NativeCommand] = []
    func add(_ command: NativeCommand) { commands.append(command) }
  }
}
