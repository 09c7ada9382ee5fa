import AdapterKit

/// Turns what schedulers print in place of XML into XML, if only one thing can be meant.
///
/// XML has no way at all to write a control character. While libxml2 parses, one of the last private-use characters
/// stands for each.
enum XMLRepair {
  /// The first three bytes of U+10FF00 and the 31 after it, which stand for the control characters.
  private static let stand: [UInt8] = [0xF4, 0x8F, 0xBC]
  private static let unknown = Array("\u{FFFD}".utf8)

  static func mended(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    // As everywhere else, invalid UTF-8 becomes U+FFFD.
    let text = Array(bytes.text.utf8)
    var mended: [UInt8] = []
    mended.reserveCapacity(text.count + 64)
    var place = 0
    var isData = false
    while place < text.count {
      let byte = text[place]
      switch byte {
      case 0x09, 0x0A, 0x0D: mended.append(byte)
      case 0..<0x20: mended += stand + [0x80 + byte]
      case 0xEF where isNoCharacter(text, place):
        mended += unknown
        place += 2
      case 0xF4 where text.hasBytes(stand, at: place) && place + 3 < text.count && text[place + 3] < 0xA0:
        mended += unknown
        place += 3
      case XMLByte.ampersand where !isData:
        place += reference(text, place, &mended) - 1
      case XMLByte.open where !isData:
        isData = text.hasBytes(Array("<![CDATA[".utf8), at: place)
        mended += isData || beginsTag(text, place) ? [byte] : Array("&lt;".utf8)
      case XMLByte.close where text.hasBytes([0x5D, 0x5D], at: place - 2):
        mended += isData ? [byte] : Array("&gt;".utf8)
        isData = false
      default: mended.append(byte)
      }
      place += 1
    }
    return mended
  }

  /// Adds a repaired text, with control characters as they were.
  static func restore(_ bytes: UnsafeRawBufferPointer, to text: inout [UInt8]) {
    var place = 0
    while place < bytes.count {
      if bytes[place] == stand[0], place + 3 < bytes.count, bytes[place + 1] == stand[1], bytes[place + 2] == stand[2],
        bytes[place + 3] < 0xA0
      {
        text.append(bytes[place + 3] - 0x80)
        place += 4
      } else {
        text.append(bytes[place])
        place += 1
      }
    }
  }

  /// U+FFFE and U+FFFF.
  private static func isNoCharacter(_ text: [UInt8], _ place: Int) -> Bool {
    place + 2 < text.count && text[place + 1] == 0xBF && text[place + 2] >= 0xBE
  }

  private static func beginsTag(_ text: [UInt8], _ place: Int) -> Bool {
    guard place + 1 < text.count else { return false }
    switch text[place + 1] {
    case 0x21, 0x2F, 0x3A, 0x3F, 0x5F, 0x41...0x5A, 0x61...0x7A, 0x80...0xFF: return true
    default: return false
    }
  }

  /// Adds the reference that begins at a place, or the ampersand itself.
  ///
  /// - Returns: how many bytes it takes.
  private static func reference(_ text: [UInt8], _ place: Int, _ mended: inout [UInt8]) -> Int {
    for name in ["&amp;", "&lt;", "&gt;", "&quot;", "&apos;"] where text.hasBytes(Array(name.utf8), at: place) {
      mended += Array(name.utf8)
      return name.utf8.count
    }
    guard let (code, length) = codeReference(text, place) else {
      mended += Array("&amp;".utf8)
      return 1
    }
    switch code {
    case 0x09, 0x0A, 0x0D, 0x20..<0xD800, 0xE000..<0xFFFE, 0x10000..<0x110000: mended += text[place..<(place + length)]
    case 0..<0x20: mended += stand + [0x80 + UInt8(code)]
    default: mended += unknown
    }
    return length
  }

  /// `&#1;` or `&#x1b;`: what it means, and how long it is.
  private static func codeReference(_ text: [UInt8], _ place: Int) -> (Int, Int)? {
    guard place + 3 < text.count, text[place + 1] == 0x23 else { return nil }
    let isHexadecimal = text[place + 2] == 0x78
    let start = place + (isHexadecimal ? 3 : 2)
    var end = start
    while end < text.count, end < start + 8, text[end] != XMLByte.semicolon { end += 1 }
    let digits = String(decoding: text[start..<end], as: UTF8.self)
    guard end < text.count, text[end] == XMLByte.semicolon, digits.utf8.first != 0x2B, digits.utf8.first != 0x2D,
      let code = Int(digits, radix: isHexadecimal ? 16 : 10)
    else { return nil }
    return (code, end + 1 - place)
  }
}

extension [UInt8] {
  /// Whether these bytes occur at a place.
  fileprivate func hasBytes(_ other: [UInt8], at place: Int) -> Bool {
    place >= 0 && place + other.count <= count && self[place..<(place + other.count)].elementsEqual(other)
  }
}
