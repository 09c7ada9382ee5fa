import FoundationEssentials
import Glibc
import LauncherProtocol
import Logging
import Processes
import Subprocess
import Synchronization
import SystemPackage

/// Runs native commands on this machine.
///
/// Each runs in a session of its own without a terminal, with a time limit (TERM to the whole process group, KILL two
/// seconds later), bounded output, closed descriptors, and an environment with `LC_ALL=C` and `TZ=UTC`, so that its
/// answer does not depend on the user who asks.
public struct LocalHost: CommandHost {
  /// The limits of one command.
  public struct Limits: Hashable, Sendable {
    /// How long a command may take that sets no limit of its own.
    public var time: Duration
    /// How many bytes it may write to standard output and to standard error.
    public var output: Int64

    /// One minute and 4 GiB, unless specified otherwise.
    public init(time: Duration = .seconds(60), output: Int64 = 4 << 30) {
      self.time = time
      self.output = output
    }
  }

  private let outputs: CommandOutputs
  private let limits: Limits
  private let logger: Logger
  private let lock: SubmissionLock?
  private let environment = ProgramEnvironment()
  private let watchdog = Watchdog()

  /// A host that keeps the commands' output in `outputs` until it is released.
  public init(outputs: CommandOutputs, limits: Limits = Limits(), logger: Logger = .silent) {
    self.init(outputs: outputs, limits: limits, lock: nil, logger: logger)
  }

  /// - Parameter lock: held by each command that creates something, for as long as it runs.
  init(outputs: CommandOutputs, limits: Limits = Limits(), lock: SubmissionLock?, logger: Logger) {
    self.outputs = outputs
    self.limits = limits
    self.lock = lock
    self.logger = logger
  }

  public func run(_ command: NativeCommand) async throws -> CommandResult {
    try Self.check(command)
    let program = command.argv[0]
    let files = try CommandFiles(
      stdin: command.stdin,
      isShort: command.effect == .creates,
      lock: command.effect == .creates ? lock : nil
    )
    logger.debug("run", metadata: ["command": "\(command.argv.joined(separator: " "))"])
    let begunAt = Date()
    let clock = ContinuousClock()
    let begun = clock.now
    let ending = try await spawn(command, program: program, files: files)
    let duration = clock.now - begun
    logger.debug("ran", metadata: ["command": "\(program)", "ending": "\(ending)", "seconds": "\(duration.inSeconds)"])
    outputs.keep(files)
    return CommandResult(
      ending: ending,
      stdoutPath: files.stdoutPath,
      stderrPath: files.stderrPath,
      begunAt: begunAt,
      duration: duration,
      unset: command.effect == .creates ? environment.unset(for: command) : nil
    )
  }

  private func spawn(_ command: NativeCommand, program: String, files: CommandFiles) async throws
    -> CommandResult.Ending
  {
    if environment.lacksProgram(of: command) {
      try Self.checkFolder(of: command)
      return .notFound
    }
    let configuration = configuration(for: command, program: program)
    let timeLimit = command.timeLimit ?? limits.time
    let process = RunningProcess()
    // A process that the command left running in its group keeps the output open and serves no purpose.
    defer { process.endGroup() }
    do {
      let run = Task {
        let result = try await Subprocess.run(
          configuration,
          input: .fileDescriptor(files.stdin, closeAfterSpawningProcess: false),
          output: .fileDescriptor(files.stdout, closeAfterSpawningProcess: false),
          error: .fileDescriptor(files.stderr, closeAfterSpawningProcess: false)
        ) { execution in
          process.started(execution.processIdentifier.value, command, timeLimit)
        }
        return Self.ending(of: result.terminationStatus)
      }
      let (result, hasExpired) = await watchdog.limit(run, look(at: files, for: timeLimit))
      try Task.checkCancellation()
      // A quick command may have written too much between two checks.
      if files.greatestSize > limits.output { return .outputTooLarge }
      return hasExpired ? .timedOut : try result.get()
    } catch let error as SubprocessError {
      return try Self.ending(afterFailedStart: error, of: command)
    }
  }

