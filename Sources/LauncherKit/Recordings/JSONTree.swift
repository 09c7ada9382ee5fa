import LauncherProtocol

/// A JSON value of any shape, for what is stored and compared without being understood.
public enum JSONTree: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case text(String)
  case list([JSONTree])
  case object([String: JSONTree])

  /// The JSON form of a value.
  public init(_ value: some Encodable) throws {
    self = try JSON.value(from: JSON.bytes(of: value))
  }

  /// The value, as a type that knows its shape.
  public func decoded<Value: Decodable>(as type: Value.Type = Value.self) throws -> Value {
    try JSON.value(from: JSON.bytes(of: self))
  }

  /// A member of an object.
  public subscript(name: String) -> JSONTree? {
    if case .object(let members) = self { members[name] } else { nil }
  }

  /// The tree without the members of these names, at any depth.
  public func without(_ names: Set<String>) -> JSONTree {
    switch self {
    case .object(let members): .object(members.filter { !names.contains($0.key) }.mapValues { $0.without(names) })
    case .list(let elements): .list(elements.map { $0.without(names) })
    default: self
    }
  }

  /// As text: with sorted members, on one line.
  public var text: String { (try? JSON.text(of: self)) ?? "?" }
}

extension JSONTree: Codable {
  private struct Name: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  public init(from decoder: any Decoder) throws {
    if let object = try? decoder.container(keyedBy: Name.self) {
      var members: [String: JSONTree] = [:]
      for name in object.allKeys { members[name.stringValue] = try object.decode(JSONTree.self, forKey: name) }
      self = .object(members)
    } else if var list = try? decoder.unkeyedContainer() {
      var elements: [JSONTree] = []
      while !list.isAtEnd { elements.append(try list.decode(JSONTree.self)) }
      self = .list(elements)
    } else {
      let value = try decoder.singleValueContainer()
      if value.decodeNil() {
        self = .null
      } else if let bool = try? value.decode(Bool.self) {
        self = .bool(bool)
      } else if let integer = try? value.decode(Int.self) {
        self = .integer(integer)
      } else if let number = try? value.decode(Double.self) {
        self = .number(number)
      } else {
        self = .text(try value.decode(String.self))
      }
    }
  }

  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .object(let members):
      var container = encoder.container(keyedBy: Name.self)
      for (name, member) in members { try container.encode(member, forKey: Name(stringValue: name)) }
    case .list(let elements):
      var container = encoder.unkeyedContainer()
      for element in elements { try container.encode(element) }
    case .null:
      var container = encoder.singleValueContainer()
      try container.encodeNil()
    case .bool(let value):
      var container = encoder.singleValueContainer()
      try container.encode(value)
    case .integer(let value):
      var container = encoder.singleValueContainer()
      try container.encode(value)
    case .number(let value):
      var container = encoder.singleValueContainer()
      try container.encode(value)
    case .text(let value):
      var container = encoder.singleValueContainer()
      try container.encode(value)
    }
  }
}
