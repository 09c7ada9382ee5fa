import FoundationEssentials
import LauncherProtocol
import Logging
import Synchronization
import SystemPackage

/// Runs native commands on another machine, by the user's own ssh: their configuration, keys, agent and known hosts
/// apply, and nothing of ours is installed there.
///
/// All programs share one connection (`ControlMaster`), and the commands of one program share one or several shells
/// there. Commands get the environment of a login, are ended by the clock there when their time is up, and their
/// endings are reported exactly. A command whose connection was lost is an error that says so, and is run again if
/// running it twice is the same as once.
public final class SSHHost: CommandHost {
  /// The machine.
  public let destination: SSHDestination
  let outputs: CommandOutputs
  /// The time limit for a command there that creates something, whatever it asks for: what does not exist after that
  /// will never exist.
  static let greatestCreation = Duration.seconds(160)
  private let sessions: SSHSessions
  private let limits: LocalHost.Limits
  private let logger: Logger

  /// A host that keeps the commands' output in `outputs` until it is released.
  public convenience init(
    _ destination: SSHDestination,
    outputs: CommandOutputs,
    limits: LocalHost.Limits = LocalHost.Limits(),
    logger: Logger = .silent
  ) {
    self.init(destination, outputs: outputs, limits: limits, logger: logger) { $0 }
  }

  /// With a command to run in place of ssh.
  init(
    _ destination: SSHDestination,
    outputs: CommandOutputs,
    limits: LocalHost.Limits = LocalHost.Limits(),
    logger: Logger = .silent,
    inPlaceOfSSH replace: @escaping @Sendable (NativeCommand) -> NativeCommand
  ) {
    self.destination = destination
    self.outputs = outputs
    self.limits = limits
    self.logger = logger
    sessions = SSHSessions(destination, logger: logger, inPlaceOfSSH: replace)
  }

  /// Opens the connection, or finds it open, and learns the environment of a login there.
  ///
  /// - Throws: `LauncherError` (`schedulerUnreachable`) when the machine cannot be reached.
  public func connect() async throws {
    await sessions.giveBack(try await sessions.take())
  }

  /// Where relative paths of jobs begin: the destination's folder, or the home folder there; known once connected.
  var directory: String? { destination.directory ?? sessions.environment?.home }

  /// The approximate round-trip time; known once connected.
  var delay: Duration { sessions.delay }

  public func run(_ command: NativeCommand) async throws -> CommandResult {
    try LocalHost.check(command)
    logger.debug("run", metadata: ["command": "\(command.argv.joined(separator: " "))"])
    let begunAt = Date()
    let begun = ContinuousClock.now
    // A command that creates something is never run again, so it gets no session that may have been lost in the
    // meantime.
    let isOnce = command.effect == .creates
    var attempt = try await attempt(command, isExact: isOnce, over: isOnce ? .tested : .full)
    if !isOnce {
      // The loss of an idle session is noticed at the next command, and it is seldom the only one lost.
      if case .lost(let error) = attempt, !Task.isCancelled {
        logger.debug("run again", metadata: ["command": "\(command.argv[0])", "after": "\(error.message)"])
        attempt = try await self.attempt(command, isExact: false, over: .none)
      }
      // A command that may be run again is first run without the extra process, which is seldom needed.
      if case .unclear = attempt { attempt = try await self.attempt(command, isExact: true, over: .full) }
    }
    switch attempt {
    case .done(let ending, let files):
      let duration = ContinuousClock.now - begun
      logger.debug(
        "ran",
        metadata: ["command": "\(command.argv[0])", "ending": "\(ending)", "seconds": "\(duration.inSeconds)"]
      )
      outputs.keep(files)
      return CommandResult(
        ending: ending,
        stdoutPath: files.stdoutPath,
        stderrPath: files.stderrPath,
        begunAt: sessions.environment?.clockAhead.map { begunAt.addingTimeInterval($0) },
        duration: duration,
        unset: command.effect == .creates ? sessions.environment?.unset(for: command) : nil
      )
    case .lost(let error): throw error
    case .unclear: throw LauncherError(.internalFailure, "how ‘\(command.argv[0])’ ended was not reported")
    }
  }

  private enum Attempt {
    case done(CommandResult.Ending, CommandFiles)
    /// The session existed, and is gone.
    case lost(LauncherError)
    /// It ended with a code above 128, or by a signal.
    case unclear
  }

