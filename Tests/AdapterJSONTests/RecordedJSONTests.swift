import AdapterJSON
import Testing

@Suite("Recorded JSON")
struct RecordedJSONTests {
  @Test func `record by record, every answer of Slurm says what it says as a whole`() throws {
    var answers = 0
    var records = 0
    for exchange in try Recorded.slurm() {
      let bytes = try Recorded.bytes(exchange)
      let wanted = ["job_id", "job_state", "state", "exit_code", "name", "steps", "job_resources"]
      let read = try Read(bytes, in: "jobs", wanted: wanted, others: ["errors"])
      guard let document = bytes.withUnsafeBytes({ JSONValue($0) }) else {
        #expect(bytes.isEmpty && read.ending == .missing, "\(exchange)")
        continue
      }
      answers += 1
      #expect(read.ending == .whole, "\(exchange)")
      #expect(read.others[0] == document["errors"], "\(exchange)")
      let jobs = document["jobs"]?.list ?? []
      #expect(read.records.map(\.values) == jobs.map { job in wanted.map { job[$0] } }, "\(exchange)")
      #expect(read.records.allSatisfy { $0.border == .closed && !$0.hasRepeats }, "\(exchange)")
      records += jobs.count
    }
    print("\(answers) answers of Slurm with \(records) records")
    #expect(answers > 500)
  }

  @Test func `the invalid JSON of OpenPBS costs the members that are wrong and nothing else`() throws {
    let wanted = ["job_state", "Job_Name", "Variable_List", "Submit_arguments", "substate"]
    let names = try Read(
      Recorded.bytes("openpbs-23.06.06/odd-names/93-all-names-qstat-f-json"),
      in: "Jobs",
      wanted: wanted
    )
    #expect(names.records.count == 30)
    #expect(names.records.allSatisfy { $0.border == .closed && $0.values[0]?.text?.count == 1 && $0.values[2] != nil })
    #expect(names.records.contains { $0.values[1] == nil })
    #expect(names.ending == .whole)
    for odd in ["24-backslash-json", "29-backslash-trailing-json", "39-backslash-quote-json", "69-utf8-json"] {
      let read = try Read(Recorded.bytes("openpbs-23.06.06/odd-values/\(odd)"), in: "Jobs", wanted: wanted)
      #expect(read.ending == .whole)
      for record in read.records {
        #expect(record.border == .closed && record.values[0] != nil && record.values[4] != nil, "\(odd)")
      }
    }
    let mended = try Read(Recorded.bytes("openpbs-23.06.06/odd-values/24-backslash-json"), in: "Jobs", wanted: wanted)
    // A backslash before a letter that makes an escape cannot be distinguished from an escape.
    #expect(mended.records[0].values[3] == .text("-h -v A=back\\slash,B=C:\temp\new,C=\\srv\\x"))
  }

  @Test func `LSF's records begin on the line on which the one in front ends`() throws {
    let array = try Read(
      Recorded.bytes("volclava-2.2/array-mixed/08-fresh-bjobs-o-json"),
      in: "RECORDS",
      wanted: ["JOB_NAME"]
    )
    #expect(array.records.map { $0.values[0]?.text } == (1...10).map { "sweep[\($0)]" })
    let names = try Read(
      Recorded.bytes("volclava-2.2/awkward-names/31-all-bjobs-o-json"),
      in: "RECORDS",
      wanted: ["JOB_NAME"]
    )
    #expect(names.records.allSatisfy { $0.border == .closed && $0.values[0] != nil })
    #expect(names.ending == .whole)
    let list = try Read(
      Recorded.bytes("volclava-2.2/unknown-id/13-list-bjobs-o-json"),
      in: "RECORDS",
      wanted: ["STAT", "ERROR"]
    )
    #expect(list.records.map { $0.values } == [[.text("EXIT"), nil], [nil, .text("Job <999999> is not found")]])
  }
}
