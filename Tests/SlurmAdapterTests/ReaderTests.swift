import AdapterKit
import AdapterTestSupport
import Foundation
import Testing

@testable import slurm_adapter

@Suite("Readers")
struct ReaderTests {
  @Test(arguments: ["22.05.8", "23.11.11", "26.05.3"])
  func `Awkward names cost no other row anything`(version: String) throws {
    let rows = try Fixture.queue("\(version)/awkward-text/23-squeue-O")
    #expect(rows.count >= 18)
    #expect(rows.allSatisfy { $0.status.state == .held && $0.status.user == "hpcuser" })
    let names = Set(rows.compactMap(\.status.name))
    #expect(names.isSuperset(of: ["plain", "two words", "k=v JobState=FAILED", "Größe-日本-😀", "line1\nline2"]))
  }

  @Test func `a name with the delimiter, a line break or odd bytes is read whole when it comes last`() throws {
    var bytes: [UInt8] = []
    for name in ["a|b|c", "line1\nline2", "tail\n", "\u{1F}", "7\u{1F}x"] {
      bytes += Array(Made.queueRow("\(bytes.count + 1)", "RUNNING", nodes: "node1", name: name).utf8)
    }
    let latin = Array(Made.queueRow("900", "RUNNING", nodes: "node1", name: "latin-X-end").utf8)
    bytes += latin.map { $0 == 0x58 ? 0xE9 : $0 }
    bytes += Array(Made.queueRow("901", "RUNNING", nodes: "node1", name: "after").utf8)
    var reader = try SqueueReader(path: try temporaryFile(bytes), columns: Squeue.pollColumns)
    var names: [String?] = []
    while let record = try reader.next() { names.append(try record.get().status.name) }
    #expect(names == ["a|b|c", "line1\nline2", "tail\n", "\u{1F}", "7\u{1F}x", "latin-\u{FFFD}-end", "after"])
  }

  @Test func `an odd row is reported with its bytes, and its neighbours are read`() throws {
    let text = Made.queueRow("1", "RUNNING") + "2\u{1F}2\u{1F}RUNNING\u{1F}0\n" + Made.queueRow("3", "COMPLETED")
    var reader = try SqueueReader(path: try temporaryFile(Array(text.utf8)), columns: Squeue.pollColumns)
    var ids: [String] = []
    var odd: [UnreadableRecord] = []
    while let record = try reader.next() {
      switch record {
      case .success(let row): ids.append(row.status.id)
      case .failure(let fault): odd.append(fault.record)
      }
    }
    #expect(ids == ["1", "3"])
    #expect(odd.count == 1)
    #expect(odd.first?.excerpt?.hasPrefix("2\\x1f2\\x1fRUNNING") == true)
    #expect(odd.first?.offset == Made.queueRow("1", "RUNNING").utf8.count)
  }

  @Test func `a listing that is cut anywhere loses only its last row, and says so`() throws {
    let whole = Array((Made.queueRow("1", "RUNNING") + Made.queueRow("2", "COMPLETED", name: "zwei")).utf8)
    let first = Made.queueRow("1", "RUNNING").utf8.count
    for length in 1..<whole.count where length != first {
      var reader = try SqueueReader(path: try temporaryFile(Array(whole[..<length])), columns: Squeue.pollColumns)
      var good = 0
      while let record = try reader.next() { if case .success = record { good += 1 } }
      #expect(reader.isCut)
      #expect(good <= (length < first - 1 ? 0 : length < whole.count - 1 ? 1 : 2), "cut at \(length)")
    }
  }

  @Test func `100,000 rows are read in little memory`() throws {
    var bytes: [UInt8] = []
    for number in 1...100_000 { bytes += Array(Made.queueRow("\(number)", "RUNNING", nodes: "node[1-2]").utf8) }
    let path = try temporaryFile(bytes)
    bytes = []
    var reader = try SqueueReader(path: path, columns: Squeue.pollColumns)
    var count = 0
    while let record = try reader.next() {
      if case .success(let row) = record, row.status.nodes == ["node1", "node2"] { count += 1 }
    }
    #expect(count == 100_000)
    try? FileManager.default.removeItem(atPath: path)
  }

