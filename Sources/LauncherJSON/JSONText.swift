import Glibc

/// A JSON text whose values have been found and checked, ready to be read as types in one or more steps.
///
/// The grammar is RFC 8259's alone. Of members with the same name the first one counts.
package final class JSONText: Sendable {
  /// What a value is.
  enum Kind: UInt8, Sendable {
    case null, no, yes, number, text, escapedText, list, object
  }

  /// A value, or a member's name, by its bytes; a text without its quotes.
  ///
  /// A list is followed by its elements, an object by the name and the value of each member.
  struct Node: Sendable {
    let kind: Kind
    let start: UInt32
    var end: UInt32
    /// The index of the node after this value and all that it contains.
    var next: UInt32
    /// The index of the list or object that a value is in, and how many others are in it before this one.
    var container: UInt32 = 0
    var position: UInt32 = 0
  }

  /// Why a text is not JSON.
  package struct Fault: Error {
    /// The offset in bytes of what is not allowed there.
    let place: Int
  }

  /// How deep lists and objects may be nested.
  static let greatestDepth = 512

  let bytes: [UInt8]
  let nodes: [Node]

  /// Reads a text.
  ///
  /// - Throws: `Fault` when it is not one JSON value with nothing but white space around it.
  package init(_ bytes: [UInt8]) throws(Fault) {
    var scanner = JSONScanner(bytes: bytes)
    nodes = try scanner.scan()
    self.bytes = bytes
  }

  /// The value of an object's member; `nil` without one, or when the value is not an object.
  func member(_ name: String, of object: Int) -> Int? {
    guard nodes[object].kind == .object else { return nil }
    var name = name
    return name.withUTF8 { name in
      var key = object + 1
      let end = Int(nodes[object].next)
      while key < end {
        if isText(key, name) { return key + 1 }
        key = Int(nodes[key + 1].next)
      }
      return nil
    }
  }

  /// The members of a large object by their names, so that finding each of them does not require a pass over all; `nil`
  /// for a small one, for which that is quicker.
  func members(ofLarge object: Int) -> [String: Int]? {
    let children = children(of: object)
    guard children.count > 32 else { return nil }
    return Dictionary(
      children.compactMap { child in string(at: child - 1).map { ($0, child) } },
      uniquingKeysWith: { first, _ in first }
    )
  }

  private func isText(_ index: Int, _ wanted: UnsafeBufferPointer<UInt8>) -> Bool {
    let node = nodes[index]
    guard node.kind == .text else { return string(at: index).map { Array($0.utf8).elementsEqual(wanted) } ?? false }
    guard Int(node.end - node.start) == wanted.count else { return false }
    guard let first = wanted.baseAddress else { return true }
    return bytes.withUnsafeBytes { bytes in
      bytes.baseAddress.map { memcmp($0 + Int(node.start), first, wanted.count) } == 0
    }
  }

  /// The names of an object's members, in their order.
  func names(of object: Int) -> [String] {
    var names: [String] = []
    var key = object + 1
    while key < nodes[object].next {
      if let name = string(at: key) { names.append(name) }
      key = Int(nodes[key + 1].next)
    }
    return names
  }

  /// A text without its escapes; `nil` when it is not valid UTF-8, or contains half a surrogate pair.
  func string(at index: Int) -> String? { Self.string(nodes[index], of: bytes) }

  static func string(_ node: Node, of bytes: [UInt8]) -> String? {
    let content = bytes[Int(node.start)..<Int(node.end)]
    guard node.kind == .escapedText else { return String(validating: content, as: UTF8.self) }
    return resolvingEscapes(in: content).flatMap { String(validating: $0, as: UTF8.self) }
  }

  /// The characters of a number.
  func digits(at index: Int) -> ArraySlice<UInt8> { bytes[Int(nodes[index].start)..<Int(nodes[index].end)] }

  /// The path from the whole text to a value: names of members and places in lists.
  func path(to wanted: Int) -> [any CodingKey] {
    var path: [any CodingKey] = []
    var index = wanted
    while index > 0 {
      let node = nodes[index]
      let isMember = nodes[Int(node.container)].kind == .object
      path.append(isMember ? AnyKey(stringValue: string(at: index - 1) ?? "") : AnyKey(intValue: Int(node.position)))
      index = Int(node.container)
    }
    return path.reversed()
  }

  /// The elements of a list, the values of an object's members.
  func children(of container: Int) -> [Int] {
    let isObject = nodes[container].kind == .object
    var children: [Int] = []
    var child = container + (isObject ? 2 : 1)
    while child < nodes[container].next {
      children.append(child)
      child = Int(nodes[child].next) + (isObject ? 1 : 0)
    }
    return children
  }
}
