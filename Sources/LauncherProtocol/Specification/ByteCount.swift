/// An amount of memory or storage.
///
/// Parsed from what people type: a number and a unit, `4G`, `500MiB`, `1.5 TB`. Every unit counts in steps of 1024,
/// `4G`, `4GB` and `4GiB` alike, as Slurm, PBS and LSF do. A bare number is refused, since it means megabytes to one
/// scheduler and bytes to the next.
public struct ByteCount: Hashable, Sendable, Comparable {
  /// The number of bytes.
  public let bytes: Int64

  /// An amount in bytes.
  public init(_ bytes: Int64) { self.bytes = bytes }

  /// An amount in steps of 1024 × 1024 bytes, or the greatest possible amount if it is greater.
  public static func mebibytes(_ count: Int64) -> ByteCount { times(count, 1 << 20) }

  /// An amount in steps of 1024³ bytes, or the greatest possible amount if it is greater.
  public static func gibibytes(_ count: Int64) -> ByteCount { times(count, 1 << 30) }

  private static func times(_ count: Int64, _ unit: Int64) -> ByteCount {
    let (product, isTooGreat) = count.multipliedReportingOverflow(by: unit)
    return ByteCount(isTooGreat ? (count < 0 ? .min : .max) : product)
  }

  public static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }

  /// Reads an amount above zero.
  ///
  /// - Throws: `ValueError` that says what is wrong and how to write it.
  public init(parsing text: String) throws(ValueError) {
    let (digits, rest) = Self.split(text)
    var unit = rest.lowercased()
    guard !digits.isEmpty, let number = Double(digits), number.isFinite else {
      throw ValueError("‘\(text)’ is not a size: write a number and a unit, such as 4G or 500M")
    }
    if unit.isEmpty {
      throw ValueError("‘\(text)’ has no unit: write \(digits)M for megabytes, \(digits)G for gigabytes")
    }
    for ending in ["ib", "b"] where unit.count == ending.count + 1 && unit.hasSuffix(ending) && !unit.hasPrefix("b") {
      unit = String(unit.dropLast(ending.count))
    }
    guard let power = ["b": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5][unit] else {
      throw ValueError("‘\(text)’ has an unknown unit: use B, K, M, G, T or P, such as 4G or 500M")
    }
    if let whole = Int64(digits), whole > 0 {
      // Whole numbers exactly, as long as they fit.
      let (bytes, overflow) = whole.multipliedReportingOverflow(by: 1 << (10 * power))
      if !overflow {
        self.bytes = bytes
        return
      }
    }
    var scaled = number
    for _ in 0..<power { scaled *= 1024 }
    guard scaled >= 1 else { throw ValueError("‘\(text)’ is not an amount of memory: it has to be above zero") }
    guard scaled < 9.0e18 else { throw ValueError("‘\(text)’ is more than any machine has") }
    self.bytes = Int64(scaled.rounded(.up))
  }

  /// The leading number and what follows it; blanks may occur around the two, not inside them.
  private static func split(_ text: String) -> (digits: Substring, unit: Substring) {
    let trimmed = text.drop { $0 == " " }
    let digits = trimmed.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    var unit = trimmed.dropFirst(digits.count).drop { $0 == " " }
    while unit.last == " " { unit.removeLast() }
    return (digits, unit)
  }
}

extension ByteCount: CustomStringConvertible {
  /// The amount in the largest unit that holds it exactly: `4G`, `1536M`, `1000B`.
  public var description: String {
    var value = bytes
    var index = 0
    let units = ["B", "K", "M", "G", "T", "P"]
    while value != 0, value % 1024 == 0, index < units.count - 1 {
      value /= 1024
      index += 1
    }
    return "\(value)\(units[index])"
  }

  /// The amount for people, with one decimal at most: `3.2G`.
  public var rounded: String {
    let units: [(String, Int64)] = [("G", 1 << 30), ("M", 1 << 20), ("K", 1 << 10)]
    for (unit, size) in units where bytes >= size {
      let tenths = (Double(bytes) / Double(size) * 10).rounded() / 10
      return tenths == tenths.rounded() ? "\(Int64(tenths))\(unit)" : "\(tenths)\(unit)"
    }
    return "\(bytes)B"
  }
}

extension ByteCount: Codable {
  public init(from decoder: any Decoder) throws {
    // Zero is written as well: a node may report it. `JobSpec.problems` rejects it in a request.
    self = try decoder.singleValueContainer().parse { text throws(ValueError) in
      text == "0B" ? ByteCount(0) : try ByteCount(parsing: text)
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
