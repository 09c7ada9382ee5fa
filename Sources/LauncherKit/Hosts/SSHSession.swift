import Dispatch
import Glibc
import LauncherProtocol
import Processes
import Subprocess
import Synchronization
import SystemPackage

/// A shell on another machine that runs one script after another, over one ssh.
///
/// Starting a process in it costs a fraction of starting ssh here and a shell of the user there.
final class SSHSession: Sendable {
  /// How a script's turn ended.
  enum Turn: Sendable {
    /// The marks came back, with these words.
    case told(String)
    /// The session ended first.
    case ended
    /// Its time was up. The session is over.
    case late
    /// It wrote more than is accepted. The session is over.
    case tooMuch
  }

  /// Receives what a script writes.
  protocol Sink: Sendable {
    /// Called on a thread of its own; throwing ends the session.
    func take(stdout: [UInt8]) throws
    func take(stderr: [UInt8]) throws
  }

  private let input: FileDescriptor
  private let output: FileDescriptor
  private let errors: FileDescriptor
  private let process = SSHProcess()
  private let hasEnded = Atomic(false)
  private let life: Task<CommandResult.Ending, any Error>

  // A serial queue has a thread of its own: reading blocks, and must not hold one of the concurrency pool.
  private let queue = DispatchQueue(label: "ssh session")

  /// Starts ssh.
  ///
  /// - Throws: `LauncherError` when this machine cannot create a pipe.
  init(_ command: NativeCommand) throws {
    // A session that went away shows as a failed write, not as a signal that ends the whole program.
    signal(SIGPIPE, SIG_IGN)
    let pipes: [(readEnd: FileDescriptor, writeEnd: FileDescriptor)]
    do {
      pipes = try (0..<3).map { _ in try Self.pipe() }
    } catch {
      throw LauncherError(.internalFailure, "ssh could not be started: \(error)")
    }
    (input, output, errors) = (pipes[0].writeEnd, pipes[1].readEnd, pipes[2].readEnd)
    let configuration = LocalHost(outputs: CommandOutputs()).configuration(for: command, program: command.argv[0])
    let (started, starting) = AsyncStream.makeStream(of: ProcessGroup.self)
    let ticket = ChildProcesses.note { [process] in process.end() }
    life = Task {
      defer {
        starting.finish()
        ChildProcesses.forget(ticket)
      }
      do {
        let result = try await Subprocess.run(
          configuration,
          input: .fileDescriptor(pipes[0].readEnd, closeAfterSpawningProcess: true),
          output: .fileDescriptor(pipes[1].writeEnd, closeAfterSpawningProcess: true),
          error: .fileDescriptor(pipes[2].writeEnd, closeAfterSpawningProcess: true)
        ) { execution in
          _ = starting.yield(ProcessGroup(ledBy: execution.processIdentifier.value))
        }
        return LocalHost.ending(of: result.terminationStatus)
      } catch let error as SubprocessError {
        return try LocalHost.ending(afterFailedStart: error, of: command)
      }
    }
    Task { [weak self] in
      for await group in started { self?.noteStart(group) }
      self?.noteEnd()
    }
    for descriptor in [input, output, errors] {
      _ = fcntl(descriptor.rawValue, F_SETFL, fcntl(descriptor.rawValue, F_GETFL) | O_NONBLOCK)
    }
  }

  deinit {
    // At the end of its input, the shell there exits, and ssh with it.
    for descriptor in [input, output, errors] { try? descriptor.close() }
  }

  private func noteStart(_ group: ProcessGroup) {
    process.note(group)
    if hasEnded.load(ordering: .acquiring) { end() }
  }

  /// The number no longer belongs to any process, or belongs to another one.
  private func noteEnd() {
    process.note(nil)
    hasEnded.store(true, ordering: .releasing)
  }

  /// Whether it can run no more scripts.
  var isOver: Bool { hasEnded.load(ordering: .acquiring) }

  /// Kills it at once.
  func end() {
    hasEnded.store(true, ordering: .releasing)
    process.end()
  }

  /// How ssh ended; to be called once it has ended.
  func ending() async throws -> CommandResult.Ending { try await life.value }

  /// Makes the shell run a script, whose marks end both outputs; one at a time.
  ///
  /// - Throws: what the sink throws; `CancellationError` when the task was cancelled, with the session.
  func run(_ script: String, mark: String, timeLimit: Duration, into sink: some Sink) async throws -> Turn {
    let turn = try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        queue.async {
          continuation.resume(with: Result { try self.take(script, mark, timeLimit, sink) })
        }
      }
    } onCancel: {
      end()
    }
    if case .told = turn { return turn }
    end()
    try Task.checkCancellation()
    return turn
  }

  /// Writes and reads until the marks are there.
  private func take(_ script: String, _ mark: String, _ timeLimit: Duration, _ sink: some Sink) throws -> Turn {
    var unsent = Array(script.utf8)[...]
    var streams = [MarkedStream(mark: mark), MarkedStream(mark: mark)]
    var isOpen = [true, true]
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    let clock = ContinuousClock()
    let deadline = clock.now + timeLimit
    while streams.contains(where: { $0.words == nil }) {
      guard isOpen.contains(true) else { return .ended }
      guard clock.now < deadline else { return .late }
      var wanted = [
        pollfd(fd: isOpen[0] ? output.rawValue : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: isOpen[1] ? errors.rawValue : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: unsent.isEmpty ? -1 : input.rawValue, events: Int16(POLLOUT), revents: 0),
      ]
      _ = poll(&wanted, 3, 500)
      if wanted[2].revents != 0 {
        let count = unsent.withUnsafeBytes { write(input.rawValue, $0.baseAddress, min($0.count, 1 << 16)) }
        // The shell no longer reads it: the outputs end as well, and show why.
        if count > 0 { unsent = unsent.dropFirst(count) } else if errno != EAGAIN, errno != EINTR { unsent = [] }
      }
      for index in 0..<2 where wanted[index].revents != 0 {
        let count = read(wanted[index].fd, &buffer, buffer.count)
        if count < 0, errno == EAGAIN || errno == EINTR { continue }
        let bytes = count > 0 ? streams[index].take(buffer[..<count]) : streams[index].rest()
        if count <= 0 { isOpen[index] = false }
        guard !bytes.isEmpty else { continue }
        do {
          if index == 0 { try sink.take(stdout: bytes) } else { try sink.take(stderr: bytes) }
        } catch is TooMuch {
          return .tooMuch
        }
      }
    }
    return .told(streams[0].words ?? "")
  }

  /// Thrown by a sink that is full.
  struct TooMuch: Error {}

  private static func pipe() throws -> (readEnd: FileDescriptor, writeEnd: FileDescriptor) {
    var ends: [Int32] = [0, 0]
    guard Glibc.pipe(&ends) == 0 else { throw Errno(rawValue: errno) }
    // A process that is started between these calls still gets no descriptor of ours: Subprocess closes them.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (FileDescriptor(rawValue: ends[0]), FileDescriptor(rawValue: ends[1]))
  }
}

/// The process of a session, as long as its number is known to be its own.
private final class SSHProcess: Sendable {
  private let group = Mutex<ProcessGroup?>(nil)

  func note(_ group: ProcessGroup?) { self.group.withLock { $0 = group } }

  /// Kills it at once, with its group.
  func end() { group.withLock { $0 }?.end() }
}
