import AdapterKit

/// What the defects of PBS's output mean. Each rule has one meaning; text that matches no rule stays as written.
///
/// | Rule | Seen | Recorded by OpenPBS 23.06.06 |
/// |---|---|---|
/// | a bare word is text | `"Job_Name":nan`, `00`, `+5`, `5.` | odd-names/02, 16, 22, 28 |
/// | a number keeps its digits | `"Job_Name":1e5`, `12345678901234567890` | odd-names/12, 38 |
/// | a backslash that begins no escape is a backslash | `C:\temp`, `ends with \"` | odd-values/24, 29 |
/// | in a path no letter is escaped | `/home/ada/a\b.txt` | constructed after a job of 23.06.06 with that path |
/// | `^` and a byte undo a shift by 64 | `^ 03 ^ F6` for ö | odd-values/69, output-path/25 |
/// | an empty variable swallows the next one | `"A":",PBS_O_WORKDIR=/home"` | unknown-ids/73 (head of April 2026) |
/// | two `Jobs` are one | ids asked together, 19 to 20 | constructed from the report of openpbs pull request 585 |
enum PBSText {
  /// A value of JSON as text, whatever its type.
  static func ofJSON(_ value: UnsafeRawBufferPointer) -> String {
    guard value.count >= 2, value.first == 0x22, value.last == 0x22 else { return value.text }
    let inner = value.part(1..<(value.count - 1))
    let isEscaped = inner.firstPlace(of: 0x5C) != nil
    let isShifted = inner.firstPlace(of: 0x5E) != nil
    if !isEscaped, !isShifted { return inner.text }
    let bytes = isEscaped ? unescaped(inner) : Array(inner)
    return isShifted ? bytes.withUnsafeBytes { unshifted($0) } : String(decoding: bytes, as: UTF8.self)
  }

  /// A path in JSON as text. 23.06.06 does not escape a backslash in it, so that in `a\b.txt` it is a backslash and not
  /// another character; only escapes that can mean nothing else are undone.
  static func path(ofJSON value: UnsafeRawBufferPointer) -> String {
    guard value.count >= 2, value.first == 0x22, value.last == 0x22 else { return value.text }
    let inner = value.part(1..<(value.count - 1))
    var bytes: [UInt8] = []
    var place = 0
    while place < inner.count {
      if inner[place] == 0x5C, place + 1 < inner.count, [0x22, 0x5C, 0x2F].contains(inner[place + 1]) { place += 1 }
      bytes.append(inner[place])
      place += 1
    }
    return bytes.withUnsafeBytes { $0.firstPlace(of: 0x5E) == nil ? $0.text : unshifted($0) }
  }

  /// A value of `qstat -f` as text: folded, even within words, by a line break and a tab.
  static func ofText(_ value: UnsafeRawBufferPointer) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(value.count)
    var place = 0
    while place < value.count {
      if value[place] == 0x0A, place + 1 < value.count, value[place + 1] == 0x09 {
        place += 2
      } else {
        bytes.append(value[place])
        place += 1
      }
    }
    return bytes.withUnsafeBytes { $0.firstPlace(of: 0x5E) == nil ? $0.text : unshifted($0) }
  }

  /// Undoes the escapes of a JSON text, byte by byte, since it may not be valid UTF-8.
  private static func unescaped(_ text: UnsafeRawBufferPointer) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var place = 0
    while place < text.count {
      let byte = text[place]
      guard byte == 0x5C, place + 1 < text.count else {
        bytes.append(byte)
        place += 1
        continue
      }
      let plain: UInt8? =
        switch text[place + 1] {
        case 0x22, 0x5C, 0x2F: text[place + 1]
        case 0x6E: 0x0A
        case 0x74: 0x09
        case 0x72: 0x0D
        case 0x62: 0x08
        case 0x66: 0x0C
        default: nil
        }
      if let plain {
        bytes.append(plain)
        place += 2
      } else if text[place + 1] == 0x75, let unit = unit(text, place + 2), let scalar = Unicode.Scalar(unit) {
        bytes += Array(String(Character(scalar)).utf8)
        place += 6
      } else {
        bytes.append(byte)
        place += 1
      }
    }
    return bytes
  }

  private static func unit(_ text: UnsafeRawBufferPointer, _ place: Int) -> UInt32? {
    guard place + 4 <= text.count else { return nil }
    var value: UInt32 = 0
    for byte in text[place..<(place + 4)] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else { return nil }
      value = value * 16 + UInt32(digit)
    }
    return value
  }

  /// Undoes PBS's form for a byte that is not printable ASCII: `^` and the byte plus 64. This applies only if the bytes
  /// together are a character in UTF-8: `^A` and `^array_index^` stay as they are.
  static func unshifted(_ text: UnsafeRawBufferPointer) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var place = 0
    while place < text.count {
      if let letter = shiftedLetter(text, place) {
        bytes += letter
        place += 2 * letter.count
      } else {
        bytes.append(text[place])
        place += 1
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func shiftedLetter(_ text: UnsafeRawBufferPointer, _ place: Int) -> [UInt8]? {
    func byte(_ place: Int) -> UInt8? {
      guard place + 1 < text.count, text[place] == 0x5E else { return nil }
      return text[place + 1] &- 0x40
    }
    guard let lead = byte(place) else { return nil }
    let count =
      switch lead {
      case 0xC2...0xDF: 2
      case 0xE0...0xEF: 3
      case 0xF0...0xF4: 4
      default: 0
      }
    guard count > 0 else { return nil }
    var letter = [lead]
    for offset in 1..<count {
      guard let next = byte(place + 2 * offset), next & 0xC0 == 0x80 else { return nil }
      letter.append(next)
    }
    return letter
  }

  /// The value of a variable in `A=1,B=two\,three`, as text and XML list a job's variables; of repeated ones, the last.
  static func variable(_ name: String, in list: String) -> String? {
    let bytes = Array(list.utf8)
    let wanted = Array((name + "=").utf8)
    var value: [UInt8]?
    var isBehindComma = true
    var place = 0
    while place < bytes.count {
      guard isBehindComma, bytes[place...].starts(with: wanted) else {
        isBehindComma = bytes[place] == 0x2C
        place += bytes[place] == 0x5C ? 2 : 1
        continue
      }
      var found: [UInt8] = []
      place += wanted.count
      while place < bytes.count, bytes[place] != 0x2C {
        if bytes[place] == 0x5C, place + 1 < bytes.count { place += 1 }
        found.append(bytes[place])
        place += 1
      }
      value = found
    }
    return value.map { String(decoding: $0, as: UTF8.self) }
  }
}
