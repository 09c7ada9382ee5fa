import LauncherProtocol
import Synchronization
import Testing

@Suite("Two ends of a connection", .timeLimit(.minutes(30)))
struct PeerTests {
  @Test func `many requests at once each get their own answer`() async throws {
    let peers = JoinedPeers(right: EchoHandler())
    try await withThrowingTaskGroup(of: (Int, Int).self) { group in
      for number in 0..<500 {
        group.addTask { (number, try await peers.left.request("echo", number)) }
      }
      for try await (asked, answered) in group { #expect(asked == answered) }
    }
  }

  @Test func `both sides may ask, even while they answer`() async throws {
    let asking = AskingBackHandler()
    let peers = JoinedPeers(left: EchoHandler(), right: asking)
    asking.peer.withLock { $0 = peers.right }
    #expect(try await peers.left.request("ask back", 41, as: Int.self) == 42)
  }

  @Test func `answers may come in any order`() async throws {
    let handler = GatedHandler()
    let peers = JoinedPeers(right: handler)
    let finished = Log<Int>()
    let first = Task {
      let answer: Int = try await peers.left.request("wait", 1)
      finished.append(answer)
    }
    await handler.arrived.reach(1)
    let second = Task {
      let answer: Int = try await peers.left.request("wait", 2)
      finished.append(answer)
    }
    await handler.arrived.reach(2)
    handler.open(2)
    try await second.value
    handler.open(1)
    try await first.value
    #expect(finished.entries == [2, 1])
  }

  @Test func `the other side is notified of a cancelled request, and stops working on it`() async throws {
    let handler = GatedHandler()
    let peers = JoinedPeers(right: handler)
    let task = Task { try await peers.left.request("wait", 1, as: Int.self) }
    await handler.arrived.reach(1)
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    await handler.cancelled.reach(1)
    #expect(handler.cancelled.entries == [1])
  }

  @Test func `a cancellation never overtakes its request`() async throws {
    for _ in 0..<300 {
      let peers = JoinedPeers(right: GatedHandler())
      let task = Task { try await peers.left.request("wait", 1, as: Int.self) }
      await Task.yield()
      task.cancel()
      _ = await task.result
      // A second request passes through the same queue: whatever the first had to send has been sent by then.
      await #expect(throws: LauncherError.self) { try await peers.left.request("unknown", 1, as: Int.self) }
      // The notification of a request that was sent is on its way; it is waited for, not assumed.
      let deadline = ContinuousClock.now + .seconds(300)
      var lines: [String] = []
      repeat {
        await Task.yield()
        lines = peers.sentByLeft.entries.filter { !$0.contains("unknown") }
      } while lines.count == 1 && ContinuousClock.now < deadline
      let request = lines.firstIndex { $0.contains(#""method":"wait""#) }
      let cancel = lines.firstIndex { $0.contains("cancelRequest") }
      if let request {
        #expect(cancel.map { $0 > request } == true, "\(lines)")
      }
    }
  }

  @Test func `closing fails whoever waits, and whoever asks later, with the reason`() async throws {
    let handler = GatedHandler()
    let peers = JoinedPeers(right: handler)
    let task = Task { try await peers.left.request("wait", 1, as: Int.self) }
    await handler.arrived.reach(1)
    let reason = LauncherError(.adapterDied, "it went")
    await peers.left.close(throwing: reason)
    await #expect(throws: reason) { try await task.value }
    await #expect(throws: reason) { try await peers.left.request("wait", 2, as: Int.self) }
    await #expect(throws: reason) { try await peers.left.notify("log", 1) }
  }

  @Test func `closing cancels the answers under way`() async throws {
    let handler = GatedHandler()
    let peers = JoinedPeers(right: handler)
    let task = Task { try await peers.left.request("wait", 1, as: Int.self) }
    await handler.arrived.reach(1)
    await peers.right.close(throwing: LauncherError(.cancelled, "over"))
    await handler.cancelled.reach(1)
    await peers.right.finishAnswering()
    // The end of the answer still travels, so that the other side does not wait forever.
    let error = await #expect(throws: LauncherError.self) { try await task.value }
    #expect(error?.code == .cancelled)
  }

  @Test func `a line that cannot be sent fails its request`() async throws {
    let peer = Peer(handler: NoHandler()) { _ in throw LauncherError(.adapterDied, "broken pipe") }
    let error = await #expect(throws: LauncherError.self) { try await peer.request("echo", 1, as: Int.self) }
    #expect(error?.message == "broken pipe")
  }

  @Test func `the error of an answer arrives as it was thrown`() async throws {
    let peers = JoinedPeers(right: FailingHandler())
    let error = await #expect(throws: LauncherError.self) { try await peers.left.request("fail", 1, as: Int.self) }
    #expect(error == FailingHandler.error)
  }

  @Test func `an unknown method is answered as such`() async throws {
    let peers = JoinedPeers(right: NoHandler())
    let error = await #expect(throws: LauncherError.self) { try await peers.left.request("dance", 1, as: Int.self) }
    #expect(error?.code == .unsupportedMethod)
    #expect(error?.message.contains("dance") == true)
  }

  @Test func `a message that insists on a parameter is refused by whoever does not know it, and else taken`()
    async throws
  {
    let peers = JoinedPeers(right: EchoHandler())
    #expect(try await peers.left.request("table", Insisting(mustUnderstand: ["known"]), as: Int.self) == 1)
    let error = await #expect(throws: LauncherError.self) {
      try await peers.left.request("table", Insisting(mustUnderstand: ["known", "colour"]), as: Int.self)
    }
    #expect(error?.code == .mustUnderstand)
    #expect(error?.message.contains("colour") == true)
  }

  @Test func `what a message insists on is seen in escapes too`() async throws {
    let sent = Log<String>()
    let peer = Peer(handler: EchoHandler()) { sent.append(String(decoding: $0, as: UTF8.self)) }
    let line = ##"{"jsonrpc":"2.0","id":1,"method":"table","params":{"must\u0055nderstand":["colour"]}}"##
    try await peer.receive(line: Array(line.utf8))
    await sent.reach(1)
    #expect(sent.entries.first?.contains("mustUnderstand") == true, "\(sent.entries)")
  }

  @Test func `parameters of the wrong kind are refused by name, and the connection goes on`() async throws {
    let peers = JoinedPeers(right: EchoHandler())
    let error = await #expect(throws: LauncherError.self) {
      try await peers.left.request("echo", "seven", as: Int.self)
    }
    #expect(error?.code == .badRequest)
    #expect(error?.message.contains("echo") == true)
    #expect(try await peers.left.request("echo", 7, as: Int.self) == 7)
  }

  @Test func `an answer of the wrong kind is an error of its request alone`() async throws {
    let peers = JoinedPeers(right: EchoHandler())
    let error = await #expect(throws: LauncherError.self) { try await peers.left.request("echo", 7, as: String.self) }
    #expect(error?.code == .unreadableOutput)
    #expect(try await peers.left.request("echo", 8, as: Int.self) == 8)
  }

  @Test(
    arguments: [
      "", "hello", "{", "{}", "[]", "null", "7", #""text""#, #"{"jsonrpc":"1.0","id":1}"#, #"{"jsonrpc":"2.0"}"#,
      #"{"jsonrpc":2.0,"id":1}"#, #"{"jsonrpc":"2.0","id":1.5,"method":"echo"}"#,
      #"{"jsonrpc":"2.0","id":[],"method":"x"}"#,
      #"{"jsonrpc":"2.0","method":7}"#, #"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}}"#,
      #"{"jsonrpc":"2.0","id":1,"error":"words"}"#, String(repeating: "[", count: 100_000), "\u{0}", "\u{FEFF}{}",
    ]
  )
  func `a line that is not a message is refused, and the connection goes on`(line: String) async throws {
    let peers = JoinedPeers(right: EchoHandler())
    await #expect(throws: LauncherError.self) { try await peers.right.receive(line: Array(line.utf8)) }
    #expect(try await peers.left.request("echo", 7, as: Int.self) == 7)
  }

  @Test func `bytes that are not UTF-8 are refused, and shown shortened`() async throws {
    let peer = Peer(handler: NoHandler()) { _ in }
    let error = await #expect(throws: LauncherError.self) {
      try await peer.receive(line: Array(repeating: 0xFF, count: 9999))
    }
    #expect((error?.message.utf8.count).map { $0 < 1000 } == true)
  }

