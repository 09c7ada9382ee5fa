import FoundationEssentials

/// Results for programs: keys documented and stable, sorted, without a value absent.
enum JSONOutput {
  /// Writes a value as one JSON text.
  static func write(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    StandardOutput.write(Array(try encoder.encode(value)) + [0x0A])
  }

  /// Writes a value as one line of JSON, for sequences of results.
  static func writeLine(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    StandardOutput.write(Array(try encoder.encode(value)) + [0x0A])
  }
}
