import AdapterKit
import Glibc
import LauncherProtocol

/// Reads the records of an XML listing one by one, in pieces, so that memory use stays constant however long it is, and
/// so that a fault in one record affects no other record.
///
/// A record is an element of a given name inside the document's outermost element: `<Data><Job>…</Job></Data>`. Its
/// borders are found by a splitter of our own, and each record is then parsed separately; see `XMLFields`. A parser
/// that walks the whole listing stops at the first fault: Torque 6.1.3 prints a control character in one job's
/// variables as it is, and libxml2 then loses all jobs after it. Nor is a listing one document: Torque prints one for
/// each id that was asked for, one after another. Text before a record never reaches the parser, not even a document
/// type and its entities.
///
/// Records are not nested in records of the same name: if one begins inside another, the first has lost its end.
/// Comments and character data sections hold no records.
public final class XMLRecordReader {
  /// The longest comment or character data section; what has no end within that length is not one.
  static let greatestSection = 1 << 20

  /// How the listing ended, once there is no next record.
  public enum Ending: Sendable {
    /// There is no document in it.
    case missing
    /// Every document in it is complete.
    case whole
    /// It was truncated, or damaged so that its end is not known.
    case cut
  }

  private let document: [UInt8]
  private let records: [(name: String, bytes: [UInt8])]
  private let longestName: Int
  /// The bytes that a relevant tag may begin with, after its bracket and slash.
  private let isFirst: [Bool]
  private let greatestRecord: Int
  private let window: FileWindow
  /// How many of the document's elements are open.
  private var depth = 0
  private var hasDocument = false
  /// There was a tag outside every document: the beginning of a truncated one.
  private var hasLooseTag = false
  private var isDamaged = false
  private var isAtEnd = false
  /// How much the next call has to discard first: the record that was returned last.
  private var handedOut = 0
  /// No section ends before these places of the file, by the kind of its end.
  private var sectionsEnd = [0, 0]

  /// Opens a listing.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - document: the name of a document's outermost element; what comes before it is skipped.
  ///   - records: the names of the elements that are records.
  ///   - piece: how many bytes are read at a time.
  ///   - greatestRecord: the greatest record that is kept in memory.
  /// - Throws: `LauncherError` when the file cannot be read.
  public init(
    path: String,
    document: String,
    records: [String],
    piece: Int = 1 << 18,
    greatestRecord: Int = 64 << 20
  ) throws {
    self.document = Array(document.utf8)
    self.records = records.map { ($0, Array($0.utf8)) }
    longestName = max(self.document.count, self.records.map(\.bytes.count).max() ?? 0, 7)
    let first = [UInt8(0x21)] + ([self.document] + self.records.map(\.bytes)).compactMap(\.first)
    isFirst = (0..<256).map { first.contains(UInt8($0)) }
    self.greatestRecord = greatestRecord
    window = try FileWindow(path: path, piece: piece)
  }

  /// How the listing ended; `.cut` while there are records left.
  public var ending: Ending {
    guard isAtEnd, depth == 0, !hasLooseTag, !isDamaged else { return .cut }
    return hasDocument ? .whole : .missing
  }

  /// The next record, valid until the next call; `nil` at the end.
  public func next() throws -> XMLRecord? {
    window.drop(handedOut)
    handedOut = 0
    var place = 0
    while let tag = try tag(from: place, passesOthers: depth > 0) {
      switch tag.kind {
      case .opening(let index?):
        window.drop(tag.range.lowerBound)
        return try record(index, behind: tag.range.count)
      case .closing(let index?):
        // Its beginning is lost: everything after the record before it may belong to it.
        return handOut(index, tag.range.upperBound, .broken)
      case .empty(let index?):
        window.drop(tag.range.lowerBound)
        return handOut(index, tag.range.count, .closed)
      case .opening(nil):
        depth += 1
        (hasDocument, hasLooseTag) = (true, false)
        window.drop(tag.range.upperBound)
        place = 0
      case .closing(nil):
        depth -= 1
        if depth < 0 { (depth, isDamaged) = (0, true) }
        window.drop(tag.range.upperBound)
        place = 0
      case .empty(nil):
        (hasDocument, hasLooseTag) = (true, hasLooseTag && depth > 0)
        window.drop(tag.range.upperBound)
        place = 0
      case .other, .none:
        if depth == 0, case .other = tag.kind { hasLooseTag = true }
        place = tag.range.upperBound
        if place > greatestRecord {
          window.drop(place)
          place = 0
        }
      }
    }
    isAtEnd = true
    return nil
  }

  /// The record at the window's beginning, whose opening tag has that length.
  private func record(_ index: Int, behind opening: Int) throws -> XMLRecord {
    let offset = window.offset
    var place = opening
    var isTooLong = false
    func found(_ end: Int, _ border: XMLRecord.Border) -> XMLRecord {
      guard isTooLong || end > greatestRecord else { return handOut(index, end, border) }
      return handOut(index, end, .tooLong, from: offset, keeping: 0)
    }
    while let tag = try tag(from: place, passesOthers: true) {
      switch tag.kind {
      case .closing(index): return found(tag.range.upperBound, .closed)
      case .opening(index), .empty(index): return found(tag.range.lowerBound, .broken)
      // A document ends or begins: this record never did.
      case .opening(nil), .closing(nil): return found(tag.range.lowerBound, .broken)
      default: place = tag.range.upperBound
      }
      if place > greatestRecord {
        isTooLong = true
        window.drop(place)
        place = 0
      }
    }
    isDamaged = true
    return found(window.bytes.count, .cut)
  }

