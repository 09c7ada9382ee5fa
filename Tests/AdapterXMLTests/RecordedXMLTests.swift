import Foundation
import Testing

@Suite("Recorded XML of Torque")
struct RecordedXMLTests {
  @Test func `every job of every answer is read, and every answer is whole`() throws {
    var answers = 0
    var jobs = 0
    for exchange in try Recorded.answers() {
      let bytes = try Recorded.bytes(exchange)
      let read = try Read(bytes)
      let written = String(decoding: bytes, as: UTF8.self).components(separatedBy: "<Job>").count - 1
      #expect(read.records.count == written, "\(exchange)")
      #expect(read.ending == .whole, "\(exchange)")
      for job in read.records {
        #expect(job.fault == nil && job.border == .closed && job["job_state"] != nil, "\(exchange)")
        #expect(job["Job_Id"] == job.spotted, "\(exchange)")
      }
      answers += 1
      jobs += read.records.count
    }
    print("\(answers) answers of Torque in XML with \(jobs) jobs")
    #expect(answers > 100 && jobs == 620)
  }

  @Test func `groups are paths, and escapes are undone`() throws {
    let account = try Read(Recorded.bytes("odd-text/100-account-x")).records[0]
    #expect(account["Account_Name"] == "acct \"x\" & <y>")
    #expect(account["Resource_List/walltime"] == "01:00:00")
    #expect(account["walltime"] == nil)
    let script = try Read(Recorded.bytes("odd-text/120-script-markup-x")).records[0]
    #expect(script["Job_Name"] == "a&b<c>.sh")
    let unicode = try Read(Recorded.bytes("odd-text/72-env-utf8-x")).records[0]
    #expect(unicode["Variable_List"]?.contains("A=größe 😀,") == true)
    let function = try Read(Recorded.bytes("odd-text/97-V-function-x")).records[0]
    #expect(function["Variable_List"]?.contains("() {  eval `/usr/bin/modulecmd b") == true)
    let long = try Read(Recorded.bytes("odd-text/80-env-long-x")).records[0]
    #expect(long["Variable_List"]?.contains(String(repeating: "x", count: 2000)) == true)
  }

  @Test func `a control character in one job's variables stands for itself, and costs its neighbour nothing`() throws {
    let both = try Read(Recorded.bytes("odd-text/125-poison-all-x"))
    #expect(both.ids == ["68.torque01", "69.torque01"])
    #expect(both.records[1]["Variable_List"]?.contains(",A=\u{1},PBS_O_WORKDIR") == true)
    #expect(both.records[1]["submit_args"] == "-h -v A=\u{1}")
    let escape = try Read(Recorded.bytes("odd-text/64-env-escape-x")).records[0]
    #expect(escape["Variable_List"]?.contains(",A=\u{1B}[31mred,") == true)
  }

  @Test func `a document for each id that was asked for, one after another, is one listing`() throws {
    let read = try Read(Recorded.bytes("unknown-ids/26-known-completed-unknown-qstat-x"))
    #expect(read.ids == ["92.torque01", "93.torque01", "92.torque01"])
    #expect(read.ending == .whole)
  }

  @Test func `no jobs are an empty document`() throws {
    let read = try Read(Recorded.bytes("unknown-ids/76-empty-x"))
    #expect(read.records.isEmpty && read.ending == .whole)
  }

  @Test func `nodes are records as jobs are`() throws {
    let bytes = try Recorded.bytes("queues-and-nodes/13-pbsnodes-x")
    let read = try Read(bytes, records: ["Node"], id: "name")
    #expect(read.records.map { $0["name"] } == ["node01", "node02", "node03"])
    #expect(read.records.allSatisfy { $0["np"] == "4" })
    #expect(read.ending == .whole)
  }

  @Test func `an answer cut at any byte gives only whole jobs, and is reported as cut`() throws {
    for exchange in ["complete-0/15-completed-qstat-x", "odd-text/125-poison-all-x"] {
      let bytes = try Recorded.bytes(exchange)
      let whole = try Read(bytes)
      let end = bytes.count - (bytes.last == 0x0A ? 1 : 0)
      for count in 0...bytes.count {
        let read = try Read(Array(bytes[..<count]))
        let expected: [Read] = count == 0 ? [] : [whole]
        let good = read.records.filter { $0.fault == nil }
        #expect(expected.isEmpty ? good.isEmpty : whole.records.starts(with: good), "\(exchange) at \(count)")
        #expect(read.records.count - good.count <= 1)
        if count == 0 {
          #expect(read.ending == .missing)
        } else {
          #expect(read.ending == (count < end ? .cut : .whole), "\(exchange) at \(count)")
        }
      }
    }
  }
}
