import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import cobalt_adapter

@Suite("Reading Cobalt's listings")
struct ReaderTests {
  private static let names = [
    "501056": "my first job", "501057": "say \"hi\"", "501058": "it's", "501060": "a:b", "501061": "a/b",
    "501062": "12345", "501063": "-x", "501064": "job501064", "501065": "two  spaces", "501066": "two\nlines",
    "501068": "ends in space ", "501069": "running", "501070": "JobID: 7",
  ]

  private func listing(_ text: String, _ ids: [String]) async throws -> Polled {
    try await Polled(ids, on: Made.cobalt(queue: .text(text)))
  }

  @Test func `names with blanks, quotes, colons and line breaks are read as they are`() async throws {
    let ids = (501_056...501_070).map { "\($0)" }
    let polled = try await Polled(ids, on: try ScriptedHost(recordings: "cobalt-1.0.33/awkward-names"))
    #expect(polled.jobs.count == 15)
    #expect(polled.unreadable.isEmpty)
    for (id, name) in Self.names { #expect(polled.jobs[id]?.name == name, "\(id)") }
    #expect(polled.jobs["501067"]?.name == nil)
    #expect(polled.jobs.values.allSatisfy { $0.state == .queued && $0.queue == "stopped" })
  }

  @Test func `a name that looks like another job's record costs its own job, and starts or ends none`() async throws {
    let forged = "x\n\n" + Made.record("9", "done")
    let text = Made.record("7", "queued", name: forged) + Made.record("8", "running")
    let polled = try await listing(text, ["7", "8"])
    #expect(polled.jobs["8"]?.state == .running)
    #expect(polled.jobs["7"]?.state == .unknown(.unreadable))
    let other = Made.record("7", "queued", name: "x\n    State          : done") + Made.record("8", "running")
    let again = try await listing(other, ["7", "8"])
    #expect(again.jobs["7"]?.state == .unknown(.unreadable))
    #expect(again.jobs["8"]?.state == .running)
  }

  @Test func `a line that is lost costs one job, and no other one gets its state`() async throws {
    let records = ["6", "7", "8"].map { Made.record($0, $0 == "7" ? "running" : "queued") }
    let lines = records.joined().split(separator: "\n", omittingEmptySubsequences: false)
    for place in lines.indices where !lines[place].isEmpty {
      var fewer = lines
      fewer.remove(at: place)
      let polled = try await listing(fewer.joined(separator: "\n"), ["6", "7", "8"])
      for (id, state) in ["6": JobState.queued, "7": .running, "8": .queued] {
        guard let seen = polled.jobs[id]?.state else { continue }
        #expect(seen == state || seen == .unknown(.unreadable), "\(id) without ‘\(lines[place])’ is \(seen)")
      }
      #expect(polled.jobs.values.filter { $0.state == .queued || $0.state == .running }.count >= 1)
      #expect(!polled.unreadable.isEmpty)
    }
  }

  @Test func `a listing that is cut anywhere ends no job, and says that it is cut`() async throws {
    let whole = Made.record("7", "running") + Made.record("8", "queued")
    let first = Made.record("7", "running").utf8.count
    for length in stride(from: first + 1, to: whole.utf8.count - 20, by: 7) {
      let text = String(decoding: whole.utf8.prefix(length), as: UTF8.self)
      let polled = try await listing(text, ["7", "8"])
      #expect(polled.jobs["7"]?.state == .running)
      #expect(polled.jobs.values.allSatisfy { !$0.state.isFinished && $0.state != .unknown(.gone) })
      #expect(!polled.answer.complete || polled.jobs["8"]?.state == .unknown(.unreadable), "\(length)")
    }
  }

  @Test func `carriage returns, Latin-1 and a site's banner change nothing`() async throws {
    let text = "Welcome to the machine!\n\n" + Made.record("7", "running")
    #expect(try await listing(text, ["7"]).jobs["7"]?.state == .running)
    let returns = text.replacing("\n", with: "\r\n")
    #expect(try await listing(returns, ["7"]).jobs["7"]?.state == .running)
    var bytes = Array(Made.record("7", "running", name: "M~ller").utf8)
    bytes[try #require(bytes.firstIndex(of: UInt8(ascii: "~")))] = 0xFC
    let host = Made.cobalt(queue: ScriptedHost.Answer(stdout: bytes + Array(Made.record("8", "queued").utf8)))
    let polled = try await Polled(["7", "8"], on: host)
    #expect(polled.jobs["7"]?.name == "M\u{FFFD}ller" && polled.jobs["8"]?.state == .queued)
  }

  @Test func `recorded hosts are expanded, those of a Cray and a Blue Gene as they are called`() {
    #expect(Locations.hosts("node01,node[05-08]") == ["node01", "node05", "node06", "node07", "node08"])
    #expect(Locations.hosts("node[02-03]") == ["node02", "node03"])
    #expect(Locations.hosts("0-2,3835") == ["nid00000", "nid00001", "nid00002", "nid03835"])
    #expect(Locations.hosts("CET-20400-31731-128") == ["CET-20400-31731-128"])
    #expect(Locations.hosts("None").isEmpty)
  }

  @Test(arguments: [
    "n[0-99999][0-99999]", "n[0-99999,0-99999,0-99999]", "0-99999,0-99999,0-99999", "99999999999999999999-1",
    String(repeating: "n", count: 20_000) + "[0-99999]", String(repeating: "[1]", count: 20_000),
    "n[\(String(repeating: "0", count: 20_000))1-9]",
  ])
  func `no list of hosts is expanded beyond what a machine may have`(text: String) {
    #expect(Locations.hosts(text) == [text])
  }

  @Test(arguments: [
    "time-zones/02-UTC-qstat-fl", "time-zones/03-America-Chicago-qstat-fl", "time-zones/04-Asia-Kolkata-qstat-fl",
  ])
  func `one instant in three zones is one instant, though Cobalt prints +0630 for India`(exchange: String) throws {
    let line = try #require(try Fixture.text(exchange).split(separator: "\n").first { $0.contains("SubmitTime") })
    let text = line[line.index(after: try #require(line.firstIndex(of: ":")))...]
    #expect(CobaltTime.instant(text) == RFC3339.date(from: "2026-11-21T01:10:00Z"))
  }

  @Test func `absent times and spans are none`() {
    for word in ["N/A", "None", "-", "", "2026-11-21 01:14:46"] {
      #expect(CobaltTime.instant(word) == nil)
      #expect(CobaltTime.span(word) == nil)
    }
    #expect(CobaltTime.span("166:40:00") == .seconds(600_000))
    #expect(CobaltTime.offset("-0330") == -210)
    #expect(CobaltTime.offset("+0615") == 345)
  }

  @Test func `a table is read by the widths of its columns`() throws {
    let table = try #require(CobaltTable(try Fixture.text("submission-errors/32-times-qstat")))
    #expect(table.rows.count == 8)
    #expect(table.rows[1]["WallTime"] == "166:40:00" && table.rows[1]["Location"] == "node03")
    #expect(table.rows.map { $0["State"] ?? "" }.prefix(3) == ["killing", "running", "starting"])
    #expect(CobaltTable(try Fixture.text("queues-and-nodes/12-qstat-empty"))?.rows.isEmpty == true)
    #expect(CobaltTable("") == nil)
  }
}
