/// The lines of an output, each with its end.
struct TextLines: Sendable {
  let bytes: [UInt8]
  let ranges: [Range<Int>]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var ranges: [Range<Int>] = []
    var start = 0
    for (place, byte) in bytes.enumerated() where byte == 0x0A {
      ranges.append(start..<(place + 1))
      start = place + 1
    }
    if start < bytes.count { ranges.append(start..<bytes.count) }
    self.ranges = ranges
  }

  /// The first and the last byte of a line.
  func ends(of line: Int) -> [Int] {
    ranges.indices.contains(line) ? [ranges[line].lowerBound, ranges[line].upperBound - 1] : []
  }

  /// The line that holds a byte.
  func line(of place: Int) -> Int? {
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound <= place { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count ? low : nil
  }
}
