/// Finds the values of a JSON text, from its first byte to its last.
struct JSONScanner {
  /// The text, followed by a zero.
  private let bytes: [UInt8]
  private let count: Int
  private var place = 0
  private var nodes: [JSONText.Node] = []

  init(bytes: [UInt8]) {
    self.bytes = bytes + [0]
    count = bytes.count
    nodes.reserveCapacity(bytes.count / 8 + 4)
  }

  /// The values in the order in which they begin.
  mutating func scan() throws(JSONText.Fault) -> [JSONText.Node] {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
    guard count < UInt32.max else { throw fault }
    try scanValue(in: 0, behind: 0, depth: 0)
    guard place == count else { throw fault }
    return nodes
  }

  private var fault: JSONText.Fault { JSONText.Fault(place: place) }

  /// The next byte; 0 at the end, which occurs nowhere in JSON.
  private var byte: UInt8 { bytes[place] }

  /// A value with the white space on both sides of it: the next value in a container.
  private mutating func scanValue(in container: Int, behind others: Int, depth: Int) throws(JSONText.Fault) {
    let node = nodes.count
    skipSpace()
    switch byte {
    case UInt8(ascii: "\""): try scanText()
    case UInt8(ascii: "{"): try scanObject(depth: depth + 1)
    case UInt8(ascii: "["): try scanList(depth: depth + 1)
    case UInt8(ascii: "t"): try scanWord("true", .yes)
    case UInt8(ascii: "f"): try scanWord("false", .no)
    case UInt8(ascii: "n"): try scanWord("null", .null)
    default: try scanNumber()
    }
    skipSpace()
    nodes[node].container = UInt32(container)
    nodes[node].position = UInt32(others)
  }

  private mutating func skipSpace() {
    while true {
      let byte = bytes[place]
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
      place += 1
    }
  }

  private mutating func scanObject(depth: Int) throws(JSONText.Fault) {
    let node = try open(.object, depth: depth)
    var count = 0
    while byte != UInt8(ascii: "}") {
      if count > 0 { try take(UInt8(ascii: ",")) }
      skipSpace()
      try scanName()
      skipSpace()
      try take(UInt8(ascii: ":"))
      try scanValue(in: node, behind: count, depth: depth)
      count += 1
    }
    close(node)
  }

  /// Names are searched for later; one that is not valid text would be lost there silently.
  private mutating func scanName() throws(JSONText.Fault) {
    guard byte == UInt8(ascii: "\"") else { throw fault }
    try scanText()
    guard let name = nodes.last, JSONText.string(name, of: bytes) != nil else { throw fault }
  }

  private mutating func scanList(depth: Int) throws(JSONText.Fault) {
    let node = try open(.list, depth: depth)
    var count = 0
    while byte != UInt8(ascii: "]") {
      if count > 0 { try take(UInt8(ascii: ",")) }
      try scanValue(in: node, behind: count, depth: depth)
      count += 1
    }
    close(node)
  }

  private mutating func open(_ kind: JSONText.Kind, depth: Int) throws(JSONText.Fault) -> Int {
    guard depth <= JSONText.greatestDepth else { throw fault }
    add(kind, from: place, to: place)
    place += 1
    skipSpace()
    return nodes.count - 1
  }

  private mutating func close(_ node: Int) {
    place += 1
    nodes[node].end = UInt32(place)
    nodes[node].next = UInt32(nodes.count)
  }

  private mutating func take(_ expected: UInt8) throws(JSONText.Fault) {
    guard byte == expected else { throw fault }
    place += 1
  }

  private mutating func scanWord(_ word: StaticString, _ kind: JSONText.Kind) throws(JSONText.Fault) {
    let start = place
    for offset in 0..<word.utf8CodeUnitCount { try take(word.utf8Start[offset]) }
    add(kind, from: start, to: place)
  }

  private mutating func scanText() throws(JSONText.Fault) {
    place += 1
    let start = place
    var kind = JSONText.Kind.text
    while true {
      place += bytes.withUnsafeBytes { bytes in
        bytes.baseAddress.map { JSONText.plainLength(($0 + place).assumingMemoryBound(to: CChar.self)) } ?? 0
      }
      if byte == UInt8(ascii: "\"") { break }
      // A control character, or the end of the text.
      guard byte == UInt8(ascii: "\\") else { throw fault }
      kind = .escapedText
      place += 1
      try checkEscape()
      place += 1
    }
    add(kind, from: start, to: place)
    place += 1
  }

  private mutating func checkEscape() throws(JSONText.Fault) {
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
      UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
      break
    case UInt8(ascii: "u"):
      for _ in 0..<4 {
        place += 1
        guard byte.hexDigitValue != nil else { throw fault }
      }
    default: throw fault
    }
  }

  private mutating func scanNumber() throws(JSONText.Fault) {
    let start = place
    if byte == UInt8(ascii: "-") { place += 1 }
    if byte == UInt8(ascii: "0") { place += 1 } else { try scanDigits() }
    if byte == UInt8(ascii: ".") {
      place += 1
      try scanDigits()
    }
    if byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E") {
      place += 1
      if byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-") { place += 1 }
      try scanDigits()
    }
    add(.number, from: start, to: place)
  }

  private mutating func scanDigits() throws(JSONText.Fault) {
    guard byte.isDigit else { throw fault }
    while byte.isDigit { place += 1 }
  }

  private mutating func add(_ kind: JSONText.Kind, from start: Int, to end: Int) {
    nodes.append(
      JSONText.Node(kind: kind, start: UInt32(start), end: UInt32(end), next: UInt32(nodes.count + 1))
    )
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
}
