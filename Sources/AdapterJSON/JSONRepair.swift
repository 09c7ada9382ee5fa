import AdapterKit

/// Turns what schedulers print in place of JSON into JSON, if only one thing can be meant.
enum JSONRepair {
  static func mended(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
    // As everywhere else, invalid UTF-8 becomes U+FFFD.
    let text = Array(bytes.text.utf8)
    var mended: [UInt8] = []
    mended.reserveCapacity(text.count + 16)
    var isInString = false
    var place = 0
    while place < text.count {
      let byte = text[place]
      place += 1
      guard isInString else {
        isInString = byte == JSONByte.quote
        mended.append(byte)
        continue
      }
      switch byte {
      case JSONByte.quote:
        isInString = false
        mended.append(byte)
      case JSONByte.backslash:
        let length = escape(text, place)
        if length > 0 {
          mended.append(byte)
          mended += text[place..<(place + length)]
          place += length
        } else if let lost = loneSurrogate(text, place) {
          mended += Array("\\ufffd".utf8)
          place += lost
        } else {
          mended += [JSONByte.backslash, JSONByte.backslash]
        }
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        mended += Array("\\u00".utf8) + Array((digits.count == 1 ? "0" : "").utf8) + Array(digits.utf8)
      default: mended.append(byte)
      }
    }
    return mended
  }

  /// How many bytes after a backslash belong to its escape, surrogates in pairs; 0 if there is none.
  private static func escape(_ text: [UInt8], _ place: Int) -> Int {
    guard place < text.count else { return 0 }
    if text[place] != 0x75 { return "\"\\/bfnrt".utf8.contains(text[place]) ? 1 : 0 }
    guard let unit = unit(text, place + 1) else { return 0 }
    if unit & 0xF800 != 0xD800 { return 5 }
    guard unit < 0xDC00, place + 6 < text.count, text[place + 5] == JSONByte.backslash, text[place + 6] == 0x75,
      let second = self.unit(text, place + 7), second & 0xFC00 == 0xDC00
    else { return 0 }
    return 11
  }

  private static func loneSurrogate(_ text: [UInt8], _ place: Int) -> Int? {
    guard place < text.count, text[place] == 0x75, unit(text, place + 1) != nil else { return nil }
    return 5
  }

  /// Four hexadecimal digits.
  private static func unit(_ text: [UInt8], _ place: Int) -> Int? {
    guard place + 4 <= text.count else { return nil }
    var value = 0
    for byte in text[place..<(place + 4)] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
      value = value * 16 + digit
    }
    return value
  }
}

extension UnsafeRawBufferPointer {
  /// The bytes of a text that is written without escapes; `nil` for everything else.
  var plainJSONText: UnsafeRawBufferPointer? {
    guard count >= 2, first == JSONByte.quote, last == JSONByte.quote else { return nil }
    let inner = part(1..<(count - 1))
    return inner.firstPlace(of: JSONByte.backslash) == nil && inner.firstPlace(of: JSONByte.quote) == nil ? inner : nil
  }
}
