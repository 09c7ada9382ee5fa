import Foundation
import Synchronization
import Testing

@testable import LauncherKit
@testable import LauncherProtocol

@Suite("How many submit commands run at a time", .timeLimit(.minutes(30)))
struct CommandSlotsTests {
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
  private func begin(_ id: Int, in slots: CommandSlots?) -> (ticket: Int, creations: HostRequests.CreationCount) {
    let creations = HostRequests.CreationCount()
    let turn = slots.map { CommandTurn(in: $0) }
    let ticket = CommandTurn.$current.withValue(turn) { requests.begin(creations: creations) }
    requests.assign(.number(id), to: ticket)
    return (ticket, creations)
  }

  /// What an adapter asks for while it answers a request, with or without its id.
  private func ask(_ name: String, for id: Int?, effect: String = "creates") -> Task<Void, any Error> {
    let request = id.map { #","request":\#($0)"# } ?? ""
    let line =
      #"{"jsonrpc":"2.0","id":1,"method":"run","params":{"argv":["\#(name)"],"effect":"\#(effect)"\#(request)}}"#
    return Task {
      let message = try IncomingMessage(line: Array(line.utf8))
      requests.received(method: "run", message: message)
      _ = try await requests.answer(method: "run", id: .number(1), message: message)
    }
  }

  @Test("Commands that make something wait until they may run, and begin as one ends")
  func few() async throws {
    let slots = CommandSlots(2)
    let creations = (0..<5).map { begin($0, in: slots).creations }
    let commands = (0..<5).map { (id: Int) in ask("c\(id)", for: id) }
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
    let slots = CommandSlots(1)
    for id in 0..<3 { _ = begin(id, in: slots) }
    let commands = (0..<3).map { (id: Int) in ask("c\(id)", for: id, effect: "reads") }
    for count in 1...3 { #expect(await host.nextStart()?.running == count) }
    for _ in 0..<3 { host.endOne() }
    for command in commands { try await command.value }
  }

  @Test("Who is cancelled while it waits begins nothing, and takes nobody's place")
  func cancelled() async throws {
    let slots = CommandSlots(1)
    let (_, running) = begin(0, in: slots)
    let (_, givenUp) = begin(1, in: slots)
    _ = begin(2, in: slots)
    let first = ask("first", for: 0)
    #expect(await host.nextStart()?.name == "first")
    let second = ask("second", for: 1)
    second.cancel()
    await #expect(throws: CancellationError.self) { try await second.value }
    let third = ask("third", for: 2)
    host.endOne()
    #expect(await host.nextStart()?.name == "third")
    host.endOne()
    for command in [first, third] { try await command.value }
    #expect(running.value == 1)
    #expect(givenUp.value == 0)
  }

  @Test("For a request that is over nothing is begun")
  func requestOver() async throws {
    let slots = CommandSlots(1)
    _ = begin(0, in: slots)
    let (ticket, creations) = begin(1, in: slots)
    let first = ask("first", for: 0)
    #expect(await host.nextStart()?.name == "first")
    let second = ask("second", for: 1)
    // Whether it waits by now or asks only later.
    requests.end(ticket)
    host.endOne()
    try await first.value
    await #expect(throws: AdapterError.self) { try await second.value }
    #expect(creations.value == 0)
  }

  @Test("A command that names no request may be for any of them, from its arrival on, and waits for nobody")
  func unnamed() async throws {
    let slots = CommandSlots(1)
    let (_, first) = begin(0, in: slots)
    let (_, second) = begin(1, in: slots)
    let commands = ["one", "other"].map { ask($0, for: nil) }
    for count in 1...2 { #expect(await host.nextStart()?.running == count) }
    #expect(first.value == 2)
    #expect(second.value == 2)
    for _ in commands { host.endOne() }
    for command in commands { try await command.value }
  }

  @Test("A command that names no request counts before an answer that came behind it")
  func unnamedInTime() throws {
    let (ticket, creations) = begin(0, in: nil)
    let line = #"{"jsonrpc":"2.0","id":1,"method":"run","params":{"argv":["make"]}}"#
    requests.received(method: "run", message: try IncomingMessage(line: Array(line.utf8)))
    requests.end(ticket)
    #expect(creations.value == 1)
  }

  @Test("Without any request under way nothing is begun")
  func nobodyAsked() async {
    await #expect(throws: AdapterError.self) { try await ask("stray", for: nil).value }
  }

  @Test("For an adapter that is gone nothing is begun, and no more once the slots are closed")
  func over() async throws {
    let slots = CommandSlots(1)
    _ = begin(0, in: slots)
    let (_, waiting) = begin(1, in: slots)
    let (_, free) = begin(2, in: nil)
    let first = ask("first", for: 0)
    #expect(await host.nextStart()?.name == "first")
    let second = ask("second", for: 1)
    slots.close()
    await #expect(throws: CancellationError.self) { try await second.value }
    requests.endCreations()
    await #expect(throws: AdapterError.self) { try await ask("third", for: 2).value }
    host.endOne()
    try await first.value
    #expect(waiting.value == 0)
    #expect(free.value == 0)
  }
}
