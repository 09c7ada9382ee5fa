import LauncherProtocol

/// JSON in one line of a test.
extension JSON {
  static func decode<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
    try value(type, from: text)
  }

  static func encode(_ value: some Encodable) throws -> String { try text(of: value) }

  static func roundTrip<Value: Codable>(_ value: Value) throws -> Value { try self.value(from: bytes(of: value)) }
}
