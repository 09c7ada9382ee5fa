import Foundation
import Synchronization
import Testing

@testable import LauncherKit
@testable import LauncherProtocol

@Suite("How many submit commands run at a time, and in which order", .timeLimit(.minutes(1)))
struct SubmissionTurnsTests {
  /// Runs commands that take until somebody lets them end, and tells of each that starts.
  private final class WaitingHost: CommandHost {
    private struct Running {
      var count = 0
      var waiting: [CheckedContinuation<Void, Never>] = []
    }
    private let running = Mutex(Running())
    private let (starts, started) = AsyncStream.makeStream(of: (name: String, running: Int).self)

    func run(_ command: NativeCommand) async throws -> CommandResult {
      await withCheckedContinuation { continuation in
        running.withLock { running in
          running.count += 1
          running.waiting.append(continuation)
          started.yield((command.argv[0], running.count))
        }
      }
      return CommandResult(ending: .exited(0), stdoutPath: "/dev/null", stderrPath: "/dev/null", duration: .zero)
    }

    /// The next command that starts, and how many run then.
    func nextStart() async -> (name: String, running: Int)? {
      for await start in starts { return start }
      return nil
    }

    func endOne() {
      let continuation = running.withLock { running in
        running.count -= 1
        return running.waiting.removeFirst()
      }
      continuation.resume()
    }
  }

  private let host = WaitingHost()
  private let requests: HostRequests

  init() { requests = HostRequests(host: host, outputs: CommandOutputs(), name: "fake", logger: .silent) }

  /// A request of the host, under an id; and what counts the commands that were begun for it.
  private func begin(_ id: Int, in turn: SubmissionTurns.Turn?) -> (ticket: Int, creations: HostRequests.Counter) {
    let creations = HostRequests.Counter()
    let ticket = SubmissionTurns.$current.withValue(turn) { requests.begin(creations: creations) }
    requests.assign(.number(id), to: ticket)
    return (ticket, creations)
  }

  /// What an adapter asks for while it answers a request.
  private func ask(_ name: String, for id: Int, effect: String = "creates") -> Task<Void, any Error> {
    let line =
      #"{"jsonrpc":"2.0","id":1,"method":"run","params":{"argv":["\#(name)"],"effect":"\#(effect)","request":\#(id)}}"#
    return Task {
      let message = try IncomingMessage(line: Array(line.utf8))
      _ = try await requests.answer(method: "run", id: .number(1), message: message)
    }
  }

  @Test("Commands that make something wait until they may run, and begin as one ends")
  func few() async throws {
    let turns = SubmissionTurns(atMost: 2)
    let creations = (0..<5).map { begin($0, in: turns.take()).creations }
    let commands = (0..<5).map { ask("c\($0)", for: $0) }
    #expect(await host.nextStart()?.running == 1)
    #expect(await host.nextStart()?.running == 2)
    for _ in 0..<3 {
      host.endOne()
      #expect(await host.nextStart()?.running == 2)
    }
    host.endOne()
    host.endOne()
    for command in commands { try await command.value }
    #expect(creations.map(\.value) == [1, 1, 1, 1, 1])
  }

  @Test("Commands that only look wait for nobody")
  func looking() async throws {
    let turns = SubmissionTurns(atMost: 1)
    for id in 0..<3 { _ = begin(id, in: turns.take()) }
    let commands = (0..<3).map { ask("c\($0)", for: $0, effect: "reads") }
    for count in 1...3 { #expect(await host.nextStart()?.running == count) }
    for _ in 0..<3 { host.endOne() }
    for command in commands { try await command.value }
  }

  @Test("One at a time begins in the order of the submissions, whoever asks first")
  func order() async throws {
    let turns = SubmissionTurns(atMost: 1)
    for id in 0..<3 { _ = begin(id, in: turns.take()) }
    let third = ask("third", for: 2)
    let second = ask("second", for: 1)
    let first = ask("first", for: 0)
    for name in ["first", "second", "third"] {
      #expect(await host.nextStart()?.name == name)
      host.endOne()
    }
    for command in [first, second, third] { try await command.value }
  }

  @Test("A submission that ends without a command keeps nobody waiting")
  func withoutCommand() async throws {
    let turns = SubmissionTurns(atMost: 1)
    let refused = turns.take()
    _ = begin(0, in: refused)
    _ = begin(1, in: turns.take())
    let second = ask("second", for: 1)
    refused.end()
    #expect(await host.nextStart()?.name == "second")
    host.endOne()
    try await second.value
  }

  @Test("Who is cancelled while it waits begins nothing, and takes nobody's place")
  func cancelled() async throws {
    let turns = SubmissionTurns(atMost: 1)
    let (_, running) = begin(0, in: turns.take())
    let first = ask("first", for: 0)
    #expect(await host.nextStart()?.name == "first")
    let givenUp = turns.take()
    let (_, given) = begin(1, in: givenUp)
    _ = begin(2, in: turns.take())
    let second = ask("second", for: 1)
    second.cancel()
    await #expect(throws: CancellationError.self) { try await second.value }
    host.endOne()
    try await first.value
    let third = ask("third", for: 2)
    givenUp.end()
    #expect(await host.nextStart()?.name == "third")
    host.endOne()
    try await third.value
    #expect(running.value == 1)
    #expect(given.value == 0)
  }

  @Test("For a request that is over nothing is begun")
  func requestOver() async throws {
    let turns = SubmissionTurns(atMost: 1)
    _ = begin(0, in: turns.take())
    let (ticket, creations) = begin(1, in: turns.take())
    let first = ask("first", for: 0)
    #expect(await host.nextStart()?.name == "first")
    let second = ask("second", for: 1)
    // It waits from here on, whether it has asked by now or not.
    requests.end(ticket)
    host.endOne()
    try await first.value
    await #expect(throws: AdapterError.self) { try await second.value }
    #expect(creations.value == 0)
  }

  @Test("For an adapter that is gone nothing is begun, and no more once the turns are closed")
  func over() async throws {
    let turns = SubmissionTurns(atMost: 1)
    _ = begin(0, in: turns.take())
    let (_, waiting) = begin(1, in: turns.take())
    let (_, free) = begin(2, in: nil)
    let first = ask("first", for: 0)
    #expect(await host.nextStart()?.name == "first")
    let second = ask("second", for: 1)
    turns.close()
    await #expect(throws: CancellationError.self) { try await second.value }
    requests.endCreations()
    let third = ask("third", for: 2)
    await #expect(throws: AdapterError.self) { try await third.value }
    host.endOne()
    try await first.value
    #expect(waiting.value == 0)
    #expect(free.value == 0)
  }
}
