import Glibc
import LauncherKit
import Processes
import Subprocess
import SystemPackage
import UnixSignals

/// A program that runs in this one's place: with its streams, its signals, and its exit code as the result.
struct ChildProgram {
  private let command: [String]
  private let environment: [String: String]

  init(_ command: [String], environment: [String: String], standIns: StandIns? = nil) {
    self.command = command
    self.environment = environment.merging(standIns?.environment ?? [:]) { first, _ in first }
  }

  /// Runs it to its end.
  ///
  /// - Returns: its exit code; 128 plus the signal's number if one ended it.
  /// - Throws: `Failure` when it cannot be started.
  func run() async throws -> Int32 {
    let name = command.first ?? ""
    var changes: [Environment.Key: String?] = [:]
    for (name, value) in environment {
      if let key = Environment.Key(rawValue: name) { changes.updateValue(value, forKey: key) }
    }
    let configuration = Configuration(
      executable: name.contains("/") ? .path(FilePath(name)) : .name(name),
      arguments: Arguments(Array(command.dropFirst())),
      environment: .inherit.updating(changes)
    )
    // An interrupt from the terminal reaches the program directly; a signal sent only to this process is passed on.
    let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm, .sighup)
    Interrupts.leave(SIGINT, SIGTERM, SIGHUP)
    do {
      let result = try await Subprocess.run(
        configuration,
        input: .fileDescriptor(.standardInput, closeAfterSpawningProcess: false),
        output: .fileDescriptor(.standardOutput, closeAfterSpawningProcess: false),
        error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false)
      ) { execution in
        let program = ProcessIdentity(pid: execution.processIdentifier.value)
        let passing = Task {
          for await signal in signals where signal != .sigint { program?.send(signal == .sigterm ? SIGTERM : SIGHUP) }
        }
        return passing
      }
      result.closureResult.cancel()
      switch result.terminationStatus {
      case .exited(let code): return code
      case .signaled(let number): return 128 + number
      }
    } catch let error as SubprocessError {
      throw Failure(
        .noInput,
        error.code == .executableNotFound ? "there is no program ‘\(name)’" : "‘\(name)’ could not be started: \(error)"
      )
    }
  }
}
