import Foundation
import LauncherTestKit
import ServiceLifecycle
import Testing

@testable import LauncherKit

extension ProcessTests {
  @Suite("The end of a launcher")
  struct ClosingTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private static let job = JobSpec(command: ["true"])

    @Test func `once a launcher is closed, its adapter has ended, and later calls say that it is closed`() async throws
    {
      let adapter = try folder.adapter(script: FakeAdapter.script())
      let launcher = try await Launcher.detect(Launcher.Options(adapter: adapter, tracking: .none))
      let process = try #require(folder.processID())
      #expect(Processes.exists(process))
      await launcher.close()
      #expect(!Processes.exists(process))
      let error = await #expect(throws: LauncherError.self) { try await launcher.submit(Self.job) }
      #expect(error?.message.contains("is closed") == true)
      // A second time, nothing is left to do.
      await launcher.close()
    }

    @Test func `closing waits for a submission that has begun, which makes its job`() async throws {
      let submit = """
        case $line in
          *'"method":"submit"'*)
            : > "$0.begun"; while [ ! -e "${0%/*}/go" ]; do sleep 0.01; done; answer '{"job":{"id":"7"},"remarks":[]}' ;;
        esac
        """
      let adapter = try folder.adapter(script: FakeAdapter.script(submit))
      let launcher = try await Launcher.detect(Launcher.Options(adapter: adapter, tracking: .none))
      let submission = Task { try await launcher.submit(Self.job) }
      #expect(await eventually { FileManager.default.fileExists(atPath: adapter + ".begun") })
      let closing = Task { await launcher.close() }
      try folder.write("", to: "go")
      await closing.value
      #expect(try await submission.value.job.id == "7")
    }

    @Test func `following jobs of a launcher that is closed ends with an error, and does not wait forever`()
      async throws
    {
      let scheduler = FakeScheduler()
      scheduler.otherwise = .runsOn
      let launcher = try await Launcher.detect(scheduler.options())
      let job = try await launcher.submit(Self.job).job
      let waiting = Task { try await launcher.wait(for: job) }
      #expect(await eventually { scheduler.looks.count > 1 })
      await launcher.close()
      await #expect(throws: LauncherError.self) { try await waiting.value }
    }

    @Test func `a group of services closes the launcher when it shuts down`() async throws {
      let adapter = try folder.adapter(script: FakeAdapter.script())
      let launcher = try await Launcher.detect(Launcher.Options(adapter: adapter, tracking: .none))
      let process = try #require(folder.processID())
      let group = ServiceGroup(services: [launcher.service], logger: .silent)
      let running = Task { try await group.run() }
      #expect(Processes.exists(process))
      await group.triggerGracefulShutdown()
      try await running.value
      #expect(!Processes.exists(process))
    }
  }
}

extension TestFolder {
  fileprivate func adapter(script: String) throws -> String { try adapter("fake", script) }
}
