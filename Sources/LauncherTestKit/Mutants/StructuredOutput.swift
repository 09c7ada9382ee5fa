/// The parts of a JSON or XML document that are about one job each: the elements of that list or object, or the
/// elements of that name, most of which hold a known id.
struct StructuredOutput: Sendable {
  /// The parts in their order.
  let parts: [Range<Int>]
  /// For each part, the jobs whose ids occur in it.
  let owners: [Set<Int>]
  private let isJSON: Bool

  /// Reads a document; `nil` for an output that is not one.
  init?(_ bytes: [UInt8], _ ids: KnownIDs) {
    guard let first = bytes.first(where: { $0 > 0x20 }), [0x7B, 0x5B, 0x3C].contains(first) else { return nil }
    isJSON = first != 0x3C
    let groups = isJSON ? Self.jsonGroups(bytes) : Self.xmlGroups(bytes)
    var best: (parts: [Range<Int>], owners: [Set<Int>], size: Int) = ([], [], 0)
    for group in groups {
      let owned = group.map { ($0, ids.standing(in: bytes[$0]).jobs) }.filter { !$0.1.isEmpty }
      let size = owned.reduce(0) { $0 + $1.0.count }
      if (owned.count, size) > (best.parts.count, best.size) { best = (owned.map(\.0), owned.map(\.1), size) }
    }
    (parts, owners) = (best.parts, best.owners)
  }

  /// The part that holds a byte.
  func part(of place: Int) -> Int? { parts.firstIndex { $0.contains(place) } }

  /// Whether a byte is part of the document's structure.
  func isStructural(_ byte: UInt8) -> Bool {
    byte < 0x20 || Array((isJSON ? #""\{}[],:"# : #"<>/"'&=!?"#).utf8).contains(byte)
  }

  /// For each list or object, its elements that are lists or objects, with their names.
  private static func jsonGroups(_ bytes: [UInt8]) -> [[Range<Int>]] {
    var groups: [[Range<Int>]] = []
    var open: [(start: Int, children: [Range<Int>])] = []
    // Where the element began, including its name.
    var begin = 0
    var isInText = false
    var place = 0
    while place < bytes.count {
      let byte = bytes[place]
      if isInText {
        if byte == 0x5C { place += 1 } else if byte == 0x22 { isInText = false }
      } else {
        switch byte {
        case 0x22: isInText = true
        case 0x7B, 0x5B:
          open.append((begin, []))
          begin = place + 1
        case 0x7D, 0x5D:
          if let closed = open.popLast() {
            groups.append(closed.children)
            if !open.isEmpty { open[open.count - 1].children.append(closed.start..<(place + 1)) }
          }
          begin = place + 1
        case 0x2C: begin = place + 1
        default: break
        }
      }
      place += 1
    }
    return groups + open.map(\.children)
  }

  /// For each name of an element, the elements of that name that are not nested in one another.
  private static func xmlGroups(_ bytes: [UInt8]) -> [[Range<Int>]] {
    var groups: [[UInt8]: [Range<Int>]] = [:]
    var open: [(name: [UInt8], start: Int)] = []
    for start in bytes.indices where bytes[start] == 0x3C {
      let isEnd = start + 1 < bytes.count && bytes[start + 1] == 0x2F
      let from = start + (isEnd ? 2 : 1)
      let name = Array(bytes[min(from, bytes.count)...].prefix { $0 > 0x20 && $0 != 0x3E && $0 != 0x2F })
      guard let close = bytes[start...].firstIndex(of: 0x3E), !name.isEmpty, name[0] != 0x21, name[0] != 0x3F else {
        continue
      }
      if !isEnd {
        if bytes[close - 1] != 0x2F { open.append((name, start)) }
      } else if let index = open.lastIndex(where: { $0.name == name }) {
        let range = open[index].start..<(close + 1)
        open.removeSubrange(index...)
        groups[name, default: []].removeAll { range.contains($0.lowerBound) }
        groups[name, default: []].append(range)
      }
    }
    return groups.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.value)
  }
}
