import LauncherProtocol
import Synchronization

/// Two peers joined in memory. Lines arrive in the order in which they were sent.
final class JoinedPeers: Sendable {
  let left: Peer
  let right: Peer
  /// The lines that the left one sent, as text, without their ends.
  let sentByLeft = Log<String>()
  private let pumps: [Task<Void, Never>]

  init(left leftHandler: any PeerHandler = NoHandler(), right rightHandler: any PeerHandler = NoHandler()) {
    let (toRight, leftOutput) = AsyncStream.makeStream(of: [UInt8].self)
    let (toLeft, rightOutput) = AsyncStream.makeStream(of: [UInt8].self)
    let log = sentByLeft
    let left = Peer(handler: leftHandler) { line in
      log.append(String(decoding: line.dropLast(), as: UTF8.self))
      leftOutput.yield(line)
    }
    let right = Peer(handler: rightHandler) { line in rightOutput.yield(line) }
    self.left = left
    self.right = right
    pumps = [
      Task { for await line in toRight { try? await right.receive(line: line.dropLast()) } },
      Task { for await line in toLeft { try? await left.receive(line: line.dropLast()) } },
    ]
  }

  deinit { for pump in pumps { pump.cancel() } }
}

/// Refuses every request.
struct NoHandler: PeerHandler {
  func answer(method: String, id: RequestID, message: IncomingMessage) async throws -> any Encodable & Sendable {
    throw LauncherError(.unsupportedMethod, "nobody knows ‘\(method)’")
  }
}

/// What happened, in order, and a way to wait for it.
final class Log<Element: Sendable>: Sendable {
  private struct State {
    var entries: [Element] = []
    var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
  }
  private let state = Mutex(State())

  var entries: [Element] { state.withLock { $0.entries } }

  func append(_ entry: Element) {
    let ready = state.withLock { state in
      state.entries.append(entry)
      let ready = state.waiting.filter { $0.count <= state.entries.count }
      state.waiting.removeAll { $0.count <= state.entries.count }
      return ready
    }
    for waiter in ready { waiter.continuation.resume() }
  }

  /// Returns once there are `count` entries.
  func reach(_ count: Int) async {
    await withCheckedContinuation { continuation in
      let isThere = state.withLock { state in
        if state.entries.count >= count { return true }
        state.waiting.append((count, continuation))
        return false
      }
      if isThere { continuation.resume() }
    }
  }
}
