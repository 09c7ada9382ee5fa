import Glibc

/// Writes values as JSON on one line, the members of each object sorted by the bytes of their names.
///
/// Containers that were begun are closed by whatever is written after them, so that one buffer serves all of them.
final class JSONWriter {
  private(set) var bytes: [UInt8] = []
  private var open: [Container] = []
  /// The members of the open objects, the innermost one's last.
  private var members: [Member] = []

  private struct Container {
    let isObject: Bool
    let start: Int
    /// The index of its first member.
    let firstMember: Int
    var count = 0
    /// Whether the members have come in sorted order so far.
    var isSorted = true
  }

  private struct Member {
    let start: Int
    let nameEnd: Int
  }

  /// A value as JSON.
  ///
  /// - Throws: `EncodingError` for numbers that JSON does not have, and what the value's own encoding throws.
  static func bytes(of value: some Encodable) throws -> [UInt8] {
    let writer = JSONWriter()
    writer.bytes.reserveCapacity(512)
    try writer.write(value)
    return writer.bytes
  }

  /// The names and places that lead to what is written now.
  var codingPath: [any CodingKey] {
    open.enumerated().map { depth, container in
      guard container.isObject else { return AnyKey(intValue: container.count - 1) }
      let end = depth + 1 < open.count ? open[depth + 1].firstMember : members.count
      let name = members.indices.contains(end - 1) ? String(decoding: name(members[end - 1]), as: UTF8.self) : "?"
      return AnyKey(stringValue: name)
    }
  }

  /// Closes containers until `depth` of them are open.
  func close(to depth: Int) {
    while open.count > depth, let container = open.popLast() {
      if container.isObject {
        if !container.isSorted { sort(container) }
        members.removeSubrange(container.firstMember...)
      }
      bytes.append(container.isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
    }
  }

  /// Begins a container in place of a value, inside `depth` others; continues the one that is already there.
  ///
  /// - Returns: how many are open now.
  func begin(isObject: Bool, at depth: Int) -> Int {
    close(to: depth + 1)
    if open.count > depth { return open.count }
    bytes.append(isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
    open.append(Container(isObject: isObject, start: bytes.count, firstMember: members.count))
    return open.count
  }

  /// Begins an element of the list inside which `depth` containers are open, itself included.
  func beginElement(at depth: Int) {
    close(to: depth)
    if open[depth - 1].count > 0 { bytes.append(UInt8(ascii: ",")) }
    open[depth - 1].count += 1
  }

  /// How many elements or members the innermost of `depth` open containers has so far.
  func count(at depth: Int) -> Int { open[depth - 1].count }

  /// Begins a member of an object, as above.
  func beginMember(_ name: String, at depth: Int) {
    beginElement(at: depth)
    let start = bytes.count
    write(name)
    let member = Member(start: start, nameEnd: bytes.count)
    if open[depth - 1].count > 1, let previous = members.last, !isOrdered(previous, member) {
      open[depth - 1].isSorted = false
    }
    members.append(member)
    bytes.append(UInt8(ascii: ":"))
  }

  private func isOrdered(_ first: Member, _ second: Member) -> Bool {
    let lengths = (first.nameEnd - first.start - 2, second.nameEnd - second.start - 2)
    let order = bytes.withUnsafeBytes { bytes in
      bytes.baseAddress.map { memcmp($0 + first.start + 1, $0 + second.start + 1, min(lengths.0, lengths.1)) } ?? 0
    }
    return order == 0 ? lengths.0 < lengths.1 : order < 0
  }

  /// A member's name as it is written, without its quotes.
  private func name(_ member: Member) -> ArraySlice<UInt8> { bytes[(member.start + 1)..<(member.nameEnd - 1)] }

  private func sort(_ container: Container) {
    let members = Array(members[container.firstMember...])
    // Up to the comma before the next one.
    let ends = members.dropFirst().map { $0.start - 1 } + [bytes.count]
    var sorted: [UInt8] = []
    sorted.reserveCapacity(bytes.count - container.start)
    for index in members.indices.sorted(by: { isOrdered(members[$0], members[$1]) }) {
      if !sorted.isEmpty { sorted.append(UInt8(ascii: ",")) }
      sorted += bytes[members[index].start..<ends[index]]
    }
    bytes.replaceSubrange(container.start..., with: sorted)
  }

  // MARK: Values

  /// Writes a value where one is expected.
  func write<Value: Encodable>(_ value: Value) throws {
    if try writeCommon(value) { return }
    let (start, depth) = (bytes.count, open.count)
    try value.encode(to: JSONValueEncoder(writer: self, depth: depth))
    close(to: depth)
    // A type that writes nothing is an object without members.
    if bytes.count == start { bytes.append(contentsOf: "{}".utf8) }
  }

  /// Writes a value of a type that JSON has natively, and that most values have.
  ///
  /// - Returns: whether it is of one. Comparing types costs almost nothing; asking what a value conforms to does not.
  private func writeCommon<Value: Encodable>(_ value: Value) throws -> Bool {
    if Value.self == String.self, let text = value as? String {
      write(text)
    } else if Value.self == Int.self, let number = value as? Int {
      bytes.append(contentsOf: String(number).utf8)
    } else if Value.self == Bool.self, let flag = value as? Bool {
      bytes.append(contentsOf: (flag ? "true" : "false").utf8)
    } else if Value.self == Double.self, let number = value as? Double {
      try write(number)
    } else {
      return false
    }
    return true
  }

  /// Writes what a type encodes as one plain value.
  func writeScalar<Value: Encodable>(_ value: Value) throws {
    switch value {
    case let number as Float: try write(number)
    case let number as any FixedWidthInteger: bytes.append(contentsOf: number.description.utf8)
    default: try write(value)
    }
  }

  /// Writes `null`.
  func writeNull() { bytes.append(contentsOf: "null".utf8) }

  private func write(_ number: some BinaryFloatingPoint & CustomStringConvertible) throws {
    guard number.isFinite else {
      throw EncodingError.invalidValue(
        number,
        .init(codingPath: codingPath, debugDescription: "JSON has no number for \(number)")
      )
    }
    let text = number.description
    bytes.append(contentsOf: (text.hasSuffix(".0") ? text.dropLast(2) : text[...]).utf8)
  }

  private func write(_ text: String) {
    bytes.append(UInt8(ascii: "\""))
    var text = text
    let plain = text.withCString { JSONText.plainLength($0) }
    if plain == text.utf8.count {
      bytes.append(contentsOf: text.utf8)
    } else {
      text.withUTF8(writeEscaping)
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private func writeEscaping(_ text: UnsafeBufferPointer<UInt8>) {
    var start = 0
    for (place, byte) in text.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5C {
      bytes.append(contentsOf: text[start..<place])
      start = place + 1
      writeEscape(of: byte)
    }
    bytes.append(contentsOf: text[start...])
  }

  private func writeEscape(of byte: UInt8) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case 0x08: bytes.append(UInt8(ascii: "b"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0C: bytes.append(UInt8(ascii: "f"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    case 0..<0x20: bytes.append(contentsOf: "u00\(byte < 0x10 ? "0" : "1")\(String(byte & 0xF, radix: 16))".utf8)
    default: bytes.append(byte)
    }
  }
}
