/// JSON writes characters beyond U+FFFF as two escapes, which YAML does not support. A text that does not begin as JSON
/// is left alone: there the same letters may be part of a script.
enum JSONEscapes {
  static func joiningSurrogates(in text: String) -> String {
    let start = text.unicodeScalars.first { !$0.properties.isWhitespace && $0 != "\u{FEFF}" }
    guard start == "{" || start == "[", text.contains("\\ud") || text.contains("\\uD") else { return text }
    return text.replacing(/\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})/) { match in
      guard let high = UInt32(match.1, radix: 16), let low = UInt32(match.2, radix: 16),
        let scalar = Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
      else { return String(match.0) }
      return String(Character(scalar))
    }
  }
}
