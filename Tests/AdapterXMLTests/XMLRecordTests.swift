import AdapterXML
import Testing

@Suite("Records of XML")
struct XMLRecordTests {
  private static func job(_ id: String, _ more: String = "") -> String {
    "<Job><Job_Id>\(id)</Job_Id><job_state>R</job_state>\(more)</Job>"
  }

  @Test func `nothing, white space and text without a tag have no document`() throws {
    for text in ["", "\n \n", "qstat: no jobs\n"] {
      let read = try Read(text)
      #expect(read.records.isEmpty && read.ending == .missing, "‘\(text)’")
    }
  }

  @Test func `a document needs neither a prologue nor a line break, and may be empty in three ways`() throws {
    for text in ["<Data></Data>", "<Data/>", "<Data>\n</Data>\n", "<?xml version=\"1.0\"?>\r\n<Data />"] {
      let read = try Read(text)
      #expect(read.records.isEmpty && read.ending == .whole, "‘\(text)’")
    }
    #expect(try Read("<Data>" + Self.job("1") + "</Data>").ids == ["1"])
    #expect(try Read("Warning: a site's own words\n<Data>\n  " + Self.job("1") + "\n</Data>").ids == ["1"])
  }

  @Test func `where pieces of the file begin and end does not matter`() throws {
    let more = "<!-- </Job> --><A><![CDATA[<Job>&</Job>]]></A><B/>"
    let text = "<?xml version=\"1.0\"?><Data>" + (1...9).map { Self.job("\($0)", more) }.joined() + "</Data>"
    let whole = try Read(text)
    #expect(whole.ids == (1...9).map { "\($0)" })
    #expect(whole.records[3]["A"] == "<Job>&</Job>")
    #expect(whole.records[3]["B"] == "")
    for piece in 64...200 { #expect(try Read(text, piece: piece) == whole) }
  }

  @Test func `a record is where it says it is`() throws {
    let text = "<Data>" + Self.job("1") + " " + Self.job("22") + "</Data>"
    let read = try Read(text)
    #expect(read.records.map(\.offset) == [6, 7 + Self.job("1").utf8.count])
  }

  @Test func `a record without its end or its beginning costs no other record anything`() throws {
    let noEnd = "<Job><Job_Id>2</Job_Id><job_state>R</job_state>"
    let noBeginning = "<Jub><Job_Id>2</Job_Id><job_state>R</job_state></Job>"
    for broken in [noEnd, noBeginning] {
      let read = try Read("<Data>" + Self.job("1") + broken + Self.job("3") + "</Data>")
      #expect(read.ids == ["1", "3"])
      #expect(read.records.map(\.border) == [.closed, .broken, .closed])
      #expect(read.records[1].fault != nil && read.records[1].spotted == "2")
      #expect(read.ending == .whole)
    }
    let last = try Read("<Data>" + noEnd + "</Data><Data>" + Self.job("3") + "</Data>")
    #expect(last.ids == ["3"] && last.records.map(\.border) == [.broken, .closed] && last.ending == .whole)
  }

  @Test func `what is not XML in a record costs that record alone`() throws {
    for odd in ["<A>1</B>", "<A>", "</A>", "<job ids>x</job ids>", "<>x</>", "<A x=1/>", "<!DOCTYPE a>"] {
      let read = try Read("<Data>" + Self.job("1") + Self.job("2", odd) + Self.job("3") + "</Data>")
      #expect(read.ids == ["1", "3"], "\(odd)")
      #expect(read.records[1].fault?.isEmpty == false && read.records[1].spotted == "2", "\(odd)")
      #expect(read.ending == .whole, "\(odd)")
    }
  }

  @Test func `what can mean one thing only is mended`() throws {
    func text(_ written: [UInt8]) throws -> String? {
      let bytes = Array("<Data><Job><A>".utf8) + written + Array("</A></Job></Data>".utf8)
      return try Read(bytes).records[0]["A"]
    }
    #expect(try text(Array("a&b & &c; &amp;".utf8)) == "a&b & &c; &")
    #expect(try text(Array("1 < 2 <3".utf8)) == "1 < 2 <3")
    #expect(try text(Array("a]]>b".utf8)) == "a]]>b")
    #expect(try text(Array("&#1;&#x1b;[0m&#xD800;&#65;".utf8)) == "\u{1}\u{1B}[0m\u{FFFD}A")
    #expect(try text([0x67, 0x72, 0xFC, 0x6E]) == "gr\u{FFFD}n")
    #expect(try text([0x61, 0x00, 0x62, 0x1F]) == "a\u{0}b\u{1F}")
    #expect(try text(Array("\u{10FF01}\u{FFFF}\u{1}".utf8)) == "\u{FFFD}\u{FFFD}\u{1}")
    #expect(try text(Array("\u{10FF01}".utf8)) == "\u{10FF01}")
  }

  @Test func `an entity is never expanded and a document type never read`() throws {
    let type = "<!DOCTYPE Data [<!ENTITY a \"x\"><!ENTITY b SYSTEM \"file:///etc/passwd\">]>"
    let read = try Read(type + "<Data>" + Self.job("1", "<A>&a;&b;</A>") + "</Data>")
    #expect(read.records[0]["A"] == "&a;&b;")
  }

  @Test func `attributes are fields too, and a name space declared before the record is not a fault`() throws {
    let job = "<job_list state=\"a&amp;b&lt;&amp;#38;\"><x:n k='1'>2</x:n></job_list>"
    let text = "<job_info xmlns:x='y'><job_info>\(job)</job_info></job_info>"
    let read = try Read(text, document: "job_info", records: ["job_list", "unknown_jobs"])
    #expect(read.records.map(\.name) == ["job_list"])
    #expect(read.records[0].fault == nil)
    #expect(
      read.records[0].fields.map { "\($0.path)=\($0.text)" } == ["@state=a&b<&#38;", "n@k=1", "n=2"]
    )
    #expect(read.ending == .whole)
  }

