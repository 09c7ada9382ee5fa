import AdapterJSON
import AdapterKit
import Foundation
import Testing

@Suite("Records of a JSON document")
struct JSONRecordTests {
  @Test(arguments: Layout.allCases)
  func `every layout gives its records and the document's other members`(layout: Layout) throws {
    let read = try layout.read(layout.document())
    #expect(read.records.map { $0.values[0] } == [.integer(1), .integer(2), .integer(3)])
    #expect(read.records.map { $0.values[1] } == [.text("one"), .text(#"a } ] " b"#), .text("three")])
    #expect(read.records.allSatisfy { $0.values[3] == .object(["id": .integer(9)]) && $0.border == .closed })
    #expect(read.records.map(\.key) == (layout == .pbs ? ["1.server", "2.server", "3.server"] : [nil, nil, nil]))
    #expect(read.others[0] != nil)
    #expect(read.others[1] == .list([]))
    #expect(read.ending == .whole)
  }

  @Test(
    arguments: Layout.allCases
  )
  func `a document cut at any byte gives whole records as they were, and is known to be cut`(layout: Layout) throws {
    let bytes = layout.document()
    let all = try layout.read(bytes).records
    for length in 0..<(bytes.count - 2) {
      let read = try layout.read(Array(bytes[..<length]))
      #expect(read.ending == (length == 0 ? .missing : .cut), "after \(length) bytes")
      let whole = read.records.prefix { $0.border == .closed }
      #expect(Array(whole) == Array(all[..<whole.count]), "after \(length) bytes")
      #expect(read.records.count <= whole.count + 1, "after \(length) bytes")
      if let last = read.records.last, last.border != .closed {
        #expect(last.border == .cut, "after \(length) bytes")
        for (value, right) in zip(last.values, all[read.records.count - 1].values) where value != nil {
          #expect(value == right, "after \(length) bytes")
        }
      }
    }
  }

