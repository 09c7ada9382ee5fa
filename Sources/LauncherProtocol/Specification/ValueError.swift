/// What is wrong with one written value, in a sentence that also says how to write it.
public struct ValueError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The sentence.
  public let description: String

  /// Makes an error from its sentence.
  public init(_ description: String) { self.description = description }
}

extension SingleValueDecodingContainer {
  /// Decodes a text (or a bare number) and parses it with `read`, turning its complaint into a decoding error that
  /// names the place.
  func parse<Value>(_ read: (String) throws(ValueError) -> Value) throws -> Value {
    let text = try decodeScalarText()
    do {
      return try read(text)
    } catch {
      throw DecodingError.dataCorruptedError(in: self, debugDescription: error.description)
    }
  }

  /// A scalar as the text it was written as: JSON writers turn `30` and `true` into numbers and flags.
  func decodeScalarText() throws -> String {
    if let text = try? decode(String.self) { return text }
    if let number = try? decode(Int64.self) { return String(number) }
    if let number = try? decode(Double.self) { return String(number) }
    if let flag = try? decode(Bool.self) { return String(flag) }
    return try decode(String.self)
  }
}
