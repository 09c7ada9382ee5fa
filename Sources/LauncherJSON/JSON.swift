/// JSON for everything that the programs here write and read themselves: the protocol, the job store, recordings, output.
///
/// Not for what schedulers print: that is often invalid, and is read record by record (`AdapterJSON`).
///
/// Without Foundation: a program that needs nothing else of it need not link it. What it gains beside one form everywhere
/// (members sorted by bytes, the place of a fault): writing takes 0.88 of the time of Foundation's encoder, reading 1.03
/// of its decoder's (50,000 statuses, optimised; Benchmarks/JSON).
public enum JSON {
  /// A value on one line, the members of each object sorted by the bytes of their names.
  ///
  /// - Throws: `EncodingError` for numbers that JSON does not have, and what the value's own writing throws.
  public static func bytes(of value: some Encodable) throws -> [UInt8] { try JSONWriter.bytes(of: value) }

  /// A value on one line, as text.
  ///
  /// - Throws: `EncodingError` for numbers that JSON does not have, and what the value's own writing throws.
  public static func text(of value: some Encodable) throws -> String {
    String(decoding: try bytes(of: value), as: UTF8.self)
  }

  /// A value for people, with a line for each member and element, and without a line's end after it.
  ///
  /// - Throws: `EncodingError` for numbers that JSON does not have, and what the value's own writing throws.
  public static func indentedBytes(of value: some Encodable) throws -> [UInt8] {
    JSONIndentation.indented(try bytes(of: value))
  }

  /// Reads a value.
  ///
  /// - Throws: `DecodingError` for what is not JSON or has another shape, and what the type's own reading throws.
  public static func value<Value: Decodable>(
    _ type: Value.Type = Value.self,
    from bytes: some Sequence<UInt8>
  ) throws -> Value {
    let text: JSONText
    do {
      text = try JSONText(Array(bytes))
    } catch {
      throw DecodingError.dataCorrupted(
        .init(codingPath: [], debugDescription: "it is not JSON from byte \(error.place) on")
      )
    }
    return try text.decode(type)
  }

  /// Reads a value.
  ///
  /// - Throws: `DecodingError` for what is not JSON or has another shape, and what the type's own reading throws.
  public static func value<Value: Decodable>(_ type: Value.Type = Value.self, from text: String) throws -> Value {
    try value(type, from: text.utf8)
  }
}
