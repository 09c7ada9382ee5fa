import AdapterKit
import AdapterTestSupport
import Testing

@testable import slurm_adapter

@Suite("A column that a version of Slurm does not know")
struct UnknownColumnTests {
  /// A row that lacks its third column from the end, and a row of the basic columns: constructed.
  private static let short =
    Made.queueRow("7", "RUNNING", nodes: "node1").split(separator: "\u{1F}", omittingEmptySubsequences: false)
    .enumerated().filter { $0.offset != 16 }.map { String($0.element) }.joined(separator: "\u{1F}")
  private static let basic = [
    "7", "7", "RUNNING", "0", "0", "1795220000", "1795220010", "1795220020", "0:10", "ada", "main", "node1", "None",
    "/home/ada", "job\u{1F}\n",
  ].joined(separator: "\u{1F}")

  @Test(arguments: ["23.11.11", "26.05.3"])
  func `squeue says so, leaves it out and exits 0, and is asked again for the basic ones`(version: String) async throws
  {
    let complaint = try Fixture.text("\(version)/unknown-job/42-malformed-field-squeue", "stderr")
    let host = ScriptedHost { command in
      let isBasic = !command.argv.contains { $0.contains("StdOut") }
      return .text(isBasic ? Self.basic : Self.short, stderr: isBasic ? "" : complaint)
    }
    let polled = try await Polled(["7"], on: host)
    #expect(polled.jobs["7"]?.state == .running)
    #expect(polled.jobs["7"]?.nodes == ["node1"])
    #expect(polled.unreadable.isEmpty)
    #expect(polled.answer.complete)
    #expect(await host.commands.map { $0.argv.first } == ["squeue", "squeue"])
  }

  @Test func `where squeue prints it empty the first answer stands`() async throws {
    let complaint = try Fixture.text("22.05.8/unknown-column/01-squeue", "stderr")
    #expect(try Fixture.text("22.05.8/unknown-column/01-squeue").hasSuffix("||PENDING|\n"))
    let host = Made.slurm(queue: .text(Made.queueRow("7", "RUNNING", nodes: ""), stderr: complaint))
    #expect(try await Polled(["7"], on: host).jobs["7"]?.state == .running)
    #expect(await host.commands.count == 1)
  }
}