  private func handOut(
    _ index: Int,
    _ end: Int,
    _ border: XMLRecord.Border,
    from offset: Int? = nil,
    keeping: Int? = nil
  ) -> XMLRecord {
    handedOut = end
    let bytes = window.bytes.part(0..<(keeping ?? end))
    return XMLRecord(name: records[index].name, bytes: bytes, offset: offset ?? window.offset, border: border)
  }

  // MARK: Tags

  /// How far to search for a tag before other work may be done.
  private static let greatestPass = 1 << 20

  /// A tag; a record's with its index, the document's without one.
  private struct Tag {
    enum Kind {
      case opening(Int?), closing(Int?), empty(Int?), other
      /// No tag as far as the search went.
      case none
    }
    let kind: Kind
    let range: Range<Int>
  }

  /// The next place, from a place on, with the bracket of a tag that may matter, or of any tag; a place with something
  /// else if there is none for a long distance; `nil` at the end of the file.
  private func bracket(from start: Int, passesOthers: Bool) throws -> Int? {
    var place = start
    while true {
      let bytes = window.bytes
      // Two more bytes show what may matter.
      while let base = bytes.baseAddress, place + 2 < bytes.count,
        let found = memchr(base + place, Int32(XMLByte.open), bytes.count - 2 - place)
      {
        let open = UnsafeRawPointer(found) - base
        let next = bytes[open + 1]
        if !passesOthers || isFirst[Int(next == XMLByte.slash ? bytes[open + 2] : next)] { return open }
        place = open + 1
      }
      place = max(place, bytes.count - 2)
      if place - start > Self.greatestPass { return place }
      guard try window.fill() else { return try window.find(XMLByte.open, from: place) }
    }
  }

  /// The next tag from a place on; `nil` at the end of the file.
  private func tag(from start: Int, passesOthers: Bool) throws -> Tag? {
    var start = start
    while let open = try bracket(from: start, passesOthers: passesOthers) {
      guard window.bytes[open] == XMLByte.open else { return Tag(kind: .none, range: open..<open) }
      // To recognize a name's end takes one byte more than the name and its slash.
      _ = try window.has(open + longestName + 3)
      let bytes = window.bytes
      guard open + 1 < bytes.count else { return Tag(kind: .other, range: open..<(open + 1)) }
      if bytes[open + 1] == 0x21, let end = try endOfSection(at: open) {
        start = end
        continue
      }
      let isClosing = bytes[open + 1] == XMLByte.slash
      let name = open + (isClosing ? 2 : 1)
      guard let (index, length) = known(at: name) else {
        if passesOthers, open - start < Self.greatestPass {
          start = open + 1
          continue
        }
        return Tag(kind: .other, range: open..<(open + 1))
      }
      guard let close = try window.find(XMLByte.close, from: name + length) else {
        return Tag(kind: .other, range: open..<(open + 1))
      }
      let kind: Tag.Kind =
        isClosing ? .closing(index) : window.bytes[close - 1] == XMLByte.slash ? .empty(index) : .opening(index)
      return Tag(kind: kind, range: open..<(close + 1))
    }
    return nil
  }

  /// Whose name begins at a place, and its length: a record's with its index, the document's without one.
  private func known(at place: Int) -> (Int?, Int)? {
    for (index, record) in records.enumerated() where isName(record.bytes, at: place) {
      return (index, record.bytes.count)
    }
    return isName(document, at: place) ? (nil, document.count) : nil
  }

  private func isName(_ name: [UInt8], at place: Int) -> Bool {
    let bytes = window.bytes
    let end = place + name.count
    guard end < bytes.count, bytes[place] == name[0] else { return false }
    guard bytes[end] == XMLByte.close || bytes[end] == XMLByte.slash || bytes[end].isXMLSpace else { return false }
    return bytes.part(place..<end).elementsEqual(name)
  }

  /// The place after the comment or the character data section that begins at a place; `nil` when none does.
  private func endOfSection(at open: Int) throws -> Int? {
    let isData = window.bytes.part(from: open).hasPrefix("<![CDATA[")
    guard isData || window.bytes.part(from: open).hasPrefix("<!--") else { return nil }
    let last: UInt8 = isData ? 0x5D : 0x2D
    let start = open + (isData ? 9 : 4)
    let kind = isData ? 0 : 1
    var place = max(start + 2, sectionsEnd[kind] - window.offset)
    while place < start + Self.greatestSection, let close = try window.find(XMLByte.close, from: place) {
      if window.bytes[close - 1] == last, window.bytes[close - 2] == last { return close + 1 }
      place = close + 1
    }
    sectionsEnd[kind] = max(sectionsEnd[kind], window.offset + min(place, window.bytes.count))
    return nil
  }
}
