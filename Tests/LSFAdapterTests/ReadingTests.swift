import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import lsf_adapter

@Suite("Reading")
struct ReadingTests {
  @Test(
    arguments: [
      ("Nov 21 00:36", "2026-11-21T00:36:00Z"), ("11/21-00:36:49", "2026-11-21T00:36:49Z"),
      ("Sat Nov 21 00:28:12", "2026-11-21T00:28:12Z"), ("Sep 30 20:32:14 2026", "2026-09-30T20:32:14Z"),
      ("Feb 21 00:02 2019", "2019-02-21T00:02:00Z"), ("Jan  7 09:59 L", "2026-01-07T09:59:00Z"),
      ("Dec 31 23:59", "2025-12-31T23:59:00Z"), ("Feb 29 12:00", "2024-02-29T12:00:00Z"),
      ("Nov 22 08:00 E", "2026-11-22T08:00:00Z"),
      ("Thu Nov 21 00:28:12", "2024-11-21T00:28:12Z"), ("Mon Nov 20 10:00:00 2023", "2023-11-20T10:00:00Z"),
    ]
  )
  func `times are read in all their forms, the year being the latest possible one`(text: String, expected: String)
    throws
  {
    #expect(LSFTime(now: evening).instant(text) == RFC3339.date(from: expected))
  }

