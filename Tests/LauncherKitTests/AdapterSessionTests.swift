import Foundation
import Glibc
import Synchronization
import Testing

@testable import LauncherKit

extension ProcessTests {
  @Suite("One adapter for many requests", .serialized)
  struct AdapterSessionTests {
    private let folder: TestFolder
    private let outputs = CommandOutputs()

    init() throws { folder = try TestFolder() }

    private func session(_ script: String) throws -> AdapterSession {
      AdapterSession(
        file: AdapterSearch.file(at: try folder.adapter("fake", script)),
        host: LocalHost(outputs: outputs),
        outputs: outputs,
        logger: .silent
      )
    }

    @Test func `after a death the next request starts a fresh adapter`() async throws {
      let session = try session(
        FakeAdapter.script(#"if [ -e "$0.died" ]; then answer '{"queues":[]}'; else touch "$0.died"; exit 9; fi"#)
      )
      let error = await #expect(throws: LauncherError.self) {
        let _: QueuesAnswer = try await session.call(.queues, JSONRPC.Empty())
      }
      #expect(error?.code == .adapterDied)
      let first = folder.processID()
      let answer: QueuesAnswer = try await session.call(.queues, JSONRPC.Empty())
      #expect(answer.queues.isEmpty)
      #expect(folder.processID() != first)
      session.close()
      #expect(await folder.isAdapterGone())
    }

    @Test func `an adapter that died while nobody asked is replaced before the next request, which does not fail`()
      async throws
    {
      let session = try session(FakeAdapter.script(#"answer '{"queues":[]}'"#))
      let _: QueuesAnswer = try await session.call(.queues, JSONRPC.Empty())
      let first = try #require(folder.processID())
      kill(first, SIGKILL)
      #expect(await eventually { !Processes.exists(first) })
      let answer: QueuesAnswer = try await session.call(.queues, JSONRPC.Empty())
      #expect(answer.queues.isEmpty)
      #expect(folder.processID() != first)
      session.close()
      #expect(await folder.isAdapterGone())
    }

    @Test func `requests side by side share one adapter`() async throws {
      let session = try session(
        FakeAdapter.script(#"echo x >> "$0.requests"; answer '{"queues":[]}'"#, )
          .replacing("echo $$ >", with: "echo $$ >> \"$0.starts\"; echo $$ >")
      )
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<20 { group.addTask { let _: QueuesAnswer = try await session.call(.queues, JSONRPC.Empty()) } }
        try await group.waitForAll()
      }
      let starts = try String(contentsOfFile: folder.path + "/fake-adapter.starts", encoding: .utf8)
      #expect(starts.split(separator: "\n").count == 1)
      session.close()
      #expect(await folder.isAdapterGone())
    }

    @Test func `an adapter that cannot be used is not started`() async throws {
      let file = try folder.write(FakeAdapter.script(), to: "fake-adapter", mode: 0o757)
      let error = await #expect(throws: LauncherError.self) {
        try await AdapterProcess.start(
          AdapterSearch.file(at: file),
          host: LocalHost(outputs: outputs),
          outputs: outputs,
          logger: .silent
        )
      }
      #expect(error?.code == .adapterUntrusted)
      #expect(folder.processID() == nil)
    }
  }
}