  /// Refuses what is not a command, and arguments that would not arrive as they are: the system truncates a text at a
  /// NUL byte.
  static func check(_ command: NativeCommand) throws {
    guard let program = command.argv.first, !program.isEmpty else {
      throw LauncherError(.badRequest, "the adapter asked to run an empty command")
    }
    let values = command.environment.values.compactMap { $0 }
    guard (command.argv + values + command.environment.keys).allSatisfy({ !$0.utf8.contains(0) }) else {
      throw LauncherError(.badRequest, "the adapter asked to run a command with a NUL byte in it")
    }
    for name in command.environment.keys where name.isEmpty || name.utf8.contains(0x3D) {
      throw LauncherError(.badRequest, "the adapter asked to set ‘\(name)’, which is not a variable's name")
    }
  }

  func configuration(for command: NativeCommand, program: String) -> Configuration {
    var options = PlatformOptions()
    options.createSession = true
    options.teardownSequence = [
      .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(2))
    ]
    return Configuration(
      executable: environment.executable(of: command, named: program),
      arguments: Arguments(executablePathOverride: program, remainingValues: Array(command.argv.dropFirst())),
      environment: environment.environment(for: command),
      workingDirectory: command.directory.map { FilePath($0) },
      platformOptions: options
    )
  }

  /// Checks whether a command has used up its time or its room.
  private func look(at files: CommandFiles, for time: Duration) -> Watchdog.Look {
    let deadline = ContinuousClock.now + time
    let greatestSize = limits.output
    return { now in
      if now >= deadline || files.greatestSize > greatestSize { return nil }
      // There is no notice of a file that grows.
      return min(deadline, now + .milliseconds(250))
    }
  }

  private static func checkFolder(of command: NativeCommand) throws {
    guard let folder = command.directory, access(folder + "/.", X_OK) != 0 else { return }
    throw LauncherError(
      .directoryUnusable,
      "the folder ‘\(folder)’ cannot be entered (\(String(cString: strerror(errno)))); "
        + "‘\(command.argv.first ?? "")’ was not run",
      advice: "Make it, or choose another one."
    )
  }

  static func ending(of status: TerminationStatus) -> CommandResult.Ending {
    switch status {
    case .exited(let code): .exited(code)
    case .signaled(let number): UnixSignal(number: number).map { .signalled($0) } ?? .exited(128 + number)
    }
  }

  static func ending(
    afterFailedStart error: SubprocessError,
    of command: NativeCommand
  ) throws -> CommandResult.Ending {
    let name = command.argv.first ?? ""
    // A folder that cannot be entered is reported as a command that does not exist.
    try checkFolder(of: command)
    if error.code == .executableNotFound {
      guard name.utf8.contains(UInt8(ascii: "/")), access(name, F_OK) == 0 else { return .notFound }
      throw LauncherError(
        .permissionDenied,
        "‘\(name)’ is there, but you may not run it, or its interpreter is missing"
      )
    }
    switch error.underlyingError {
    case .some(.noSuchFileOrDirectory): return .notFound
    case .some(.permissionDenied):
      throw LauncherError(.permissionDenied, "you may not run ‘\(name)’")
    case .some(.argListTooLong):
      throw LauncherError(.argumentListTooLong, "the arguments of ‘\(name)’ are longer than the system allows")
    default: throw LauncherError(.internalFailure, "‘\(name)’ could not be started: \(error)")
    }
  }
}

/// The process of a command, known from its start on, so that its group can be ended with it.
private final class RunningProcess: Sendable {
  private let group = Mutex<ProcessGroup?>(nil)

  func started(_ pid: pid_t, _ command: NativeCommand, _ timeLimit: Duration) {
    let group = ProcessGroup(ledBy: pid)
    CommandGuard.watch(group, of: command, timeLimit: timeLimit)
    self.group.withLock { $0 = group }
  }

  /// Ends what is left of the group, once the command itself has been reaped.
  func endGroup() {
    guard let group = group.withLock({ $0 }) else { return }
    group.end(reapedAt: ProcessGroup.now)
    CommandGuard.release(group)
  }
}
