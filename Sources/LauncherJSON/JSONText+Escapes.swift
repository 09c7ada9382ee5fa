import Glibc

/// The characters that must be escaped in a JSON text, and their escapes.
extension JSONText {
  /// The characters that must be escaped in a text: a quote, a backslash, control characters.
  private static let special: [CChar] = [0x22, 0x5C] + (1..<0x20) + [0]

  /// How many bytes come before the first that must be escaped in a text. A zero is one of those.
  static func plainLength(_ text: UnsafePointer<CChar>) -> Int { strcspn(text, special) }

  /// The bytes that a text with escapes stands for; `nil` when half a surrogate pair is among them.
  static func resolvingEscapes(in text: ArraySlice<UInt8>) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var rest = text
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let letter = rest.popFirst() else {
        result.append(byte)
        continue
      }
      switch letter {
      case UInt8(ascii: "b"): result.append(0x08)
      case UInt8(ascii: "f"): result.append(0x0C)
      case UInt8(ascii: "n"): result.append(0x0A)
      case UInt8(ascii: "r"): result.append(0x0D)
      case UInt8(ascii: "t"): result.append(0x09)
      case UInt8(ascii: "u"):
        guard let scalar = takeScalar(from: &rest) else { return nil }
        result += Array(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
      default: result.append(letter)
      }
    }
    return result
  }

  /// The character of an escape whose `\u` has been taken, and of a second one that belongs to it.
  private static func takeScalar(from rest: inout ArraySlice<UInt8>) -> Unicode.Scalar? {
    let unit = takeUnit(from: &rest)
    guard (0xD800..<0xDC00).contains(unit) else { return Unicode.Scalar(unit) }
    guard rest.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else { return nil }
    rest.removeFirst(2)
    let second = takeUnit(from: &rest)
    guard (0xDC00..<0xE000).contains(second) else { return nil }
    return Unicode.Scalar(0x10000 + ((unit - 0xD800) << 10) + (second - 0xDC00))
  }

  private static func takeUnit(from rest: inout ArraySlice<UInt8>) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 { unit = unit << 4 | UInt32(rest.popFirst()?.hexDigitValue ?? 0) }
    return unit
  }
}

extension UInt8 {
  /// What it means as a digit of a hexadecimal number.
  var hexDigitValue: UInt8? {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
