import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import pbs_adapter

@Suite("The rules for what PBS prints in JSON's place")
struct ReaderTests {
  @Test(
    arguments: [
      ("odd-names/02-json-nan", "nan"), ("odd-names/04-json-NAN", "NAN"), ("odd-names/08-json-Infinity", "Infinity"),
      ("odd-names/12-json-1e5", "1e5"), ("odd-names/14-json-0123", "0123"), ("odd-names/16-json-00", "00"),
      ("odd-names/22-json-_5", "+5"), ("odd-names/26-json-_5", ".5"), ("odd-names/28-json-5_", "5."),
      ("odd-names/30-json-1E400", "1E400"), ("odd-names/38-json-123456789012", "12345678901234567890"),
      ("odd-names/42-json-_0", "-0"), ("odd-names/44-json-true", "true"), ("odd-names/48-json-null", "null"),
    ]
  )
  func `a name that looks like a number keeps its text`(exchange: String, name: String) throws {
    #expect(try Fixture.job(exchange)[.jobName] == name)
  }

  @Test func `one job with an odd name costs no other its record, and no other one its values`() throws {
    let jobs = try Fixture.jobs("odd-names/93-all-names-qstat-f-json")
    let text = try Fixture.read(
      TextListing(path: Fixture.Exchange("openpbs-23.06.06/odd-names/91-all-names-qstat-f").path)
    )
    .jobs
    #expect(jobs.count > 20)
    #expect(jobs.map { $0[.jobName] } == text.map { $0[.jobName] })
  }

  @Test(
    arguments: ["odd-values/24-backslash-json", "odd-values/29-backslash-trailing-json"]
  )
  func `a backslash that begins no escape stands for itself`(exchange: String) throws {
    let status = try Fixture.status(exchange)
    #expect(status.state == .held)
    #expect(PBSText.ofJSON(json: #""C:\temp\q""#) == "C:\temp\\q")
    #expect(PBSText.ofJSON(json: #""ends with \""#) == #"ends with \"#)
  }

  @Test func `bytes that PBS shifts by 64 are undone where they make a letter, and nowhere else`() throws {
    #expect(try Fixture.status("output-path/25-odd-cwd-json").directory?.contains("ü") == true)
    #expect(PBSText.ofJSON(json: "\"out.^array_index^\"") == "out.^array_index^")
    #expect(PBSText.ofJSON(json: "\"^A^B^[[31m\"") == "^A^B^[[31m")
  }

  @Test func `an empty variable that swallows the next one costs that one nothing`() throws {
    let status = try Fixture.status("unknown-ids/73-empty-arg-qstat-x-f-json", "220.pbs01")
    #expect(status.directory == "/home/hpcuser/run2")
  }

  @Test func `tabulators after colons, as a server of April 2026 writes them, change nothing`() throws {
    // Constructed from the recording: the blanks are what the head of April 2026 writes.
    let exchange = try Fixture.Exchange("openpbs-23.06.06/multi-poll/11-all-qstat-f-json")
    let path = try temporaryFile(Array(try exchange.text().replacing("\":", with: "\":\t").utf8))
    let jobs = try Fixture.read(JSONListing(path: path)).jobs
    #expect(jobs.map { $0[.jobState] } == ["R", "H", "W", "B", "H", "Q"])
    #expect(jobs.first?[.walltimeLimit] != nil)
  }

  @Test func `two ‘Jobs’ in one document are read as one`() throws {
    // Constructed from the report of openpbs pull request 585.
    let record = #"{"job_state":"R"}"#
    let path = try temporaryFile(
      Array("{\n\"Jobs\":{\n\"1.s\":\(record)\n},\n\"Jobs\":{\n\"2.s\":\(record)\n}\n}\n".utf8)
    )
    #expect(try Fixture.read(JSONListing(path: path)).jobs.map(\.id) == ["1.s", "2.s"])
  }

