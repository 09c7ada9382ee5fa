extension JSONText {
  /// Reads the text as a type.
  ///
  /// - Throws: `DecodingError`, or what the type's own reading throws.
  package func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try JSONValueDecoder(text: self, index: 0).value(type)
  }
}

/// Reads one value of a text.
private struct JSONValueDecoder: Decoder, SingleValueDecodingContainer {
  let text: JSONText
  let index: Int

  var codingPath: [any CodingKey] { text.path(to: index) }
  var userInfo: [CodingUserInfoKey: Any] { [:] }
  var kind: JSONText.Kind { text.nodes[index].kind }

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    guard kind == .object else { throw mismatch([String: Any].self) }
    return KeyedDecodingContainer(JSONMembersDecoder<Key>(object: self, table: text.members(ofLarge: index)))
  }

  func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
    guard kind == .list else { throw mismatch([Any].self) }
    return JSONElementsDecoder(list: self)
  }

  func singleValueContainer() throws -> any SingleValueDecodingContainer { self }

  func decodeNil() -> Bool { kind == .null }

  /// Reads the value as a type that decodes itself, or as one of the types that most values have.
  func value<Value: Decodable>(_ type: Value.Type) throws -> Value {
    // Comparing types costs almost nothing; asking what a type conforms to does not.
    let common: Any
    if type == String.self {
      common = try string()
    } else if type == Int.self {
      common = try integer(Int.self)
    } else if type == Bool.self {
      common = try flag()
    } else if type == Double.self {
      common = try number(Double.self)
    } else {
      return try Value(from: self)
    }
    guard let value = common as? Value else { throw mismatch(type) }
    return value
  }

  func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let scalar: Any
    switch type {
    case is Float.Type: scalar = try number(Float.self)
    case let integerType as any FixedWidthInteger.Type: scalar = try integer(integerType)
    default: return try value(type)
    }
    guard let value = scalar as? Value else { throw mismatch(type) }
    return value
  }

  private func string() throws -> String {
    guard kind == .text || kind == .escapedText else { throw mismatch(String.self) }
    guard let string = text.string(at: index) else { throw corrupted("this text is not valid UTF-8 or Unicode") }
    return string
  }

  private func flag() throws -> Bool {
    switch kind {
    case .yes: true
    case .no: false
    default: throw mismatch(Bool.self)
    }
  }

  private func number<Number: BinaryFloatingPoint & LosslessStringConvertible>(_ type: Number.Type) throws -> Number {
    guard kind == .number else { throw mismatch(type) }
    let digits = String(decoding: text.digits(at: index), as: UTF8.self)
    guard let number = Number(digits), number.isFinite else { throw corrupted("\(digits) is too large a number") }
    return number
  }

  /// `1.0` and `1e3` are whole numbers too.
  private func integer<Integer: FixedWidthInteger>(_ type: Integer.Type) throws -> Integer {
    guard kind == .number else { throw mismatch(type) }
    let digits = text.digits(at: index)
    if let integer = digits.withUnsafeBufferPointer({ Integer(jsonDigits: $0) }) { return integer }
    // From 2^53 on, a floating-point number may differ from the one that was written.
    guard digits.contains(where: { [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains($0) }),
      case let number = try number(Double.self), abs(number) < 0x1p53, let integer = Integer(exactly: number)
    else {
      throw corrupted("\(String(decoding: digits, as: UTF8.self)) is not a whole number, or is too large")
    }
    return integer
  }

  func mismatch(_ type: any Any.Type) -> DecodingError {
    let context = DecodingError.Context(codingPath: codingPath, debugDescription: "\(type) is expected")
    return kind == .null ? .valueNotFound(type, context) : .typeMismatch(type, context)
  }

  private func corrupted(_ what: String) -> DecodingError {
    .dataCorrupted(.init(codingPath: codingPath, debugDescription: what))
  }
}

