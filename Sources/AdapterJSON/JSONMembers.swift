import AdapterKit
import Glibc

/// The members of a record that somebody wants; all others are passed over and never decoded.
///
/// In a record with a line for each member, a member is its line and the deeper ones behind it: whatever is wrong in it
/// costs it alone.
public struct JSONMembers {
  private let names: [[UInt8]]
  /// The lengths of the names, as bits.
  private let lengths: UInt64
  private var places: [Range<Int>?]
  /// By the name found last, and first of all for none, the one that followed it: records name their members in one order.
  private var successors: [Int]
  private var previous = 0
  /// Whether a wanted name came more than once; the last one counts. Two records have run together then.
  public private(set) var hasRepeats = false

  /// Members by their names; they are asked for by their index in this list.
  public init(_ names: [String]) {
    self.names = names.map { Array($0.utf8) }
    lengths = self.names.reduce(0) { $0 | 1 << UInt64(min(63, $1.count)) }
    places = Array(repeating: nil, count: names.count)
    successors = Array(0...names.count)
  }

  /// Finds the members of an object.
  public mutating func read(_ object: UnsafeRawBufferPointer) {
    for index in places.indices { places[index] = nil }
    hasRepeats = false
    previous = 0
    guard object.first == JSONByte.openObject else { return }
    var first = 1
    while first < object.count, object[first].isIndentation || object[first] == 0x0D { first += 1 }
    if first < object.count, object[first] == JSONByte.lineBreak {
      readLines(object, from: first + 1)
    } else {
      readBrackets(object, from: first)
    }
  }

  /// The bytes of a member's value as they are written; `nil` when the record has none, or not all of it.
  public func bytes(_ index: Int, of object: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer? {
    places[index].map { object.part($0) }
  }

  /// A member's value; `nil` too when it is no JSON.
  public func value(_ index: Int, of object: UnsafeRawBufferPointer) -> JSONValue? {
    bytes(index, of: object).flatMap { JSONValue($0) }
  }

  /// A member's text; `nil` when it is none.
  public func text(_ index: Int, of object: UnsafeRawBufferPointer) -> String? {
    guard let bytes = bytes(index, of: object) else { return nil }
    if let plain = bytes.plainJSONText { return plain.text }
    return JSONValue(bytes)?.text
  }

  /// A member's whole number; `nil` when it is none.
  public func integer(_ index: Int, of object: UnsafeRawBufferPointer) -> Int64? {
    guard let bytes = bytes(index, of: object) else { return nil }
    if let natural = bytes.natural, bytes.count == 1 || bytes[0] != 0x30 { return Int64(natural) }
    return JSONValue(bytes)?.integer
  }

  // MARK: Reading

  private mutating func keep(_ value: Range<Int>, named name: Range<Int>, of object: UnsafeRawBufferPointer) {
    guard let index = index(ofNameAt: name, of: object) else { return }
    hasRepeats = hasRepeats || places[index] != nil
    places[index] = value
    previous = index + 1
  }

  private mutating func index(ofNameAt name: Range<Int>, of object: UnsafeRawBufferPointer) -> Int? {
    let likely = successors[previous]
    if likely < names.count, isName(likely, at: name, of: object) { return likely }
    for index in names.indices where isName(index, at: name, of: object) {
      successors[previous] = index
      return index
    }
    return nil
  }

  private func isName(_ index: Int, at name: Range<Int>, of object: UnsafeRawBufferPointer) -> Bool {
    names[index].withUnsafeBytes { wanted in
      guard wanted.count == name.count else { return false }
      guard let mine = wanted.baseAddress, let other = object.baseAddress else { return wanted.isEmpty }
      return memcmp(mine, other + name.lowerBound, wanted.count) == 0
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
      // A last line without an end is the record's closing bracket, or it is cut.
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
    guard lengths & 1 << UInt64(min(63, keyEnd - key)) != 0 else { return nil }
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
