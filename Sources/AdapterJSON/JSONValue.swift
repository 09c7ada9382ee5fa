import AdapterKit
import CJansson

/// A JSON value, decoded by jansson.
///
/// Of repeated names, the last counts. Text that is not valid JSON but has only one meaning is repaired: invalid UTF-8
/// becomes U+FFFD as in every other text, raw control characters and unescaped backslashes stand for themselves unless
/// they happen to make an escape (OpenPBS 23.06 does not escape them in `Submit_arguments`).
public enum JSONValue: Hashable, Sendable {
  /// `null`.
  case null
  /// `true` or `false`.
  case bool(Bool)
  /// A whole number of 64 bits.
  case integer(Int64)
  /// Any other number, and whole ones beyond 64 bits.
  case real(Double)
  /// A text.
  case text(String)
  /// An array.
  case list([JSONValue])
  /// An object.
  case object([String: JSONValue])

  /// Decodes a value; `nil` for anything else, such as `nan`, `00`, `+5`, or a text without an end.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    let flags = size_t(JSON_DECODE_ANY | JSON_ALLOW_NUL)
    var error = json_error_t()
    var value = Self.load(bytes, flags, &error)
    if value == nil {
      let mended = JSONRepair.mended(bytes)
      value = mended.withUnsafeBytes { Self.load($0, flags, &error) }
      // A whole number beyond 64 bits fails unless it may become a real one.
      if value == nil {
        value = mended.withUnsafeBytes { Self.load($0, flags | size_t(JSON_DECODE_INT_AS_REAL), &error) }
      }
    }
    guard let value else { return nil }
    defer { json_decref(value) }
    self.init(value)
  }

  private static func load(
    _ bytes: UnsafeRawBufferPointer,
    _ flags: size_t,
    _ error: inout json_error_t
  ) -> UnsafeMutablePointer<json_t>? {
    json_loadb(bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count, flags, &error)
  }

  private init(_ value: UnsafeMutablePointer<json_t>) {
    switch value.pointee.type {
    case JSON_TRUE: self = .bool(true)
    case JSON_FALSE: self = .bool(false)
    case JSON_INTEGER: self = .integer(json_integer_value(value))
    case JSON_REAL: self = .real(json_real_value(value))
    case JSON_STRING:
      let bytes = UnsafeRawBufferPointer(start: json_string_value(value), count: json_string_length(value))
      self = .text(bytes.text)
    case JSON_ARRAY:
      var items: [JSONValue] = []
      for index in 0..<json_array_size(value) {
        if let item = json_array_get(value, index) { items.append(JSONValue(item)) }
      }
      self = .list(items)
    case JSON_OBJECT:
      var members: [String: JSONValue] = [:]
      var place = json_object_iter(value)
      while let member = place {
        if let name = json_object_iter_key(member), let item = json_object_iter_value(member) {
          members[String(cString: name)] = JSONValue(item)
        }
        place = json_object_iter_next(value, member)
      }
      self = .object(members)
    default: self = .null
    }
  }

  /// A member of an object.
  public subscript(name: String) -> JSONValue? {
    if case .object(let members) = self { members[name] } else { nil }
  }

  /// The text; `nil` for everything else.
  public var text: String? {
    if case .text(let text) = self { text } else { nil }
  }

  /// The whole number; `nil` for everything else.
  public var integer: Int64? {
    if case .integer(let number) = self { number } else { nil }
  }

  /// The elements; `nil` for everything but an array.
  public var list: [JSONValue]? {
    if case .list(let items) = self { items } else { nil }
  }
}
