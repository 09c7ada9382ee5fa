import Foundation
import Testing

@testable import LauncherJSON
@testable import LauncherProtocol

@Suite("Ends of jobs that have not ended")
struct EarlyEndTests {
  private func report(_ jobs: String) throws -> PollReport {
    try JSONText(Array(#"{"request":1,"jobs":\#(jobs)}"#.utf8)).decode(PollReport.self)
  }

  @Test(
    arguments: [
      ("queued", #""exitCode":0"#, ["exitCode"]), ("suspended", #""signal":"SIGKILL""#, ["signal"]),
      ("finishing", #""outcome":"failed""#, ["outcome"]),
      ("unknown", #""endedAt":"2026-11-21T08:00:00Z""#, ["endedAt"]),
      ("running", #""endedAt":null,"exitCode":null"#, []),
    ]
  )
  func `they are taken out of a report, and named`(state: String, members: String, named: [String]) throws {
    let report = try report(#"[{"id":"41","state":"\#(state)",\#(members)}]"#)
    #expect(report.jobs.map(\.state.word) == [state])
    #expect(report.jobs.allSatisfy { $0.exitStatus == nil && $0.endedAt == nil })
    #expect(report.earlyEnds.map(\.members) == (named.isEmpty ? [] : [named]))
    #expect(report.unreadable == nil)
  }

  @Test func `an end keeps them`() throws {
    let report = try report(#"[{"id":"41","state":"finished","outcome":"failed","exitCode":3}]"#)
    #expect(report.earlyEnds.isEmpty)
    #expect(report.jobs.first?.exitStatus == .code(3))
  }
}
