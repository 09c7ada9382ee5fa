import AdapterKit

/// One record of a document, as bytes.
public struct JSONRecord {
  /// How a record's end was found.
  public enum Border: Sendable {
    /// By its closing bracket.
    case closed
    /// The next record, or the end of all records, came before its closing bracket.
    case guessed
    /// The document ends inside it.
    case cut
    /// It is longer than is kept in memory, and has no bytes.
    case tooLong
  }

  /// Its name, as written, when records are the members of an object.
  public let key: String?
  /// Its bytes, including brackets; valid until the next record is requested.
  public let bytes: UnsafeRawBufferPointer
  /// Where it begins, in bytes from the start of the file.
  public let offset: Int
  /// How its end was found.
  public let border: Border
}

/// The bytes that form JSON's structure.
enum JSONByte {
  static let quote: UInt8 = 0x22
  static let backslash: UInt8 = 0x5C
  static let comma: UInt8 = 0x2C
  static let colon: UInt8 = 0x3A
  static let lineBreak: UInt8 = 0x0A
  static let openObject: UInt8 = 0x7B
  static let closeObject: UInt8 = 0x7D
  static let openArray: UInt8 = 0x5B
  static let closeArray: UInt8 = 0x5D
}

extension UInt8 {
  /// A blank or a tab.
  var isIndentation: Bool { self == 0x20 || self == 0x09 }
  /// White space of JSON.
  var isJSONSpace: Bool { self == 0x20 || self == 0x0A || self == 0x09 || self == 0x0D }
}

extension UnsafeRawBufferPointer {
  /// The first place, from a place on, that is not white space; `count` when there is none.
  func skippingSpace(from place: Int) -> Int {
    var place = place
    while place < count, self[place].isJSONSpace { place += 1 }
    return place
  }

  /// A part without the white space and the commas at its end.
  func trimmed(from start: Int, to end: Int) -> Range<Int> {
    var end = end
    while end > start, self[end - 1].isJSONSpace || self[end - 1] == JSONByte.comma { end -= 1 }
    return start..<end
  }

  /// The place after a string that begins at a place; `nil` when it has no end.
  func endOfString(at start: Int) -> Int? {
    var place = start + 1
    while place < count {
      switch self[place] {
      case JSONByte.quote: return place + 1
      case JSONByte.backslash: place += 2
      default: place += 1
      }
    }
    return nil
  }

  /// The place after a value that begins at a place; `nil` when it has no end.
  func endOfValue(at start: Int) -> Int? {
    var place = start
    var depth = 0
    while place < count {
      switch self[place] {
      case JSONByte.quote:
        guard let end = endOfString(at: place) else { return nil }
        place = end
        continue
      case JSONByte.openObject, JSONByte.openArray: depth += 1
      case JSONByte.closeObject, JSONByte.closeArray:
        if depth == 0 { return place }
        depth -= 1
      case JSONByte.comma where depth == 0: return place
      default: break
      }
      place += 1
    }
    return nil
  }
}