  @Test func `fields that nobody wants are left out`() throws {
    let read = try Read(Array(("<Data>" + Self.job("1") + "</Data>").utf8)) { $0 == "job_state" ? 7 : nil }
    #expect(read.records[0].fields.map(\.path) == ["job_state"])
    #expect(read.records[0]["job_state"] == "R")
  }

  @Test func `a text of 20 MB is read`() throws {
    let text = String(repeating: "x", count: 20 << 20)
    let read = try Read("<Data>" + Self.job("1", "<A>\(text)</A>") + Self.job("2") + "</Data>")
    #expect(read.ids == ["1", "2"])
    #expect(read.records[0]["A"]?.utf8.count == 20 << 20)
  }

  @Test func `a record longer than is kept is reported without its bytes`() throws {
    let long = Self.job("1", String(repeating: "<A>x</A>", count: 50))
    let read = try Read(Array(("<Data>" + long + Self.job("2") + "</Data>").utf8), piece: 64, greatestRecord: 100)
    #expect(read.ids == ["2"])
    #expect(read.records.map(\.border) == [.tooLong, .closed])
    #expect(read.records[0].offset == 6 && read.records[0].fault != nil)
    #expect(read.ending == .whole)
  }

  @Test func `a comment that never ends is not a comment`() throws {
    let read = try Read("<Data>" + Self.job("1", "<!-- ") + Self.job("2", "<![CDATA[") + Self.job("3") + "</Data>")
    #expect(read.ids == ["3"])
    #expect(read.records.count == 3 && read.ending == .whole)
  }

  @Test func `documents that begin or end without each other are reported as cut`() throws {
    #expect(try Read("<Data>" + Self.job("1")).ending == .cut)
    #expect(try Read(Self.job("1") + "</Data>").ending == .cut)
    #expect(try Read("<Data></Data><?xml version=\"1.0\"?>").ending == .cut)
    #expect(try Read("<Data></Data><Data>").ending == .cut)
  }
}
