import LauncherKit

/// Results for programs: with documented, stable and sorted keys; keys without a value are absent.
enum JSONOutput {
  /// Writes a value as one JSON text.
  ///
  /// - Parameter notice: what to print on standard error if the text is not delivered.
  static func write(_ value: some Encodable, whenLost notice: String? = nil) throws {
    StandardOutput.write(escaped(try JSON.indentedBytes(of: value)) + [0x0A], whenLost: notice)
  }

  /// Writes a value as one line of JSON, for sequences of results.
  static func writeLine(_ value: some Encodable, whenLost notice: String? = nil) throws {
    StandardOutput.write(escaped(try JSON.bytes(of: value)) + [0x0A], whenLost: notice)
  }

  /// The same JSON, in which what could act on a terminal stands as an escape.
  private static func escaped(_ json: [UInt8]) -> [UInt8] {
    // Nothing below the first of these bytes needs an escape that the encoder has not written.
    guard json.contains(where: { $0 >= 0x7F }) else { return json }
    var result: [UInt8] = []
    for scalar in String(decoding: json, as: UTF8.self).unicodeScalars {
      if scalar.value < 0x7F || Terminal.isHarmless(scalar) {
        result += UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter
      } else {
        for unit in UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter {
          let digits = String(unit, radix: 16)
          result += Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
        }
      }
    }
    return result
  }
}