  @Test func `an answer to nothing, and a cancellation of nothing, are not faults`() async throws {
    let peer = Peer(handler: NoHandler()) { _ in }
    try await peer.receive(line: Array(#"{"jsonrpc":"2.0","id":99,"result":1}"#.utf8))
    try await peer.receive(line: Array(#"{"jsonrpc":"2.0","method":"cancelRequest","params":{"id":99}}"#.utf8))
    try await peer.receive(line: Array(#"{"jsonrpc":"2.0","method":"cancelRequest"}"#.utf8))
  }

  @Test func `an id that is a text comes back as that text`() async throws {
    let sent = Log<String>()
    let peer = Peer(handler: EchoHandler()) { sent.append(String(decoding: $0, as: UTF8.self)) }
    try await peer.receive(line: Array(#"{"jsonrpc":"2.0","id":"a\"b","method":"echo","params":7}"#.utf8))
    await sent.reach(1)
    #expect(sent.entries == [#"{"id":"a\"b","jsonrpc":"2.0","result":7}"# + "\n"])
  }

  @Test func `an answer beyond 16 MiB becomes an error, not a line that ends the connection`() async throws {
    let peers = JoinedPeers(right: LargeHandler())
    let error = await #expect(throws: LauncherError.self) { try await peers.left.request("all", 1, as: String.self) }
    #expect(error?.code == .tooLarge)
  }

  @Test func `a request beyond 16 MiB is not sent`() async throws {
    let peers = JoinedPeers(right: EchoHandler())
    let text = String(repeating: "a", count: 16 << 20)
    let error = await #expect(throws: LauncherError.self) {
      try await peers.left.request("echo", text, as: String.self)
    }
    #expect(error?.code == .tooLarge)
    #expect(peers.sentByLeft.entries.isEmpty)
  }

  @Test func `notifications are taken in their order, before any later answer`() async throws {
    let handler = NotedHandler()
    let peers = JoinedPeers(left: handler, right: TellingHandler())
    for number in 0..<100 { try await peers.right.notify("tell", number) }
    let sent: Int = try await peers.left.request("how many", 1)
    #expect(sent == 100)
    await handler.noted.reach(100)
    #expect(handler.noted.entries == Array(0..<100))
  }

  @Test func `a message is one line, whatever is in it`() async throws {
    let peers = JoinedPeers(right: EchoHandler())
    let nasty = "a\nb\r\nc\u{2028}\u{0}\u{7F}\"\\/\u{FFFF}é"
    #expect(try await peers.left.request("text", nasty, as: String.self) == nasty)
    #expect(peers.sentByLeft.entries.allSatisfy { !$0.utf8.contains(0x0A) })
  }
}

private struct Insisting: Codable, Sendable {
  var mustUnderstand: [String]
}

private struct EchoHandler: PeerHandler {
  func answer(method: String, id: RequestID, message: IncomingMessage) async throws -> any Encodable & Sendable {
    switch method {
    case "echo": return try message.parameters(as: Int.self)
    case "text": return try message.parameters(as: String.self)
    case "table": return try message.parameters(as: Insisting.self).mustUnderstand.count
    default: throw LauncherError(.unsupportedMethod, "‘\(method)’ is not known")
    }
  }

  func understands(parameter: String, of method: String) -> Bool { parameter == "known" }
}

/// Answers with one more than the other side's answer to the same number.
private final class AskingBackHandler: PeerHandler {
  let peer = Mutex<Peer?>(nil)

  func answer(method: String, id: RequestID, message: IncomingMessage) async throws -> any Encodable & Sendable {
    let peer = try #require(peer.withLock { $0 })
    return try await peer.request("echo", message.parameters(as: Int.self), as: Int.self) + 1
  }
}

/// Answers each request when its number is let through.
private final class GatedHandler: PeerHandler {
  let arrived = Log<Int>()
  let cancelled = Log<Int>()
  private let gates = Mutex<[Int: CheckedContinuation<Void, Never>]>([:])

  func open(_ number: Int) { gates.withLock { $0.removeValue(forKey: number) }?.resume() }

  func answer(method: String, id: RequestID, message: IncomingMessage) async throws -> any Encodable & Sendable {
    guard method == "wait" else { throw LauncherError(.unsupportedMethod, "‘\(method)’ is not known") }
    let number = try message.parameters(as: Int.self)
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        gates.withLock { $0[number] = continuation }
        arrived.append(number)
        if Task.isCancelled { open(number) }
      }
    } onCancel: {
      open(number)
    }
    if Task.isCancelled { cancelled.append(number) }
    try Task.checkCancellation()
    return number
  }
}

private struct FailingHandler: PeerHandler {
  static let error = LauncherError(
    .schedulerBusy,
    "the queue is full",
    advice: "Wait.",
    command: .init(argv: ["sbatch"], exitCode: 1, stderrTail: "full"),
    retryAfter: .seconds(30)
  )

  func answer(method: String, id: RequestID, message: IncomingMessage) async throws -> any Encodable & Sendable {
    throw Self.error
  }
}

private struct LargeHandler: PeerHandler {
  func answer(method: String, id: RequestID, message: IncomingMessage) async throws -> any Encodable & Sendable {
    String(repeating: "a", count: 16 << 20)
  }
}

private struct TellingHandler: PeerHandler {
  func answer(method: String, id: RequestID, message: IncomingMessage) async throws -> any Encodable & Sendable { 100 }
}

private final class NotedHandler: PeerHandler {
  let noted = Log<Int>()

  func answer(method: String, id: RequestID, message: IncomingMessage) async throws -> any Encodable & Sendable { 0 }

  func notified(method: String, message: IncomingMessage) {
    if let number = try? message.parameters(as: Int.self) { noted.append(number) }
  }
}
