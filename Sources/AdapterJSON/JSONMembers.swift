import AdapterKit
import Glibc

/// The wanted members of a record; all others are skipped and never decoded.
///
/// In a record with a line for each member, a member is its line and the deeper ones after it: a fault in it affects
/// only that member.
public struct JSONMembers {
  private let names: NameTable
  private var places: [Range<Int>?]
  /// Whether a wanted name occurred more than once; the last one counts. Then two records have run together.
  public private(set) var hasRepeats = false

  /// Members by their names; they are accessed by their index in this list.
  public init(_ names: [String]) {
    self.names = NameTable(names)
    places = Array(repeating: nil, count: names.count)
  }

  /// Finds the members of an object.
  public mutating func read(_ object: UnsafeRawBufferPointer) {
    for index in places.indices { places[index] = nil }
    hasRepeats = false
    guard object.first == JSONByte.openObject else { return }
    var first = 1
    while first < object.count, object[first].isIndentation || object[first] == 0x0D { first += 1 }
    if first < object.count, object[first] == JSONByte.lineBreak {
      readLines(object, from: first + 1)
    } else {
      readBrackets(object, from: first)
    }
  }

  /// The bytes of a member's value as written; `nil` when the record has none, or only a part of it.
  public func bytes(_ index: Int, of object: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    places[index].map { object.part($0) }
  }

  /// A member's value; also `nil` when it is not JSON.
  public func value(_ index: Int, of object: UnsafeRawBufferPointer) -> JSONValue? {
    bytes(index, of: object).flatMap { JSONValue($0) }
  }

  /// A member's text; `nil` when it is not a text.
  public func text(_ index: Int, of object: UnsafeRawBufferPointer) -> String? {
    guard let bytes = bytes(index, of: object) else { return nil }
    if let plain = bytes.plainJSONText { return plain.text }
    return JSONValue(bytes)?.text
  }

  /// A member's whole number; `nil` when it is not one.
  public func integer(_ index: Int, of object: UnsafeRawBufferPointer) -> Int64? {
    guard let bytes = bytes(index, of: object) else { return nil }
    if let natural = bytes.natural, bytes.count == 1 || bytes[0] != 0x30 { return Int64(natural) }
    return JSONValue(bytes)?.integer
  }

  // MARK: Reading

  private mutating func keep(_ value: Range<Int>, named name: Range<Int>, of object: UnsafeRawBufferPointer) {
    names.forEachIndex(of: object.part(name)) { index in
      hasRepeats = hasRepeats || places[index] != nil
      places[index] = value
    }
  }

  private mutating func readLines(_ object: UnsafeRawBufferPointer, from start: Int) {
    guard let base = object.baseAddress else { return }
    var first = start
    while first < object.count, object[first].isIndentation { first += 1 }
    let depth = first - start
    var name: Range<Int>?
    var value = 0
    var line = start
    while line < object.count {
      // A last line without a line break is the record's closing bracket, or it is truncated.
      let found = memchr(base + line, 0x0A, object.count - line)
      let end = found.map { UnsafeRawPointer($0) - base } ?? object.count
      // A line of this depth that begins with a quote begins a member; a shallower one ends the record.
      let isThisDeep = line + depth < end && memcmp(base + line, base + start, depth) == 0
      let isMember = isThisDeep && object[line + depth] == JSONByte.quote
      if let known = name, isMember || !isThisDeep {
        keep(object.trimmed(from: value, to: line), named: known, of: object)
        name = nil
      }
      if isMember, let member = member(in: object, from: line + depth + 1, to: end) { (name, value) = member }
      if found == nil { return }
      line = end + 1
    }
  }

  /// The name of a line's member, if its length is that of a wanted one, and where its value begins.
  private func member(in object: UnsafeRawBufferPointer, from key: Int, to end: Int) -> (Range<Int>, Int)? {
    guard let base = object.baseAddress, let quote = memchr(base + key, 0x22, end - key) else { return nil }
    let keyEnd = UnsafeRawPointer(quote) - base
    guard names.hasLength(keyEnd - key) else { return nil }
    var place = keyEnd + 1
    while place < end, object[place].isIndentation { place += 1 }
    guard place < end, object[place] == JSONByte.colon else { return nil }
    place += 1
    while place < end, object[place].isIndentation { place += 1 }
    return (key..<keyEnd, place)
  }

  private mutating func readBrackets(_ object: UnsafeRawBufferPointer, from start: Int) {
    var place = start
    while place < object.count {
      place = object.skippingSpace(from: place)
      guard place < object.count, object[place] != JSONByte.closeObject else { return }
      guard object[place] == JSONByte.quote else {
        place += 1
        continue
      }
      guard let end = object.endOfString(at: place) else { return }
      let name = (place + 1)..<(end - 1)
      place = object.skippingSpace(from: end)
      guard place < object.count, object[place] == JSONByte.colon else { continue }
      let value = object.skippingSpace(from: place + 1)
      guard let end = object.endOfValue(at: value) else { return }
      keep(object.trimmed(from: value, to: end), named: name, of: object)
      place = end
    }
  }
}