  @Test(arguments: Layout.allCases)
  func `the size of the pieces that a file is read in changes nothing`(layout: Layout) throws {
    let bytes = layout.document()
    let whole = try layout.read(bytes)
    for piece in 64..<200 { #expect(try layout.read(bytes, piece: piece) == whole, "\(piece)") }
  }

  @Test(
    arguments: Layout.allCases,
    [#"a"b"#, #"C:\"#, #"a"b"c"#, #"a":{"#, #"x"}"#, #"x"]}"#, #"","job":"#]
  )
  func `a stray quote or backslash in one record costs no other record anything`(layout: Layout, name: String) throws {
    let all = try layout.read(layout.document()).whole
    let read = try layout.read(layout.document(name: name))
    #expect(read.whole[.integer(1)] == all[.integer(1)])
    // Without lines, an apparent end inside the name cannot be distinguished from the end.
    if layout != .compact || !name.hasPrefix("x") { #expect(read.whole[.integer(3)] == all[.integer(3)]) }
    guard layout != .compact else { return }
    #expect(read.records.count == 3)
    #expect(read.ending == .whole)
    #expect(read.records[1].values[0] == .integer(2))
    #expect(read.records[1].values[3] == .object(["id": .integer(9)]))
  }

  @Test(arguments: ["nan", "00", "+5", ".5", "Infinity", "5."])
  func `words that are not JSON cost their own member alone`(word: String) throws {
    for layout in Layout.allCases {
      let text = String(decoding: layout.document(name: "MARK"), as: UTF8.self)
      let read = try layout.read(Array(text.replacing("\"MARK\"", with: word).utf8))
      #expect(read.records.map { $0.values[0] } == [.integer(1), .integer(2), .integer(3)])
      #expect(read.records[1].values[1] == nil)
      #expect(read.records[1].values[3] == .object(["id": .integer(9)]))
      #expect(read.ending == .whole)
    }
  }

  @Test(arguments: [Layout.slurm, .pbs, .lsf])
  func `any byte of a record turned into any other costs no other record`(layout: Layout) throws {
    let bytes = layout.document()
    let all = try layout.read(bytes).whole
    let text = String(decoding: bytes, as: UTF8.self)
    let from = try #require(text.firstRange(of: "\"name\"", after: "\"one\""))
    let to = try #require(text.firstRange(of: "\"inner\"", after: "\"name\":", skipping: 1))
    for place in from..<to {
      for byte in Array(#""\{}[],:"#.utf8) + [0x0A, 0x0D, 0x00, 0xFF, 0x20] {
        var damaged = bytes
        damaged[place] = byte
        let read = try layout.read(damaged)
        #expect(read.whole[.integer(1)] == all[.integer(1)], "byte \(place) as \(byte)")
        #expect(read.whole[.integer(3)] == all[.integer(3)], "byte \(place) as \(byte)")
        #expect(read.ending == .whole, "byte \(place) as \(byte)")
      }
    }
  }

  @Test
  func `any byte of the document turned into a bracket, a quote or a line break makes no record wrong but its own`()
    throws
  {
    for layout in Layout.allCases {
      let bytes = layout.document()
      let all = try layout.read(bytes).whole
      for place in bytes.indices {
        for byte in Array("\"\\{}]\n".utf8) {
          var damaged = bytes
          damaged[place] = byte
          let read = try layout.read(damaged, piece: 64)
          let wrong = read.whole.filter { id, record in !record.hasRepeats && record != all[id] }
          #expect(wrong.count <= 1, "\(layout), byte \(place) as \(byte)")
        }
      }
    }
  }

  @Test(arguments: [Layout.slurm, .pbs, .lsf])
  func `a line that is missing or doubled costs the other records nothing`(layout: Layout) throws {
    let all = try layout.read(layout.document())
    let lines = String(decoding: layout.document(), as: UTF8.self).split(
      separator: "\n",
      omittingEmptySubsequences: false
    )
    let begin = try #require(lines.firstIndex { $0.contains("\"name\"") && $0.contains("} ]") })
    let end = try #require(lines.lastIndex { $0.contains("\"name\"") })
    for place in (begin - 2)..<end {
      for copies in [0, 2] {
        var changed = lines
        changed.replaceSubrange(place...place, with: Array(repeating: lines[place], count: copies))
        let read = try layout.read(Array(changed.joined(separator: "\n").utf8))
        // LSF's line between two records is both an end and a beginning: without it they run together.
        let ranTogether = read.records.contains { $0.hasRepeats }
        #expect(ranTogether || read.whole[.integer(1)] == all.whole[.integer(1)], "\(copies) of line \(place)")
        for record in read.records where record.border == .closed && !record.hasRepeats {
          guard let id = record.values[0], let original = all.whole[id] else { continue }
          // A missing line inside a member's own list may leave a shorter list.
          for (value, right) in zip(record.values, original.values).prefix(2) where value != nil && copies == 0 {
            #expect(value == right, "\(copies) of line \(place)")
          }
        }
      }
    }
  }

  @Test(arguments: Layout.allCases)
  func `a record that is too long is passed over, in its place`(layout: Layout) throws {
    let read = try layout.read(
      layout.document(name: String(repeating: "x", count: 5000)),
      piece: 64,
      greatestRecord: 2000
    )
    #expect(read.records.map(\.border) == [.closed, .tooLong, .closed])
    #expect(read.records.map { $0.values[0] } == [.integer(1), nil, .integer(3)])
    #expect(read.ending == .whole)
  }

  @Test func `words before the document, none at all, and one without records`() throws {
    let noise = try Layout.slurm.read(Array("Welcome to {the} cluster\n".utf8) + Layout.slurm.document())
    #expect(noise.records.count == 3)
    let none = try Layout.slurm.read(Array("qstat: cannot connect\n".utf8))
    #expect(none.ending == .missing)
    let empty = try Layout.slurm.read(Array(#"{"meta": {}, "jobs": [], "errors": [{"error": "down"}]}"#.utf8))
    #expect(empty.records.isEmpty && empty.hasRecords && empty.ending == .whole)
    #expect(empty.others[1] == .list([.object(["error": .text("down")])]))
    let null = try Layout.slurm.read(Array(#"{"jobs": null, "errors": []}"#.utf8))
    #expect(null.records.isEmpty && !null.hasRecords && null.ending == .whole)
  }

  @Test func `a member of the document that is too long is not kept`() throws {
    let long = String(repeating: "x", count: JSONRecordReader.greatestMember + 10)
    let read = try Layout.slurm.read(Array(#"{"meta": "\#(long)", "jobs": [{"id": 1}], "errors": [1]}"#.utf8))
    #expect(read.others[0] == nil)
    #expect(read.others[1] == .list([.integer(1)]))
    #expect(read.records.count == 1)
  }

  @Test func `two records that ran together are known by their repeated names`() throws {
    let text = String(decoding: Layout.lsf.document(), as: UTF8.self).replacing(
      "\t\t}, {\n\t\t\t\"id\":\t2",
      with: "\t\t\t\"id\":\t2"
    )
    let read = try Layout.lsf.read(Array(text.utf8))
    #expect(read.records.map(\.hasRepeats) == [true, false])
  }
}

extension String {
  /// The place, in bytes, of some words after others.
  fileprivate func firstRange(of words: String, after mark: String, skipping count: Int = 0) -> Int? {
    var rest = self[...]
    for _ in 0...count {
      guard let found = rest.firstRange(of: mark) else { return nil }
      rest = rest[found.upperBound...]
    }
    return rest.firstRange(of: words).map { self[..<$0.lowerBound].utf8.count }
  }
}