  @Test func `a record in the middle that has no end is one unreadable record`() throws {
    let exchange = try Fixture.Exchange("openpbs-23.06.06/multi-poll/11-all-qstat-f-json")
    var lines = try exchange.text().components(separatedBy: "\n")
    let place = try #require(lines.firstIndex { $0.hasPrefix("        \"337.pbs01\"") })
    let state = try #require(lines[place...].firstIndex { $0.contains("job_state") })
    lines.removeSubrange(state...(state + 3))
    let path = try temporaryFile(Array(lines.joined(separator: "\n").utf8))
    let (jobs, unreadable) = try Fixture.read(JSONListing(path: path))
    #expect(jobs.count == 5)
    #expect(unreadable.map(\.id) == ["337.pbs01"])
    #expect(unreadable.first?.excerpt?.isEmpty == false)
  }

  @Test(arguments: [40, 90, 700, 1500, 3000])
  func `an answer that is cut says so, wherever the cut is`(length: Int) throws {
    let exchange = try Fixture.Exchange("openpbs-23.06.06/multi-poll/11-all-qstat-f-json")
    let bytes = Array(try Data(contentsOf: URL(filePath: exchange.path)).prefix(length))
    var reader = try JSONListing(path: temporaryFile(bytes))
    while try reader.next() != nil {}
    #expect(reader.isCut)
  }

  @Test func `variables that look like attributes, or like a record, are neither`() throws {
    let listing = try TextListing(path: Fixture.Exchange("openpbs-23.06.06/odd-values/126-looks-like-attr-f").path)
    let jobs = try Fixture.read(listing).jobs
    #expect(jobs.count == 1)
    #expect(jobs.first?[.jobState] == "H")
    #expect(jobs.first?[.exitStatus] == nil || jobs.first?.status(.pro, source: "qstat").exitStatus == nil)
  }

  @Test func `text that is folded in the middle of a word is whole again`() throws {
    let folded = try Fixture.read(
      TextListing(path: Fixture.Exchange("openpbs-23.06.06/complete-0/03-running-qstat-f").path)
    )
    .jobs
    #expect(folded.first?[.comment] == "Job run at Sat Nov 21 at 00:41 on (node01:ncpus=1:mem=102400kb)")
  }

  @Test func `ids are read in all spellings, and what is not an id is refused`() {
    #expect(PBSID("41")?.part == PBSID.Part.none)
    #expect(PBSID("41.pbs01")?.server == "pbs01")
    #expect(PBSID("41[].pbs01")?.part == .array)
    #expect(PBSID("41[3].pbs01")?.index == 3)
    #expect(PBSID("325@pbs01")?.server == "pbs01")
    for text in ["", "abc", "12abc", "-5", "41[", "41[a]", "41[1-3]", "41.", "workq", "41[3]x"] {
      #expect(PBSID(text) == nil)
    }
    #expect(PBSID("0325")?.isSame(as: PBSID("325")!) == false)
    #expect(PBSID("41.pbs01.site.org")?.isSame(as: PBSID("41.pbs01")!) == true)
    #expect(PBSID("41.pbs02")?.isSame(as: PBSID("41.pbs01")!) == false)
  }

  @Test func `times are read in both families' forms`() {
    let expected = RFC3339.date(from: "2026-11-21T00:41:20Z")
    #expect(PBSTime.instant("Sat Nov 21 00:41:20 2026") == expected)
    #expect(PBSTime.instant("1795221680") == expected)
    #expect(PBSTime.instant("Sun Feb  1 00:00:00 2026") == RFC3339.date(from: "2026-02-01T00:00:00Z"))
    #expect(PBSTime.instant("soon") == nil)
    #expect(PBSTime.span("100:30:00") == .seconds(361_800))
    #expect(PBSTime.span("8.5") == .milliseconds(8500))
    #expect(PBSTime.bytes("100mb") == 100 << 20)
    #expect(PBSTime.bytes("many") == nil)
  }
}

extension PBSText {
  static func ofJSON(json: String) -> String {
    Array(json.utf8).withUnsafeBytes { ofJSON($0) }
  }
}