  @Test(arguments: ["-", "", "   -   ", "Nov", "13/01-00:00:00", "11/31-00:00:00", "soon"])
  func `what is not a time is not read as one`(text: String) { #expect(LSFTime(now: evening).instant(text) == nil) }

  @Test func `spans and quantities are read with their units, and nonsense is not read`() {
    func span(_ text: String) -> Duration? {
      var text = text
      return text.withUTF8 { LSFTime.span(UnsafeRawBufferPointer($0)) }
    }
    func memory(_ text: String) -> ByteCount? {
      var text = text
      return text.withUTF8 { LSFTime.memory(UnsafeRawBufferPointer($0)) }
    }
    #expect(span("57208 second(s)") == .seconds(57_208))
    #expect(span("000:00:00.01") == .milliseconds(10))
    #expect(span("59:32:51") == .seconds(214_371))
    for text in ["000:00:-2.00", "50769:48:00.-48", "-", ""] { #expect(span(text) == nil) }
    #expect(memory("233 Mbytes") == .mebibytes(233))
    #expect(memory("1.5 Gbytes") == .mebibytes(1536))
    #expect(memory("24105M") == .mebibytes(24_105))
    for text in ["-", "0", ""] { #expect(memory(text) == nil) }
  }

  @Test func `an id is a number up to what LSF can count, with one index at most`() {
    #expect(LSFID("34")?.text == "34")
    #expect(LSFID("34[3]") == LSFID(number: 34, index: 3))
    let others = [
      "0", "00", "034", "34[03]", "99999999999", "2147483648", "4294967330", "34[0]", "34[1-3]", "34[",
      "34[4294967297]",
      "-5", "+5", "12.server", "abc", "",
    ]
    for text in others {
      #expect(LSFID(text) == nil, "\(text)")
    }
  }

  @Test func `the name of an exit record is an id as well, and nothing else is`() {
    #expect(LSFID(record: "34") == LSFID(number: 34))
    #expect(LSFID(record: "34_3") == LSFID(number: 34, index: 3))
    for text in ["0", "-5", "34_0", "34_-3", "99999999999", "34_3_1", "x", "034", ".swept"] {
      #expect(LSFID(record: text) == nil, "\(text)")
    }
  }

  @Test func `an element is distinguished from a job whose name has brackets`() {
    func element(_ name: String) -> Int? {
      var name = name
      return name.withUTF8 { LSFID.element(in: UnsafeRawBufferPointer($0))?.index }
    }
    #expect(element("sweep[10]") == 10)
    #expect(element("odd[name]") == nil)
    #expect(element("plain") == nil)
  }

  @Test  // recorded: awkward-names/31-all-bjobs-o-json
  func `odd names arrive as they are`() async throws {
    let ids = (36...57).map { "\($0)" }
    let polled = try await Polled(ids, on: try Fixture.recorded("awkward-names"))
    #expect(polled.jobs.count == 22)
    #expect(polled.unreadable.isEmpty && polled.answer.complete)
    #expect(polled.jobs["37"]?.name == "say \"hi\"")
    #expect(polled.jobs["39"]?.name == "Größe-日本語-😀")
    #expect(polled.jobs["42"]?.name == "a<b>c")
    #expect(polled.jobs["50"]?.name == "back\\slash")
    #expect(polled.jobs["54"]?.name == "odd[name]")
    #expect(polled.jobs["54"]?.index == nil)
    #expect(polled.jobs["56"]?.state == .queued)
  }

  @Test(arguments: ["28-all-bjobs-l", "29-all-bjobs-UF"])
  func `the sentences have the same names as the fields`(exchange: String) throws {
    let stories = try JobStory.read(path: Fixture.path("awkward-names/\(exchange)"), observedAt: evening).stories
    #expect(stories.count == 22)
    #expect(stories.first { $0.id.number == 42 }?.name == "a<b>c")
    #expect(stories.first { $0.id.number == 43 }?.name == "a,b;c|d")
    #expect(stories.allSatisfy { $0.state == "PEND" && $0.user == "hpcuser" && $0.queue == "inactive" })
  }

  @Test func `lines folded in the middle of words are whole again`() throws {
    let story = try #require(
      try JobStory.read(path: Fixture.path("run-limit/10-finished-bhist-l"), observedAt: evening).stories.first
    )
    #expect(story.ending.code == 140)
    #expect(story.ending.runLimit == .seconds(60))
    #expect(story.directory == "/home/hpcuser/run/lsf")
    #expect(story.starts == 1)
    let held = try #require(
      try JobStory.read(path: Fixture.path("held/31-killed-bhist-l"), observedAt: evening).stories.first
    )
    #expect(held.ending.killer?.name == "hpcuser")
    #expect(held.ending.hasStarted == false)
  }

  @Test(arguments: [("PEND", 2), ("RUN", 1)])
  func `a job that waits again after an attempt waits for the next one`(word: String, attempt: Int) throws {
    let listing = """
      Job <23>, Job Name <again>, User <ada>, Project <default>, Status <\(word)>, Queue <normal>, Command <false>
      Sat Nov 21 00:34:24: Submitted from host <vm>, CWD <$HOME>;
      Sat Nov 21 00:34:28: Starting (Pid 29760);
      """
    let moment = try #require(RFC3339.date(from: "2026-11-21T12:00:00Z"))
    let story = try #require(JobStory(listing, times: LSFTime(now: moment)))
    #expect(BjobsRow(story, observedAt: moment).status.attempt == attempt)
  }

  @Test func `a record that cannot be read costs no other one`() async throws {
    let broken = "    {\n      \"JOBID\":\"x\",\n      \"STAT\":\"RUN\"\n    }"
    let polled = try await Polled(["7", "8"], on: IBM.lsf([IBM.record(7, "RUN"), broken, IBM.record(8, "PEND")]))
    #expect(polled.jobs["7"]?.state == .running)
    #expect(polled.jobs["8"]?.state == .queued)
    #expect(polled.unreadable.count == 1)
    #expect(!polled.answer.complete)
  }

  @Test(
    arguments: [
      ("n1:n1:n2", ["n1", "n2"]), ("16*n1:16*n2", ["n1", "n2"]), ("vm", ["vm"]), ("", []),
    ]
  )
  func `hosts are reported one by one, in both of LSF's short forms`(text: String, names: [String]) {
    #expect(HostList.expand(text) == names)
  }

  @Test func `every job of the recorded JSON comes out, and the sentences have the same state`() throws {
    var count = 0
    let files = FileManager.default
    for scenario in try files.contentsOfDirectory(atPath: Fixture.folder + "/volclava-2.2") {
      for exchange in try files.contentsOfDirectory(atPath: Fixture.folder + "/volclava-2.2/\(scenario)").sorted()
      where exchange.hasSuffix("bjobs-o-json") {
        let path = Fixture.path("\(scenario)/\(exchange)")
        var listing = try JSONListing(path: path, observedAt: evening)
        var rows = 0
        while let record = try listing.next() {
          if case .unreadable(let fault, _) = record { Issue.record("\(scenario)/\(exchange): \(fault.message)") }
          if case .job(let row) = record { #expect(row.meaning != nil, "\(scenario)/\(exchange)") }
          rows += 1
        }
        let text = try Fixture.text("\(scenario)/\(exchange)")
        #expect(text.ranges(of: "\"JOBID\"").count == rows, "\(scenario)/\(exchange)")
        count += rows
      }
    }
    #expect(count > 60)
  }
}
