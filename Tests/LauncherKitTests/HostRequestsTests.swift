import Foundation
import Synchronization
import Testing

@testable import LauncherKit
@testable import LauncherProtocol

@Suite("What adapters ask of their host", .timeLimit(.minutes(30)))
struct HostRequestsTests {
  /// Runs commands that last until they are allowed to end, and reports each that starts.
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

  /// A request of the host, under an id; and the counter of the commands that were begun for it.
  private func begin(
    _ id: Int,
    _ limiter: CommandLimiter? = nil
  ) -> (ticket: Int, creations: HostRequests.Creations) {
    let creations = HostRequests.Creations(limiter: limiter)
    let ticket = requests.begin(creations: creations)
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

  @Test func `a command that makes something counts for the request that it names, and one that only looks for none`()
    async throws
  {
    let creations = (0..<2).map { begin($0).creations }
    let commands = [ask("makes", for: 0), ask("looks", for: 1, effect: "reads")]
    for count in 1...2 { #expect(await host.nextStart()?.running == count) }
    for _ in commands { host.endOne() }
    for command in commands { try await command.value }
    #expect(creations.map(\.value) == [1, 0])
  }

  @Test
  func `commands that make something wait until they may run, and begin as one ends; those that only look do not`()
    async throws
  {
    let limiter = CommandLimiter(2)
    let creations = (0..<5).map { begin($0, limiter).creations }
    let commands = (0..<5).map { (id: Int) in ask("c\(id)", for: id) }
    for count in 1...2 { #expect(await host.nextStart()?.running == count) }
    let looking = ask("looks", for: 0, effect: "reads")
    #expect(await host.nextStart()?.running == 3)
    for _ in 0..<2 {
      host.endOne()
      #expect(await host.nextStart()?.running == 3)
    }
    // The oldest is the one that reads: nothing begins in its place.
    host.endOne()
    host.endOne()
    #expect(await host.nextStart()?.running == 2)
    for _ in 0..<2 { host.endOne() }
    for command in commands + [looking] { try await command.value }
    #expect(creations.map(\.value) == [1, 1, 1, 1, 1])
  }

  @Test func `a command that waited and whose request is over meanwhile is not begun`() async throws {
    let limiter = CommandLimiter(1)
    _ = begin(0, limiter)
    let (ticket, creations) = begin(1, limiter)
    let first = ask("first", for: 0)
    #expect(await host.nextStart()?.name == "first")
    let second = ask("second", for: 1)
    // It may already be waiting, or ask only later.
    requests.end(ticket)
    host.endOne()
    try await first.value
    await #expect(throws: LauncherError.self) { try await second.value }
    #expect(creations.value == 0)
  }

  @Test func `for a request that is over nothing is begun`() async throws {
    let (ticket, creations) = begin(0)
    requests.end(ticket)
    await #expect(throws: LauncherError.self) { try await ask("late", for: 0).value }
    #expect(creations.value == 0)
  }

  @Test func `a command that names no request may be for any of them, from its arrival on`() async throws {
    let creations = (0..<2).map { begin($0).creations }
    let commands = ["one", "other"].map { ask($0, for: nil) }
    for count in 1...2 { #expect(await host.nextStart()?.running == count) }
    #expect(creations.map(\.value) == [2, 2])
    for _ in commands { host.endOne() }
    for command in commands { try await command.value }
  }

  @Test func `a command that names no request counts before an answer that came after it`() throws {
    let (ticket, creations) = begin(0)
    let line = #"{"jsonrpc":"2.0","id":1,"method":"run","params":{"argv":["make"]}}"#
    requests.received(method: "run", message: try IncomingMessage(line: Array(line.utf8)))
    requests.end(ticket)
    #expect(creations.value == 1)
  }

  @Test func `without any request under way nothing is begun`() async {
    await #expect(throws: LauncherError.self) { try await ask("stray", for: nil).value }
  }

  @Test func `for an adapter that is gone nothing is begun`() async throws {
    let (_, creations) = begin(0)
    requests.endCreations()
    await #expect(throws: LauncherError.self) { try await ask("late", for: 0).value }
    #expect(creations.value == 0)
  }
}
