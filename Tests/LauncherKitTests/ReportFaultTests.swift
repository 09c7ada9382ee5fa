import Foundation
import Logging
import Synchronization
import Testing

@testable import LauncherKit

extension ProcessTests {
  @Suite("Faults in what an adapter writes", .serialized)
  struct ReportFaultTests {
    private let folder: TestFolder
    private let outputs = CommandOutputs()

    init() throws { folder = try TestFolder() }

    private func start(_ script: String, logger: Logger = .silent) async throws -> AdapterProcess {
      try await AdapterProcess.start(
        AdapterSearch.file(at: try folder.adapter("fake", script)),
        host: LocalHost(outputs: outputs),
        outputs: outputs,
        timeLimit: .patience,
        logger: logger
      )
    }

    @Test func `what only an end has is dropped from a job that has not ended, and that is logged`() async throws {
      let log = CollectedLog()
      let script = FakeAdapter.script(
        """
        report '[{"id":"1","state":"running","exitCode":0,"endedAt":"2026-11-21T08:00:00Z"},{"id":"2","state":"queued"},
        {"id":"3","state":"finished","outcome":"failed","signal":"SIGKILL","endedAt":"2026-11-21T08:00:00Z"},
        {"id":"4","state":"running","tasks":[{"id":"4_1","state":"held","outcome":"failed","signal":"SIGTERM"}]}]'
        answer '{"complete":true}'
        """.replacing(",\n", with: ",")
      )
      let process = try await start(script, logger: Logger(label: "test") { _ in log })
      let seen = Mutex<[JobStatus]>([])
      _ = try await process.poll(JobQuery()) { report in
        seen.withLock { $0 += (try? report.get().jobs) ?? [] }
      }
      let jobs = seen.withLock { $0 }
      #expect(jobs.map(\.state) == [.running, .queued, .finished(.failed), .running])
      #expect(jobs.map { $0.exitStatus == nil && $0.endedAt == nil } == [true, true, false, true])
      #expect(jobs.last?.tasks?.first?.exitStatus == nil)
      let lines = log.lines
      #expect(lines.contains { $0.contains("job 1 is running, and the adapter reported its exitCode and endedAt") })
      #expect(lines.contains { $0.contains("job 4_1 is held, and the adapter reported its outcome and signal") })
      #expect(lines.count == 2, "\(lines)")
      process.close()
      #expect(await folder.isAdapterGone())
    }

    @Test func `a line that is not UTF-8 is noise`() async throws {
      let process = try await start(
        FakeAdapter.script(#"printf '{"jsonrpc":"2.0","id":%s,"result":{"queues":[],"site":"caf\351"}}\n' "$id""#)
      )
      let error = await #expect(throws: LauncherError.self) {
        let _: QueuesAnswer = try await process.call(.queues, JSONRPC.Empty())
      }
      #expect(error?.code == .adapterNoise)
      #expect(error?.message.contains("not UTF-8") == true, "\(error?.message ?? "")")
      #expect(await folder.isAdapterGone())
    }
  }
}
