import AdapterKit
import AdapterTestSupport
import Foundation
import LauncherKit
import Testing

@testable import lsf_adapter

@Suite("Arrays")
struct ArrayTests {
  @Test func `elements that all have one id are distinguished by their names, and end each in its own way`()
    async throws
  {
    let host = try Fixture.recorded("array-mixed")
    let first = try #require(try await Polled(["34"], on: host).jobs["34"])
    #expect(first.state == .queued)
    #expect(first.tasks?.count == 10)
    #expect(first.name == "sweep")
    let last = try #require(try await Polled(["34"], on: host).jobs["34"])
    let tasks = try #require(last.tasks)
    #expect(tasks.map(\.id) == (1...10).map { "34[\($0)]" })
    #expect(tasks[0].state == .finished(.succeeded))
    #expect(tasks[2].state == .finished(.failed))
    #expect(tasks[2].exitStatus == .code(2))
    #expect(tasks[8].state == .finished(.cancelled(by: .user)))
    // Its host is written as a minus among blanks.
    #expect(tasks[8].nodes.isEmpty && tasks[8].startedAt == nil)
    #expect(tasks[9].state == .held)
    #expect(last.state == .running)
    #expect(last.taskCounts?["finished"] == 9)
  }

  @Test(arguments: [["34"], nil])
  func `an array is not over while an element's record cannot be read`(ids: [String]?) async throws {
    let broken = IBM.record(34, "RUN", index: 2).replacing("\"JOBINDEX\":\"2\"", with: "\"STAT\":\"RUN\"")
    let polled = try await Polled(ids, on: IBM.lsf([IBM.record(34, "DONE", index: 1), broken]))
    #expect(polled.jobs["34"]?.state.isFinished != true)
    #expect(polled.unreadable.count == 1)
  }

  @Test func `an element that bhist saw start, and bjobs does not show, keeps its array from being over`() async throws
  {
    let history = """

      Job <34[1]>, Job Name <job[1]>, User <ada>, Project <default>, Command <true>
      Wed Sep 30 20:32:14: Submitted from host <lk1>, to Queue <normal>, CWD <$HOME>;
      Wed Sep 30 20:32:15: Dispatched to <n1>;
      Wed Sep 30 20:32:15: Starting (Pid 7);

      """
    let host = IBM.lsf([IBM.record(34, "DONE", index: 2)], history: .text(history))
    let job = try #require(try await Polled(["34"], on: host).jobs["34"])
    #expect(!job.state.isFinished)
    #expect(job.tasks?.first?.state == .unknown(.unreachable))
  }

  @Test func `IBM LSF reports the index in a field of its own`() async throws {
    let host = IBM.lsf([IBM.record(34, "RUN", index: 1), IBM.record(34, "PEND", index: 2), IBM.record(35, "RUN")])
    let polled = try await Polled(["34", "35"], on: host)
    #expect(polled.jobs["34"]?.tasks?.map(\.id) == ["34[1]", "34[2]"])
    #expect(polled.jobs["34"]?.name == "job")
    #expect(polled.jobs["35"]?.tasks == nil)
  }

  @Test func `one element is asked for by its own id`() async throws {
    let host = IBM.lsf([IBM.record(34, "RUN", index: 3)])
    let polled = try await Polled(["34[3]"], on: host)
    #expect(polled.jobs["34[3]"]?.state == .running)
    #expect(polled.jobs["34[3]"]?.index == 3)
    #expect(await host.commands.contains { $0.argv.first == "bjobs" && $0.argv.last == "34[3]" })
  }

  @Test func `elements that bjobs has forgotten already are reported by bhist`() async throws {
    let history = """

      Job <34[1]>, Job Name <job[1]>, User <ada>, Project <default>, Command <false>
      Wed Sep 30 20:32:14: Submitted from host <lk1>, to Queue <normal>, CWD <$HOME>;
      Wed Sep 30 20:32:15: Dispatched to <n1>;
      Wed Sep 30 20:32:15: Starting (Pid 7);
      Wed Sep 30 20:32:16: Exited with exit code 2. The CPU time used is 0.0 seconds;

      """
    let host = IBM.lsf([IBM.record(34, "DONE", index: 2)], history: .text(history))
    let array = try #require(try await Polled(["34"], on: host).jobs["34"])
    #expect(array.tasks?.count == 2)
    #expect(array.tasks?.first?.exitStatus == .code(2))
    #expect(array.state == .finished(.failed))
  }

  @Test func `the user's whole listing groups the elements of each array`() async throws {
    let host = IBM.lsf([IBM.record(34, "RUN", index: 1), IBM.record(35, "RUN"), IBM.record(34, "RUN", index: 2)])
    let polled = try await Polled(nil, on: host)
    #expect(polled.jobs.keys.sorted() == ["34", "35"])
    #expect(polled.jobs["34"]?.tasks?.count == 2)
  }
}