  /// - Throws: `LauncherError` for what would fail again.
  private func attempt(
    _ command: NativeCommand,
    isExact: Bool,
    over trust: SSHSessions.Trust
  ) async throws -> Attempt {
    let files = try CommandFiles(stdin: nil)
    let session = try await sessions.take(trust)
    let limit = command.timeLimit ?? limits.time
    let script = RemoteScript(
      running: command,
      environment: sessions.environment ?? RemoteEnvironment(),
      directory: directory,
      timeLimit: command.effect == .creates ? min(limit, Self.greatestCreation) : limit,
      isExact: isExact
    )
    let begun = ContinuousClock.now
    let turn: SSHSession.Turn
    do {
      turn = try await session.run(
        script.text,
        mark: script.mark,
        // The remote clock decides; this limit is for a machine that no longer responds.
        timeLimit: .seconds(script.seconds + 15),
        into: FileSink(files: files, limit: limits.output)
      )
    } catch {
      session.end()
      await sessions.giveBack(session)
      throw error
    }
    await sessions.giveBack(session)
    let isLate = ContinuousClock.now - begun >= .seconds(script.seconds)
    switch turn {
    case .told(let words): return try ending(words, of: command, script, files, isLate: isLate)
    case .tooMuch: return .done(.outputTooLarge, files)
    case .late: return .lost(SSHFailure.late.error(of: command, at: destination))
    case .ended:
      let said = SSHFailure.lastLine(files.complaint(limit: 4096))
      return .lost(SSHFailure.lost(said).error(of: command, at: destination))
    }
  }

  private func ending(
    _ words: String,
    of command: NativeCommand,
    _ script: RemoteScript,
    _ files: CommandFiles,
    isLate: Bool
  ) throws -> Attempt {
    let name = command.argv[0]
    let parts = words.split(separator: " ")
    let number = parts.dropFirst().first.flatMap { Int32($0) } ?? 0
    switch script.refusal(in: files.output(limit: 64))
      ?? parts.first.flatMap({ RemoteScript.Word(rawValue: String($0)) })
    {
    case .exited:
      // The code of `timeout` for a command that it ended; a command that ended sooner may return it too.
      return .done(number == 124 && isLate ? .timedOut : .exited(number), files)
    case .signalled:
      guard let signal = UnixSignal(number: number) else { return .done(.exited(128 + number), files) }
      return .done(signal == .kill && isLate ? .timedOut : .signalled(signal), files)
    case .unclear:
      // `timeout` itself ends by SIGKILL when a command had to be killed.
      return isLate && number == 128 + UnixSignal.kill.number ? .done(.timedOut, files) : .unclear
    case .absent: return .done(.notFound, try CommandFiles(stdin: nil))
    case .forbidden:
      throw LauncherError(.permissionDenied, "‘\(name)’ is on \(destination), but you may not run it there")
    case .nowhere:
      let folder = command.directory ?? directory ?? ""
      throw LauncherError(
        .directoryUnusable,
        "\(folder) cannot be entered on \(destination)",
        advice: "Relative paths count from the home there, or from the folder in ssh://host/folder."
      )
    case nil:
      throw LauncherError(
        .internalFailure,
        "\(destination) reported something about ‘\(name)’ that is not understood: \(words)"
      )
    }
  }
}

/// Writes a command's output to its files.
private struct FileSink: SSHSession.Sink {
  let files: CommandFiles
  let limit: Int64

  func take(stdout: [UInt8]) throws { try write(stdout, to: files.stdout) }
  func take(stderr: [UInt8]) throws { try write(stderr, to: files.stderr) }

  private func write(_ bytes: [UInt8], to file: FileDescriptor) throws {
    do {
      try file.writeAll(bytes)
    } catch {
      throw LauncherError(.diskFull, "the output of a command could not be stored: \(error)")
    }
    if files.greatestSize > limit { throw SSHSession.TooMuch() }
  }
}

extension CommandFiles {
  /// The beginning of the standard output; all of it, or nothing when it is longer.
  fileprivate func output(limit: Int) -> [UInt8] {
    let bytes = Self.bytes(of: stdout, from: 0, limit: limit + 1)
    return bytes.count > limit ? [] : bytes
  }

  /// The end of the standard error.
  fileprivate func complaint(limit: Int) -> String {
    let size = (try? stderr.seek(offset: 0, from: .end)) ?? 0
    return String(decoding: Self.bytes(of: stderr, from: max(0, size - Int64(limit)), limit: limit), as: UTF8.self)
  }

  private static func bytes(of file: FileDescriptor, from offset: Int64, limit: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: limit)
    let count = (try? bytes.withUnsafeMutableBytes { try file.read(fromAbsoluteOffset: offset, into: $0) }) ?? 0
    return Array(bytes[..<count])
  }
}
