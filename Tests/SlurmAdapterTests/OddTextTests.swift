import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import slurm_adapter

@Suite("Odd text in names")
struct OddTextTests {
  static let versions = ["22.05.8", "23.11.11", "26.05.3"]

  @Test(arguments: versions)
  func `a name k=v JobState=FAILED fails no job`(version: String) throws {
    let row = try #require(
      try Fixture.queue("\(version)/awkward-text/23-squeue-O").first { $0.status.name == "k=v JobState=FAILED" }
    )
    #expect(row.status.state == .held)
    #expect(row.end == nil)
  }

  @Test func `sacct shows a double quote as a backtick, and a name with a line break costs no row`() throws {
    let names = try Fixture.text("22.05.8/awkward-text/34-cancelled-sacct-P")
    #expect(names.contains("quote`double'single"))
    let rows = try Fixture.accounting("22.05.8/awkward-text/34-cancelled-sacct-P")
    #expect(rows.count == 17)
    for row in rows.values { #expect(row.status.state.isFinished || row.status.native.state == nil, "\(row.id)") }
    #expect(rows["66"]?.status.name == "quote`double'single")
    #expect(rows["73"]?.status.name == "-dash")
  }

  @Test func `a name that looks like the beginning of another job's row ends no job and hides no other`() async throws {
    let name = "x\n8\u{1F}8\u{1F}FAILED"
    let rows =
      Made.queueRow("8", "RUNNING", nodes: "node1") + Made.queueRow("7", "RUNNING", nodes: "node1", name: name)
      + Made.queueRow("9", "RUNNING", nodes: "node1")
    let polled = try await Polled(["7", "8", "9"], on: Made.slurm(queue: .text(rows)))
    #expect(polled.jobs["7"]?.state == .unknown(.unreadable))
    #expect(polled.jobs["8"]?.state == .running)
    #expect(polled.jobs["9"]?.state == .running)
    #expect(polled.unreadable.count == 2)
  }

  @Test(arguments: versions)
  func `bytes that are not UTF-8 come out of squeue as they are, and each is replaced`(version: String) throws {
    let data = try Data(contentsOf: URL(filePath: Fixture.path("\(version)/invalid-utf8/01-squeue-o")))
    #expect(String(validating: data, as: UTF8.self) == nil)
    let odd = try #require(data.split(separator: 0x0A).first { String(validating: $0, as: UTF8.self) == nil })
    let text = Data(odd).withUnsafeBytes { $0.text }
    #expect(text.contains("\u{FFFD}"))
    #expect(text.first?.isNumber == true)
  }

  @Test(arguments: [("22.05.8", "04"), ("23.11.11", "05"), ("26.05.3", "05")])
  func `sacct shows such bytes as question marks`(version: String, n: String) throws {
    let text = try Fixture.text("\(version)/invalid-utf8/\(n)-cancelled-sacct")
    #expect(text.contains("|latin1-??-end"))
    #expect(!text.contains("\u{FFFD}"))
  }
}
