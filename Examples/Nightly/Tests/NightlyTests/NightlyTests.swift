import Foundation
import LauncherTestKit
import Nightly
import Testing

struct NightlyTests {
  /// A launcher whose scheduler is a recording in the folder `Fixtures`.
  private func launcher(_ recording: String) async throws -> Launcher {
    let fixtures = try #require(Bundle.module.url(forResource: "Fixtures", withExtension: nil))
    let host = try ReplayingHost(folders: fixtures.appending(path: recording).path)
    return try await Launcher.detect(.init(adapter: "slurm", host: host))
  }

  @Test func `a job that failed is reported with its exit code`() async throws {
    let nightly = Nightly(launcher: try await launcher("exit-3"))
    #expect(try await nightly.report(on: JobReference(id: "15")) == "failed, exit code 3")
  }

  @Test func `what the scheduler said is there, member by member`() async throws {
    let status = try await launcher("exit-3").wait(for: JobReference(id: "15"))
    let expected = try StatusExpectation(#"{"state": "finished", "exitCode": 3, "signal": null, "blame": "job"}"#)
    try expected.check(status)
  }

  @Test func `a job that a node took down is reported as such`() async throws {
    let scheduler = FakeScheduler()
    scheduler.expect("train", .ends(.nodeFailure), .succeeds)
    let launcher = try await Launcher.detect(scheduler.options())
    let nightly = Nightly(launcher: launcher)
    let first = try await launcher.submit(JobSpec(command: ["train"])).job
    let second = try await launcher.submit(JobSpec(command: ["train"])).job
    #expect(try await nightly.report(on: first) == "nodeFailure")
    #expect(try await nightly.report(on: second) == "succeeded, exit code 0")
  }
}
