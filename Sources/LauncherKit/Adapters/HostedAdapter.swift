import LauncherProtocol
import Synchronization

/// An adapter that is a part of this program, from its first line to its end.
final class HostedAdapter: ConnectedAdapter {
  private let adapter: any InProcessAdapter
  private let peer: Peer
  private let requests: HostRequests
  private let isOver = Atomic<Bool>(false)
  private let conversation = Mutex<Task<Void, Never>?>(nil)

  init(_ adapter: any InProcessAdapter, peer: Peer, requests: HostRequests) {
    self.adapter = adapter
    self.peer = peer
    self.requests = requests
  }

  var hasEnded: Bool { isOver.load(ordering: .acquiring) }
  var currentID: Int32 { 0 }
  var ending: String? { hasEnded ? "the end of its task" : nil }

  func kill() {
    isOver.store(true, ordering: .releasing)
    conversation.withLock { $0?.cancel() }
  }

  func run(sending lines: AsyncStream<[UInt8]>, errorTail: ErrorTail) async -> LauncherError {
    let (answers, continuation) = AsyncStream.makeStream(of: [UInt8].self)
    let task = Task { [adapter] in
      await adapter.serve(lines) { continuation.yield($0) }
      continuation.finish()
    }
    conversation.withLock { $0 = task }
    if hasEnded { task.cancel() }
    var splitter = LineSplitter()
    var fault: LauncherError?
    for await answer in answers where fault == nil {
      do {
        for line in try splitter.append(answer) { try await peer.receive(line: line) }
      } catch {
        fault = LauncherError(
          .adapterNoise,
          "the \(adapter.name) adapter sent something that is not a message: \(error.sentence)"
        )
        task.cancel()
      }
    }
    isOver.store(true, ordering: .releasing)
    requests.endCreations()
    await task.value
    if let fault { return fault }
    return LauncherError(.adapterDied, "the \(adapter.name) adapter ended before it answered")
  }
}
