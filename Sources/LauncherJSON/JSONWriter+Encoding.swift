/// Writes one value.
struct JSONValueEncoder: Encoder {
  let writer: JSONWriter
  /// How many containers were open when it began.
  let depth: Int

  var codingPath: [any CodingKey] { writer.codingPath }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(JSONMembersEncoder(writer: writer, depth: writer.begin(isObject: true, at: depth)))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer {
    JSONElementsEncoder(writer: writer, depth: writer.begin(isObject: false, at: depth))
  }

  func singleValueContainer() -> any SingleValueEncodingContainer { self }
}

extension JSONValueEncoder: SingleValueEncodingContainer {
  func encodeNil() throws { writer.writeNull() }

  func encode<Value: Encodable>(_ value: Value) throws { try writer.writeScalar(value) }
}

/// Writes the members of an object.
private struct JSONMembersEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
  let writer: JSONWriter
  /// How many containers are open inside this one, itself included.
  let depth: Int

  var codingPath: [any CodingKey] { writer.codingPath }

  func encodeNil(forKey key: Key) throws {
    writer.beginMember(key.stringValue, at: depth)
    writer.writeNull()
  }

  func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
    writer.beginMember(key.stringValue, at: depth)
    try writer.write(value)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type,
    forKey key: Key
  ) -> KeyedEncodingContainer<Nested> {
    superEncoder(forKey: key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
    superEncoder(forKey: key).unkeyedContainer()
  }

  func superEncoder() -> any Encoder { encoder(ofMember: "super") }

  func superEncoder(forKey key: Key) -> any Encoder { encoder(ofMember: key.stringValue) }

  private func encoder(ofMember name: String) -> any Encoder {
    writer.beginMember(name, at: depth)
    return JSONValueEncoder(writer: writer, depth: depth)
  }
}

/// Writes the elements of a list.
private struct JSONElementsEncoder: UnkeyedEncodingContainer {
  let writer: JSONWriter
  /// How many containers are open inside this one, itself included.
  let depth: Int

  var codingPath: [any CodingKey] { writer.codingPath }
  var count: Int { writer.count(at: depth) }

  func encodeNil() throws {
    writer.beginElement(at: depth)
    writer.writeNull()
  }

  func encode<Value: Encodable>(_ value: Value) throws {
    writer.beginElement(at: depth)
    try writer.write(value)
  }

  func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
    superEncoder().container(keyedBy: type)
  }

  func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { superEncoder().unkeyedContainer() }

  func superEncoder() -> any Encoder {
    writer.beginElement(at: depth)
    return JSONValueEncoder(writer: writer, depth: depth)
  }
}
