import AdapterKit
import LauncherProtocol

/// Reads the records of a JSON document one by one, in pieces, so that memory use stays constant however long it is,
/// and so that a fault in one record affects no other record.
///
/// The records are the elements of an array, or the members of an object, that is itself a member of the document:
/// `{"jobs": [{…}, {…}]}`, `{"Jobs": {"1.server": {…}}}`. Nothing in them is decoded; see `JSONMembers`.
///
/// In a document with a line for each member, as all schedulers print theirs, the borders are found by the lines'
/// indentation alone: no bare word, stray quote or backslash, invalid UTF-8, or record without an end moves them.
/// Elsewhere, brackets and quotes are counted, and after a stray quote the next record is found by its first name.
public final class JSONRecordReader {
  /// The greatest of the document's other members that is kept.
  public static let greatestMember = 1 << 16

  /// How the document ended, once there is no next record.
  public enum Ending: Sendable {
    /// There is none.
    case missing
    /// It is complete.
    case whole
    /// It was truncated, or damaged so that its end is not known.
    case cut
  }

  /// Whether there was a container for records, even an empty one.
  public private(set) var hasRecords = false
  private var others: [String: [UInt8]] = [:]

  private enum Place {
    case outside, top
    case records(closer: UInt8)
  }

  private let name: [UInt8]
  let greatestRecord: Int
  let isKey: (UnsafeRawBufferPointer) -> Bool
  let window: FileWindow
  private var place = Place.outside
  private var hasDocument = false
  /// How much the next call has to discard first: the record that was returned last.
  private var handedOut = 0
  /// The blanks before a record's closing bracket, if that is on a separate line.
  var indentation: [UInt8]?
  /// Whether the place is on a line after a record, or after the bracket before the first one.
  private var isBehindBracket = false
  /// `{"job_id":`: how records begin that are not divided into lines.
  var prefix: [UInt8] = []

  /// Opens a document.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - member: the name of the document's member that holds the records.
  ///   - piece: how many bytes are read at a time.
  ///   - greatestRecord: the greatest record that is kept in memory.
  ///   - isKey: whether a name may be a record's; asked only if the record before it has no end.
  /// - Throws: `LauncherError` when the file cannot be read.
  public init(
    path: String,
    member: String,
    piece: Int = 1 << 18,
    greatestRecord: Int = 16 << 20,
    isKey: @escaping (UnsafeRawBufferPointer) -> Bool = { _ in true }
  ) throws {
    name = Array(member.utf8)
    self.greatestRecord = greatestRecord
    self.isKey = isKey
    window = try FileWindow(path: path, piece: piece)
  }

  /// How the document ended; `.cut` while there are records left.
  public var ending: Ending {
    if case .outside = place { return hasDocument ? .whole : .missing }
    return .cut
  }

  /// Another member of the document, such as `errors`; all are known once there is no next record.
  public func member(_ name: String) -> JSONValue? { others[name].flatMap { $0.withUnsafeBytes { JSONValue($0) } } }

  /// The next record, valid until the next call; `nil` at the end.
  public func next() throws -> JSONRecord? {
    window.drop(handedOut)
    handedOut = 0
    while true {
      switch place {
      case .outside: guard try enter() else { return nil }
      case .top: guard try readMember() else { return nil }
      case .records(let closer):
        guard let start = try findRecord(closer) else {
          if case .records = place { return nil }
          continue
        }
        return try record(start, closer)
      }
    }
  }

  // MARK: The document

  /// Moves to the beginning of a document: a bracket that begins a line.
  private func enter() throws -> Bool {
    while let first = try window.byte(0) {
      if first.isJSONSpace {
        window.drop(1)
      } else if first == JSONByte.openObject {
        window.drop(1)
        place = .top
        hasDocument = true
        return true
      } else {
        guard try window.dropLine() else { return false }
      }
    }
    return false
  }

  /// Reads a member of the document, or its end.
  private func readMember() throws -> Bool {
    guard let first = try skipSpace(commas: true) else { return false }
    if first == JSONByte.closeObject {
      window.drop(1)
      place = .outside
      return true
    }
    guard first == JSONByte.quote else {
      window.drop(1)
      return true
    }
    guard let key = try readKey() else { return false }
    guard try skipSpace(commas: false) == JSONByte.colon else { return true }
    window.drop(1)
    guard let value = try skipSpace(commas: false) else { return false }
    if key == name, value == JSONByte.openArray || value == JSONByte.openObject {
      window.drop(1)
      hasRecords = true
      isBehindBracket = true
      indentation = nil
      prefix = []
      place = .records(closer: value + 2)
      return true
    }
    guard let kept = try readValue() else { return false }
    if !kept.isEmpty { others[String(decoding: key, as: UTF8.self)] = kept }
    return true
  }

  private func skipSpace(commas: Bool) throws -> UInt8? {
    while let byte = try window.byte(0) {
      guard byte.isJSONSpace || commas && byte == JSONByte.comma else { return byte }
      window.drop(1)
    }
    return nil
  }

