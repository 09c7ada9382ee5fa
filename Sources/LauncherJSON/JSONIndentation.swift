/// Lays JSON out for people.
enum JSONIndentation {
  /// The same JSON with a line for each member and element, indented by two blanks for each level.
  ///
  /// - Parameter bytes: JSON without white space outside of texts, as `JSONWriter` writes it.
  static func indented(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count * 2)
    var depth = 0
    var isInText = false
    var isEscaped = false
    func breakLine(_ result: inout [UInt8], _ depth: Int) {
      result.append(UInt8(ascii: "\n"))
      result.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
    }
    for (place, byte) in bytes.enumerated() {
      if isInText {
        result.append(byte)
        if isEscaped {
          isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
          isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
          isInText = false
        }
        continue
      }
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        result.append(byte)
        let isEmpty = place + 1 < bytes.count && [UInt8(ascii: "}"), UInt8(ascii: "]")].contains(bytes[place + 1])
        depth += 1
        if !isEmpty { breakLine(&result, depth) }
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        let isEmpty = place > 0 && [UInt8(ascii: "{"), UInt8(ascii: "[")].contains(bytes[place - 1])
        if !isEmpty { breakLine(&result, depth) }
        result.append(byte)
      case UInt8(ascii: ","):
        result.append(byte)
        breakLine(&result, depth)
      case UInt8(ascii: ":"):
        result.append(contentsOf: " : ".utf8)
      case UInt8(ascii: "\""):
        isInText = true
        result.append(byte)
      default:
        result.append(byte)
      }
    }
    return result
  }
}