/// Reads the members of an object.
private struct JSONMembersDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
  let object: JSONValueDecoder
  /// The members by their names, if there are many.
  let table: [String: Int]?

  var codingPath: [any CodingKey] { object.codingPath }
  var allKeys: [Key] { object.text.names(of: object.index).compactMap { Key(stringValue: $0) } }

  func contains(_ key: Key) -> Bool { index(of: key.stringValue) != nil }

  func decodeNil(forKey key: Key) throws -> Bool { try member(key).decodeNil() }

  func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try member(key).value(type) }

  func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
    guard let index = index(of: key.stringValue) else { return nil }
    let member = JSONValueDecoder(text: object.text, index: index)
    return member.decodeNil() ? nil : try member.value(type)
  }

  func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type,
    forKey key: Key
  ) throws -> KeyedDecodingContainer<Nested> {
    try member(key).container(keyedBy: type)
  }

  func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
    try member(key).unkeyedContainer()
  }

  func superDecoder() throws -> any Decoder { try member(named: "super", AnyKey(stringValue: "super")) }

  func superDecoder(forKey key: Key) throws -> any Decoder { try member(key) }

  private func index(of name: String) -> Int? {
    guard let table else { return object.text.member(name, of: object.index) }
    return table[name]
  }

  private func member(_ key: Key) throws -> JSONValueDecoder { try member(named: key.stringValue, key) }

  private func member(named name: String, _ key: any CodingKey) throws -> JSONValueDecoder {
    guard let index = index(of: name) else {
      throw DecodingError.keyNotFound(key, .init(codingPath: codingPath, debugDescription: "No value for ‘\(name)’."))
    }
    return JSONValueDecoder(text: object.text, index: index)
  }
}

/// Reads the elements of a list, one after another.
private struct JSONElementsDecoder: UnkeyedDecodingContainer {
  private let list: JSONValueDecoder
  private let elements: [Int]
  private(set) var currentIndex = 0

  init(list: JSONValueDecoder) {
    self.list = list
    elements = list.text.children(of: list.index)
  }

  var codingPath: [any CodingKey] { list.codingPath }
  var count: Int? { elements.count }
  var isAtEnd: Bool { currentIndex == elements.count }

  mutating func decodeNil() throws -> Bool {
    let isNil = try element(Never?.self).decodeNil()
    if isNil { currentIndex += 1 }
    return isNil
  }

  mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
    let value = try element(type).value(type)
    currentIndex += 1
    return value
  }

  mutating func nestedContainer<Nested: CodingKey>(
    keyedBy type: Nested.Type
  ) throws -> KeyedDecodingContainer<Nested> {
    let container = try element([String: Any].self).container(keyedBy: type)
    currentIndex += 1
    return container
  }

  mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
    let container = try element([Any].self).unkeyedContainer()
    currentIndex += 1
    return container
  }

  mutating func superDecoder() throws -> any Decoder {
    let element = try element((any Decoder).self)
    currentIndex += 1
    return element
  }

  private func element(_ type: any Any.Type) throws -> JSONValueDecoder {
    guard !isAtEnd else {
      let path = codingPath + [AnyKey(intValue: currentIndex)]
      throw DecodingError.valueNotFound(type, .init(codingPath: path, debugDescription: "the list ends here"))
    }
    return JSONValueDecoder(text: list.text, index: elements[currentIndex])
  }
}

extension FixedWidthInteger {
  /// A number that consists only of digits, with or without a minus; `nil` for others, and for numbers that do not fit.
  fileprivate init?(jsonDigits digits: UnsafeBufferPointer<UInt8>) {
    let isNegative = digits.first == UInt8(ascii: "-")
    var value: Self = 0
    for digit in digits.dropFirst(isNegative ? 1 : 0) {
      guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
      let (tenfold, isTooLarge) = value.multipliedReportingOverflow(by: 10)
      let step = Self(digit - UInt8(ascii: "0"))
      let (sum, overflows) =
        isNegative ? tenfold.subtractingReportingOverflow(step) : tenfold.addingReportingOverflow(step)
      guard !isTooLarge, !overflows else { return nil }
      value = sum
    }
    self = value
  }
}