  @Test func `array ids have three spellings, and a cut list is known as cut`() {
    #expect(SlurmID("47") == .job(47))
    #expect(SlurmID("47_3") == .task(array: 47, index: 3))
    #expect(SlurmID("47+1") == .component(job: 47, offset: 1))
    guard case .tasks(47, let list)? = SlurmID("47_[0,3-7:2,100%1]") else {
      Issue.record("not read")
      return
    }
    #expect(list.indices == [0, 3, 5, 7, 100])
    #expect(list.contains(5) && !list.contains(4) && !list.isCut)
    for text in ["47_[1,4,6,...]", "47_[1,4,6,1", "47_[1,4,6,..."] {
      guard case .tasks(_, let cut)? = SlurmID(text) else {
        Issue.record("\(text) is not read")
        continue
      }
      #expect(cut.isCut, "\(text)")
    }
    for text in ["", "abc", "47_", "_3", "47_[5-1]", "47[3]", "1e5", "47_x"] {
      #expect(SlurmID(text) == nil, "\(text)")
    }
  }

  @Test func `recorded array rows: condensed, expanded, and the task that has the array's own number`() throws {
    let rows = try Fixture.queue("22.05.8/job-array/15-running-squeue-O")
    #expect(rows.map(\.id).contains(.task(array: 47, index: 2)))
    guard case .tasks(47, let list)? = rows.map(\.id).last else {
      Issue.record("no condensed row")
      return
    }
    #expect(list.indices == [3, 4, 5, 6, 7, 8, 10])
    let ended = try Fixture.queue("22.05.8/job-array/27-ended-at-once-squeue-O")
    #expect(ended.first { $0.number == 47 }?.id == .task(array: 47, index: 10))
    #expect(ended.count == 9)
  }

  @Test func `node lists are expanded`() {
    #expect(NodeList.expand("node1") == ["node1"])
    #expect(NodeList.expand("node[08-10,12]x,login") == ["node08x", "node09x", "node10x", "node12x", "login"])
    #expect(NodeList.expand("r[1-2]n[1-2]") == ["r1n1", "r1n2", "r2n1", "r2n2"])
    #expect(NodeList.expand("odd[a-b]") == ["odd[a-b]"])
    #expect(NodeList.expand("") == [])
  }

  @Test func `times and spans in every form that was recorded`() {
    func instant(_ text: String) -> Double? {
      Array(text.utf8).withUnsafeBytes { SlurmTime.instant($0) }?.timeIntervalSince1970
    }
    func span(_ text: String) -> Double? { Array(text.utf8).withUnsafeBytes { SlurmTime.span($0) }?.inSeconds }
    #expect(instant("1795221795") == 1_795_221_795)
    #expect(instant("2026-11-21T00:43:15") == 1_795_221_795)
    for text in ["N/A", "Unknown", "None", "", "0", "4294967294", "2 Jan 2027", "00:43:15"] {
      #expect(instant(text) == nil)
    }
    #expect(span("5:00") == 300)
    #expect(span("1:02:03") == 3723)
    #expect(span("14-00:00:00") == 1_209_600)
    #expect(span("1-02") == 93_600)
    #expect(span("00:01.043") == 1.043)
    // Spans too long to be counted in milliseconds, found by fuzzing.
    let endless = ["6666666666661:00:00", "1:999999999999999", "999999999999999:00", "99999999999-00:00:00"]
    for text in ["UNLIMITED", "INVALID", "infinite", "n/a", "", "5", "1:2:3:4"] + endless {
      #expect(span(text) == nil, "\(text)")
    }
  }

  @Test func `output patterns are filled as Slurm fills them`() {
    var status = JobStatus(id: "47_3", state: .running)
    status.name = "run"
    let id = SlurmID.task(array: 47, index: 3)
    #expect(OutputPaths.filled("/d/%A_%a.%x", status, id: id, number: 50) == "/d/47_3.run")
    #expect(OutputPaths.filled("/d/%%j-%5j", status, id: id, number: 50) == "/d/%j-00050")
    #expect(OutputPaths.filled("/d/slurm-47_4294967294.out", status, id: id, number: 50) == "/d/slurm-47_3.out")
    #expect(OutputPaths.filled("/d/%a", status, id: .job(47), number: 47) == nil)
  }
}
