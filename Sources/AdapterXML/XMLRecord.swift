import AdapterKit

/// One record of an XML listing, as bytes.
public struct XMLRecord {
  /// How a record's borders were found.
  public enum Border: Sendable {
    /// By its tags.
    case closed
    /// One of its tags is lost: the next record begins before it ends, or it ends without having begun.
    case broken
    /// The listing ends inside it.
    case cut
    /// It is longer than is kept in memory, and has no bytes.
    case tooLong
  }

  /// The name of its element.
  public let name: String
  /// Its bytes, including tags; valid until the next record is requested.
  public let bytes: UnsafeRawBufferPointer
  /// Where it begins, in bytes from the start of the file.
  public let offset: Int
  /// How its borders were found.
  public let border: Border

  /// The text before the first closing tag of that name, as written: for a record that cannot be read, to determine
  /// which job it belongs to. Nothing else may be concluded from it.
  public func spotted(_ name: String) -> String? {
    let closing = Array("</\(name)>".utf8)
    var place = 0
    while let end = bytes.part(from: place).firstPlace(of: XMLByte.open).map({ place + $0 }) {
      if bytes.part(from: end).starts(with: closing) {
        var start = end
        while start > 0, bytes[start - 1] != XMLByte.close, bytes[start - 1] != XMLByte.open { start -= 1 }
        return start > 0 && bytes[start - 1] == XMLByte.close ? bytes.part(start..<end).text : nil
      }
      place = end + 1
    }
    return nil
  }
}

/// The bytes that form XML's structure.
enum XMLByte {
  static let open: UInt8 = 0x3C
  static let close: UInt8 = 0x3E
  static let slash: UInt8 = 0x2F
  static let ampersand: UInt8 = 0x26
  static let semicolon: UInt8 = 0x3B
}

extension UInt8 {
  /// White space of XML.
  var isXMLSpace: Bool { self == 0x20 || self == 0x0A || self == 0x09 || self == 0x0D }
}
