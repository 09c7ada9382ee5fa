import AdapterKit
import AdapterTestSupport
import Testing

@testable import cobalt_adapter

@Suite("A submission whose answer was lost")
struct FindTests {
  private let token = SubmissionTests.token

  private func find(on host: ScriptedHost) async throws -> [JobReference] {
    try await CobaltAdapter().find(FindRequest(token: token), on: host).jobs
  }

  @Test func `the log that qsub begins has the token in the script's name`() async throws {
    let log = try Fixture.text("done/04-at-once-cobaltlog").replacing("./ok.sh", with: "/home/ada/s/\(token).sh")
    let jobs = try await find(on: Made.cobalt(logs: log))
    #expect(jobs == [JobReference(id: "501001", submittedAt: RFC3339.date(from: "2026-11-21T00:53:16Z"))])
  }

  @Test func `so has the queue, when qsub did not live to begin a log`() async throws {
    func record(_ id: String, _ command: String) -> String {
      "JobID: \(id)\n    User       : ada\n    SubmitTime : Sat Nov 21 00:53:16 2026 +0000 (UTC)\n"
        + "    Command    : \(command)\n\n"
    }
    let listing = record("6", "/home/ada/./ok.sh") + record("7", "/home/ada/s/\(token).sh")
    let host = Made.cobalt(queue: .text(listing))
    #expect(try await find(on: host).map(\.id) == ["7"])
    let argv = try #require(await host.commands.first { $0.argv.first == "qstat" }?.argv)
    #expect(argv == ["qstat", "-l", "--header=JobID:User:SubmitTime:Command", "-u", "ada"])
  }

  @Test func `and the exit record of a job that has ended`() async throws {
    let record = Made.exitRecord("7", code: 0).replacing("token=t", with: "token=\(token)")
    #expect(try await find(on: Made.cobalt(records: record)).map(\.id) == ["7"])
    #expect(try await find(on: Made.cobalt()).isEmpty)
  }

  @Test func `a server that is down is not proof that there is no job`() async throws {
    let host = Made.cobalt(queue: try .recorded("components-down/02-cqm-down-qstat"))
    let error = await #expect(throws: LauncherError.self) { _ = try await find(on: host) }
    #expect(error?.code == .schedulerUnreachable)
  }
}
