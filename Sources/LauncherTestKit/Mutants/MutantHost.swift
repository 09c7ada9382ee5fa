import LauncherKit
import Synchronization

/// Answers as one mutant's commands would: one adapter process serves many mutants, one after another.
final class MutantHost: CommandHost {
  /// What the adapter asked for meanwhile.
  struct Asked: Sendable {
    /// It asked for something that the undamaged answer did not come from: what it knows then comes from another
    /// moment, or was never recorded.
    var isBeyond = false
    /// How many commands would have created something.
    var creations = 0
  }

  private struct State {
    var exchanges: [Baseline.Exchange] = []
    /// How every other command ends, if it is not answered from the recording.
    var otherwise: CommandResult.Ending?
    var times: [Int: Int] = [:]
    var asked = Asked()
  }

  private let recording: Recording
  private let outputs: CommandOutputs
  private let state = Mutex(State())

  init(_ recording: Recording, _ outputs: CommandOutputs) {
    self.recording = recording
    self.outputs = outputs
  }

  /// Uses these answers from now on.
  ///
  /// - Parameter otherwise: how other commands end, without output; `nil` to look for them in the recording.
  func answer(with exchanges: [Baseline.Exchange], otherwise: CommandResult.Ending?) {
    state.withLock { $0 = State(exchanges: exchanges, otherwise: otherwise) }
  }

  /// What was asked since then.
  var asked: Asked { state.withLock { $0.asked } }

  func run(_ command: NativeCommand) async throws -> CommandResult {
    // The same question later, with other seconds in it, is the same question.
    let canonical = CanonicalCommand(command)
    let found = state.withLock { state -> Baseline.Exchange? in
      if command.effect == .creates { state.asked.creations += 1 }
      let fitting = state.exchanges.indices.filter { state.exchanges[$0].canonical == canonical }
      guard let first = fitting.first else { return nil }
      defer { state.times[first, default: 0] += 1 }
      return state.exchanges[fitting[min(state.times[first, default: 0], fitting.count - 1)]]
    }
    guard let found else {
      let otherwise = state.withLock { state in
        state.asked.isBeyond = true
        return state.otherwise
      }
      if let otherwise {
        return CommandResult(ending: otherwise, stdoutPath: "/dev/null", stderrPath: "/dev/null", duration: .zero)
      }
      return try await recording.host(outputs).run(command)
    }
    let paths = try outputs.keep(stdout: found.stdout, stderr: found.stderr)
    return CommandResult(
      ending: found.ending,
      stdoutPath: paths.stdoutPath,
      stderrPath: paths.stderrPath,
      begunAt: found.begunAt,
      duration: .milliseconds(1)
    )
  }
}
