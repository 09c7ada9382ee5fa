import Glibc
import LauncherProtocol
import Logging
import Processes
import Subprocess
import Synchronization
import SystemPackage

/// The adapter's process from its start to its end.
final class SpawnedAdapter: ConnectedAdapter {
  private let name: String
  private let executable: String
  private let peer: Peer
  private let requests: HostRequests
  /// The number of the process; 0 while there is none, or none whose number is certainly still its own.
  private let processID = Mutex<pid_t>(0)
  private let isOver = Atomic<Bool>(false)
  private let lastWord = Mutex<String?>(nil)
  private let listener: (@Sendable ([UInt8]) -> Bool)?

  init(
    name: String,
    executable: String,
    peer: Peer,
    requests: HostRequests,
    listener: (@Sendable ([UInt8]) -> Bool)?
  ) {
    self.name = name
    self.executable = executable
    self.peer = peer
    self.requests = requests
    self.listener = listener
  }

  /// Whether it ended, or is being terminated: asking it anything is pointless.
  var hasEnded: Bool { isOver.load(ordering: .acquiring) }

  /// The number of the process; 0 when it does not run.
  var currentID: pid_t { processID.withLock { $0 } }

  /// How the process ended; `nil` while it runs.
  var ending: String? { lastWord.withLock { $0 } }

  /// Ends the process and its group at once.
  func kill() {
    isOver.store(true, ordering: .releasing)
    // Under the lock the number stays the adapter's: nothing reaps the process meanwhile.
    processID.withLock { pid in
      if pid > 1 { _ = Glibc.kill(-pid, SIGKILL) }
    }
  }

  /// Runs the process, carries lines both ways, and finally reports why the connection is gone.
  func run(sending lines: AsyncStream<[UInt8]>, errorTail: ErrorTail) async -> LauncherError {
    defer { isOver.store(true, ordering: .releasing) }
    var options = PlatformOptions()
    // In a session of its own: an interrupt typed at the terminal is for the launcher to handle.
    options.createSession = true
    options.teardownSequence = []
    do {
      let result = try await Subprocess.run(
        .path(FilePath(executable)),
        platformOptions: options,
        input: .inputWriter,
        output: .sequence,
        error: .sequence
      ) { execution in
        let pid = execution.processIdentifier.value
        processID.withLock { $0 = pid }
        defer { processID.withLock { $0 = 0 } }
        let group = ProcessGroup(ledBy: pid)
        CommandGuard.watch(group, grace: .seconds(2))
        defer { CommandGuard.release(group) }
        let fault = await converse(with: execution, sending: lines, errorTail: errorTail)
        isOver.store(true, ordering: .releasing)
        requests.endCreations()
        // Its output has ended or is useless: it is on its way out, and gets two seconds to exit on its own.
        await execution.teardown(using: [
          .send(signal: .terminate, toProcessGroup: true, allowedDurationToNextStep: .seconds(2))
        ])
        return fault
      }
      lastWord.withLock { $0 = Self.text(of: result.terminationStatus) }
      guard var fault = result.closureResult else { return died(result.terminationStatus, errorTail) }
      if let tail = errorTail.quoted { fault.advice = [fault.advice, tail].compactMap { $0 }.joined(separator: " ") }
      return fault
    } catch is CancellationError {
      return LauncherError(.adapterDied, "the \(name) adapter was ended")
    } catch {
      return LauncherError(
        .adapterNotStarted,
        "the \(name) adapter at \(executable) could not be started: \(error)",
        advice: "Try it by hand: \(executable) < /dev/null"
      )
    }
  }

  /// Carries lines both ways until the adapter's output ends; returns what it did wrong, if that ended the
  /// conversation.
  private func converse(
    with execution: Execution<CustomWriteInput, SequenceOutput, SequenceOutput>,
    sending lines: AsyncStream<[UInt8]>,
    errorTail: ErrorTail
  ) async -> LauncherError? {
    let writer = Task {
      for await line in lines {
        // A failed write means that the adapter is gone; its output then ends as well.
        guard (try? await execution.standardInputWriter.write(line)) != nil else { break }
      }
      try? await execution.standardInputWriter.finish()
      // The end of its input is its signal to exit. It gets two seconds.
      guard (try? await Task.sleep(for: .seconds(2))) != nil else { return }
      kill()
    }
    let errors = Task {
      do {
        for try await buffer in execution.standardError { errorTail.append(buffer.withUnsafeBytes { Array($0) }) }
      } catch {}
    }
    let fault = await readMessages(of: execution)
    writer.cancel()
    // Its last words are worth a moment's wait, unless a process that it left running keeps the stream open.
    let drained = Task { await errors.value }
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await drained.value }
      group.addTask { try? await Task.sleep(for: .milliseconds(200)) }
      await group.next()
      errors.cancel()
      group.cancelAll()
    }
    return fault
  }

  private func readMessages(of execution: Execution<CustomWriteInput, SequenceOutput, SequenceOutput>) async
    -> LauncherError?
  {
    var splitter = LineSplitter()
    do {
      for try await buffer in execution.standardOutput {
        let lines = try buffer.withUnsafeBytes { try splitter.append($0) }
        for line in lines {
          if listener?(line) ?? false { continue }
          try await peer.receive(line: line)
        }
      }
      return nil
    } catch let error as LauncherError {
      return LauncherError(
        .adapterNoise,
        "the \(name) adapter wrote something that is not a message to its standard output: \(error.message)",
        advice: "An adapter's log belongs on its standard error. It was ended."
      )
    } catch {
      return nil
    }
  }

  private func died(_ status: TerminationStatus, _ errorTail: ErrorTail) -> LauncherError {
    LauncherError(
      .adapterDied,
      "the \(name) adapter ended before it answered (\(Self.text(of: status)))",
      advice: errorTail.quoted
    )
  }
  private static func text(of status: TerminationStatus) -> String {
    switch status {
    case .exited(let code): "exit code \(code)"
    case .signaled(let number): UnixSignal(number: number)?.name ?? "signal \(number)"
    }
  }
}