  /// Reads the string that comes next; `nil` when the document ends inside it.
  private func readKey() throws -> [UInt8]? {
    guard let end = try endOfString(at: 0) else { return nil }
    let key = Array(window.bytes.part(1..<(end - 1)))
    window.drop(end)
    return key
  }

  private func endOfString(at start: Int) throws -> Int? {
    var place = start + 1
    while let byte = try window.byte(place) {
      if byte == JSONByte.quote { return place + 1 }
      place += byte == JSONByte.backslash ? 2 : 1
    }
    return nil
  }

  /// Reads the value that comes next: its bytes, none if it is too long; `nil` when the document ends inside it.
  private func readValue() throws -> [UInt8]? {
    var place = 0
    var depth = 0
    var isInString = false
    var isTooLong = false
    func kept(_ end: Int) -> [UInt8] {
      defer { window.drop(end) }
      return isTooLong ? [] : Array(window.bytes.part(0..<end))
    }
    while let byte = try window.byte(place) {
      if isInString {
        if byte == JSONByte.backslash { place += 1 }
        isInString = byte != JSONByte.quote
        if !isInString, depth == 0 { return kept(place + 1) }
      } else {
        switch byte {
        case JSONByte.quote: isInString = true
        case JSONByte.openObject, JSONByte.openArray: depth += 1
        case JSONByte.closeObject, JSONByte.closeArray:
          if depth == 0 { return kept(place) }
          depth -= 1
          if depth == 0 { return kept(place + 1) }
        case JSONByte.comma where depth == 0: return kept(place)
        default: if depth == 0, byte.isJSONSpace { return kept(place) }
        }
      }
      place += 1
      if place > Self.greatestMember {
        isTooLong = true
        let known = min(place, window.bytes.count)
        window.drop(known)
        place -= known
      }
    }
    return nil
  }

  // MARK: Records

  /// Where a record begins.
  struct Start {
    /// The place of its name's quote, or of its bracket.
    let place: Int
    let key: Range<Int>?
    let bracket: Int
  }

  /// Moves to the next record; `nil` at the end of the records or of the document.
  private func findRecord(_ closer: UInt8) throws -> Start? {
    while true {
      if let indentation, !isBehindBracket {
        // The place is at the beginning of a line.
        var blanks = 0
        while let byte = try window.byte(blanks), byte.isIndentation { blanks += 1 }
        guard let first = try window.byte(blanks) else { return nil }
        if first == closer, blanks < indentation.count {
          window.drop(blanks + 1)
          place = .top
          return nil
        }
        if blanks == indentation.count, window.bytes.part(0..<blanks).elementsEqual(indentation) {
          window.drop(blanks)
          if let start = try start(closer) { return start }
        }
        guard try skipLine() else { return nil }
        continue
      }
      guard let first = try window.byte(0) else { return nil }
      if first == JSONByte.lineBreak {
        window.drop(1)
        isBehindBracket = false
      } else if first.isJSONSpace || first == JSONByte.comma {
        window.drop(1)
      } else if first == closer {
        window.drop(1)
        place = .top
        return nil
      } else if let start = try start(closer) {
        return start
      } else if indentation != nil {
        guard try skipLine() else { return nil }
      } else if first == JSONByte.closeArray || first == JSONByte.closeObject || first == JSONByte.colon {
        window.drop(1)
      } else if try readValue() == nil {
        return nil
      }
    }
  }

  private func skipLine() throws -> Bool {
    isBehindBracket = false
    return try window.dropLine()
  }

  /// The record that begins exactly here, if one does.
  private func start(_ closer: UInt8) throws -> Start? {
    guard closer == JSONByte.closeObject else {
      return try window.byte(0) == JSONByte.openObject ? Start(place: 0, key: nil, bracket: 0) : nil
    }
    return try keyedStart(at: 0)
  }

  /// `"1.server": {`: a record with its name.
  func keyedStart(at place: Int) throws -> Start? {
    guard try window.byte(place) == JSONByte.quote, let end = try endOfString(at: place) else { return nil }
    var bracket = end
    while let byte = try window.byte(bracket), byte.isIndentation || byte == JSONByte.colon { bracket += 1 }
    guard try window.byte(bracket) == JSONByte.openObject else { return nil }
    return Start(place: place, key: (place + 1)..<(end - 1), bracket: bracket)
  }

  private func record(_ start: Start, _ closer: UInt8) throws -> JSONRecord {
    isBehindBracket = true
    var scan = RecordScan(start: start.bracket, closer: closer)
    let offset = window.offset + start.place
    let key = start.key.map { window.bytes.part($0).text }
    var behind = start.bracket + 1
    while let byte = try window.byte(behind), byte.isIndentation || byte == 0x0D { behind += 1 }
    if try window.byte(behind) == JSONByte.lineBreak {
      try scanLines(&scan, from: behind)
    } else {
      try scanBrackets(&scan)
    }
    handedOut = scan.end
    let bytes = window.bytes.part(scan.isTooLong ? 0..<0 : scan.start..<scan.end)
    return JSONRecord(key: key, bytes: bytes, offset: offset, border: scan.isTooLong ? .tooLong : scan.border)
  }
}
