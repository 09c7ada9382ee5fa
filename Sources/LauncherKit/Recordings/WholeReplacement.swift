extension String {
  /// Replaces a text where it stands alone: `/home/al` in `/home/al/x` but not in `/home/alice`.
  func replacingWhole(_ value: String, with word: String) -> String {
    let (bytes, wanted) = (Array(utf8), Array(value.utf8))
    return String(decoding: bytes.replacingWhole(wanted, with: Array(word.utf8)), as: UTF8.self)
  }
}

extension [UInt8] {
  /// Replaces bytes where they stand alone: not within a longer name, and a folder not within a longer path.
  package func replacingWhole(_ value: [UInt8], with word: [UInt8]) -> [UInt8] {
    guard let first = value.first, let last = value.last, count >= value.count else { return self }
    func isPartOfName(_ byte: UInt8) -> Bool {
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
        || byte == 0x2D || byte >= 0x80
    }
    let isPath = first == 0x2F
    var result: [UInt8] = []
    var place = 0
    while place < count {
      if self[place] == first, place + value.count <= count, self[place..<(place + value.count)].elementsEqual(value) {
        let before = place > 0 ? self[place - 1] : nil
        let end = place + value.count
        let after = end < count ? self[end] : nil
        let beginsHere = before.map { !isPartOfName($0) && !(isPath && ($0 == 0x2F || $0 == 0x2E)) } ?? true
        let endsHere = after.map { !isPartOfName($0) && !(last == 0x2F && $0 != 0x20) } ?? true
        if beginsHere, endsHere {
          result += word
          place = end
          continue
        }
      }
      result.append(self[place])
      place += 1
    }
    return result
  }
}
