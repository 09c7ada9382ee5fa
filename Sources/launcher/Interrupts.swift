import CLinux
import Dispatch
import Glibc
import LauncherKit
import Synchronization

/// The effect of an interrupt, a request to end and a closed terminal: they end what this program runs, and then the
/// program. A submission that has begun gets a short time to complete, and is never ended halfway.
enum Interrupts {
  /// The signal that asked the program to end.
  struct Ending: Error {
    let signal: Int32

    /// The exit code that a shell shows for a program that the signal ended.
    var exitCode: Int32 { 128 + signal }
  }

  private struct State {
    /// Signals that a command handles itself.
    var handled: Set<Int32> = []
    /// The first signal, and when it came.
    var first: (signal: Int32, at: ContinuousClock.Instant)?
    var sources: [Source] = []
  }

  /// Keeps a source alive, and does nothing else with it.
  private struct Source: @unchecked Sendable { let source: any DispatchSourceSignal }

  private static let state = Mutex(State())
  // Not one of the threads that do the work: those may all be waiting.
  private static let queue = DispatchQueue(label: "interrupts")
  private static let patience = DispatchTimeInterval.seconds(5)

  /// Leaves some signals to the command that calls this.
  static func leave(_ signals: Int32...) { state.withLock { $0.handled.formUnion(signals) } }

  /// Does a command's work, and cancels it at the first signal.
  ///
  /// - Throws: `Ending` after a signal; what the work throws.
  static func around(_ work: @escaping @Sendable () async throws -> Void) async throws {
    let task = Task { try await work() }
    // Signals that the parent process ignores, as `nohup` does, stay ignored.
    for signal in [SIGINT, SIGTERM, SIGHUP] where clinux_is_ignored(signal) == 0 {
      let source = DispatchSource.makeSignalSource(signal: signal, queue: queue)
      source.setEventHandler { received(signal, by: task) }
      let kept = Source(source: source)
      state.withLock { $0.sources.append(kept) }
      source.resume()
    }
    let result = await task.result
    if state.withLock({ $0.first }) != nil {
      // The rest of a list of jobs is dropped; submissions that have begun are completed.
      await SubmissionsUnderWay.all.waitUntilNone()
    }
    if let first = state.withLock({ $0.first }) { throw Ending(signal: first.signal) }
    try result.get()
  }

  private static func received(_ signal: Int32, by task: Task<Void, any Error>) {
    let isFirst = state.withLock { state -> Bool? in
      if state.handled.contains(signal) { return nil }
      if let first = state.first {
        // One interrupt may come twice: sent to all programs of a terminal, and passed on by the one that started this.
        return ContinuousClock.now - first.at < .milliseconds(500) ? nil : false
      }
      state.first = (signal, .now)
      return true
    }
    guard let isFirst else { return }
    guard isFirst else { leave(at: signal) }
    task.cancel()
    queue.asyncAfter(deadline: .now() + .milliseconds(200)) {
      // The work may be waiting for something that cannot be cancelled, such as input.
      if ChildProcesses.isEmpty, SubmissionsUnderWay.all.count == 0 { leave(at: signal) }
      queue.asyncAfter(deadline: .now() + patience) { leave(at: signal) }
    }
  }

  /// Ends the program although it is not done.
  private static func leave(at signal: Int32) -> Never {
    let count = SubmissionsUnderWay.all.count
    guard count > 0 else { exit(128 + signal) }
    StandardError.write(
      "launcher: leaving; whether \(count == 1 ? "a job was" : "\(count) jobs were") submitted is not known yet. "
        + "See: launcher reconcile"
    )
    // The native command continues to its end.
    Glibc.exit(128 + signal)
  }

  /// Ends the program once its adapters have exited; for places that have no other way to wait.
  static func exit(_ code: Int32) -> Never {
    let gone = DispatchSemaphore(value: 0)
    Task.detached {
      await ChildProcesses.endAll(within: .seconds(2))
      gone.signal()
    }
    _ = gone.wait(timeout: .now() + 2)
    Glibc.exit(code)
  }
}
