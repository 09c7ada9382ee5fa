import FoundationEssentials
import Glibc
import LauncherProtocol

/// The result of a native command, together with its standard error.
public struct CommandAnswer: Sendable {
  /// The command.
  public let command: NativeCommand
  /// What the host reports about it.
  public let result: CommandResult
  /// What it wrote to standard error, only its end if it is long; lines end with a plain line feed.
  public let complaint: String

  /// Whether it exited with code 0.
  public var succeeded: Bool { result.ending == .exited(0) }

  /// The moment it describes, with which its times are compared. This is not this process's clock, since answers are
  /// also replayed.
  public var begunAt: Date { result.begunAt ?? Date() }

  /// The code it exited with, if it exited.
  public var exitCode: Int32? {
    if case .exited(let code) = result.ending { return code }
    return nil
  }

  /// Its standard output, up to a limit; for answers that are known to be short. Lines end with a plain line feed.
  public func output(limit: Int = 1 << 20) -> String {
    SmallFile.head(of: result.stdoutPath, limit: limit).withPlainLineEnds
  }

  /// Its message: its standard error, or, if that is blank, the end of its standard output, where a site's own commands
  /// may explain themselves too.
  public var words: String {
    guard complaint.allSatisfy(\.isWhitespace) else { return complaint }
    return SmallFile.tail(of: result.stdoutPath, limit: 4096).withPlainLineEnds
  }

  /// The last lines of its message, joined into one.
  public var lastLines: String {
    let lines = words.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
    return lines.filter { !$0.isEmpty }.suffix(3).joined(separator: " ")
  }

  /// The command in the form that an error carries.
  public var failed: LauncherError.FailedCommand {
    var failed = LauncherError.FailedCommand(argv: command.argv)
    switch result.ending {
    case .exited(let code): failed.exitCode = code
    case .signalled(let signal): failed.signal = signal
    case .timedOut: failed.timedOut = true
    case .outputTooLarge, .notFound: break
    }
    let said = succeeded ? complaint : words
    if !said.isEmpty { failed.stderrTail = said }
    return failed
  }

  /// The error for a command that did not exit on its own; `nil` when it did.
  public var interruption: LauncherError? {
    let name = command.argv.first ?? ""
    switch result.ending {
    case .exited: return nil
    case .signalled(let signal):
      return LauncherError(.unrecognisedFailure, "‘\(name)’ was ended by \(signal.name)", command: failed)
    case .timedOut:
      return LauncherError(.schedulerTimedOut, "‘\(name)’ did not answer in time", command: failed)
    case .outputTooLarge:
      return LauncherError(.truncatedOutput, "‘\(name)’ wrote more than is read of it", command: failed)
    case .notFound:
      return LauncherError(.commandMissing, "there is no command ‘\(name)’ here", command: failed)
    }
  }
}

extension CommandHost {
  /// Runs a command and reads its complaint.
  public func answer(to command: NativeCommand) async throws -> CommandAnswer {
    let result = try await run(command)
    let complaint = SmallFile.tail(of: result.stderrPath).withPlainLineEnds
    return CommandAnswer(command: command, result: result, complaint: complaint)
  }

  /// Runs a command whose answer is useful but not required; `nil` if the host is a recording without it.
  public func answerIfRecorded(to command: NativeCommand) async throws -> CommandAnswer? {
    do {
      return try await answer(to: command)
    } catch let error as LauncherError where error.code == .notRecorded {
      return nil
    }
  }
}

extension CommandHost {
  /// When a command ran, by the clock of the machine where it ran, in whole seconds: the scheduler's own time of a
  /// submission, except for the difference between two clocks, without asking the scheduler. This process may run
  /// elsewhere, where clocks may be wrong by hours.
  ///
  /// - Returns: what the host reports, else what that machine's `date` prints now; `nil` without either.
  public func time(of answer: CommandAnswer) async -> Date? {
    if let begunAt = answer.result.begunAt {
      return Date(timeIntervalSince1970: begunAt.timeIntervalSince1970.rounded(.down))
    }
    let command = NativeCommand(["date", "+%s"], timeLimit: .seconds(20))
    guard let answer = try? await self.answer(to: command), answer.succeeded else { return nil }
    let words = answer.output(limit: 64).split(whereSeparator: \.isWhitespace)
    return words.last.flatMap { Int64($0) }.map { Date(timeIntervalSince1970: Double($0)) }
  }
}

/// Files of which only a few kilobytes matter.
public enum SmallFile {
  /// The first bytes of a file as text; empty when it cannot be read.
  public static func head(of path: String, limit: Int) -> String { read(path, from: 0, limit: limit) }

  /// The last bytes of a file as text; empty when it cannot be read.
  public static func tail(of path: String, limit: Int = 8192) -> String {
    var information = stat()
    guard stat(path, &information) == 0 else { return "" }
    return read(path, from: max(0, Int(information.st_size) - limit), limit: limit)
  }

  private static func read(_ path: String, from start: Int, limit: Int) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return "" }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    withUnsafeTemporaryAllocation(byteCount: min(limit, 1 << 14), alignment: 1) { piece in
      while bytes.count < limit {
        let wanted = min(piece.count, limit - bytes.count)
        let count = pread(descriptor, piece.baseAddress, wanted, off_t(start + bytes.count))
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { break }
        bytes += piece[..<count]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension String {
  /// Whether the last line is complete; an answer whose last line is not complete is truncated.
  public var endsWithLine: Bool { utf8.last == 0x0A }

  /// With line feeds in place of CR LF, which Swift takes for one character.
  public var withPlainLineEnds: String { utf8.contains(0x0D) ? replacing("\r\n", with: "\n") : self }
}
