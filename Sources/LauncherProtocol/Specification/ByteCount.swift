/// An amount of memory or storage.
///
/// Read from what people type: a number and a unit, `4G`, `500MiB`, `1.5 TB`. Every unit counts in
/// steps of 1024, `4G`, `4GB` and `4GiB` alike, as Slurm, PBS and LSF do. A bare number is refused,
/// since it means megabytes to one scheduler and bytes to the next.
public struct ByteCount: Hashable, Sendable, Comparable {
  /// The number of bytes.
  public let bytes: Int64

  /// An amount in bytes.
  public init(_ bytes: Int64) { self.bytes = bytes }

  /// An amount in steps of 1024 × 1024 bytes.
  public static func mebibytes(_ count: Int64) -> ByteCount { ByteCount(count << 20) }

  /// An amount in steps of 1024³ bytes.
  public static func gibibytes(_ count: Int64) -> ByteCount { ByteCount(count << 30) }

  public static func < (left: ByteCount, right: ByteCount) -> Bool { left.bytes < right.bytes }

  /// Reads an amount.
  ///
  /// - Throws: `ValueError` that says what is wrong and how to write it.
  public init(parsing text: String) throws(ValueError) {
    let trimmed = text.filter { $0 != " " }
    let digits = trimmed.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    var unit = trimmed.dropFirst(digits.count).lowercased()
    guard !digits.isEmpty, let number = Double(digits), number.isFinite else {
      throw ValueError("‘\(text)’ is not a size: write a number and a unit, such as 4G or 500M")
    }
    if unit.isEmpty {
      throw ValueError("‘\(text)’ has no unit: write \(digits)M for megabytes, \(digits)G for gigabytes")
    }
    if unit != "b", unit.hasSuffix("ib") { unit = String(unit.dropLast(2)) }
    if unit.count == 2, unit.hasSuffix("b") { unit = String(unit.dropLast()) }
    guard let power = ["b": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5][unit] else {
      throw ValueError("‘\(text)’ has an unknown unit: use B, K, M, G, T or P, such as 4G or 500M")
    }
    var scaled = number
    for _ in 0..<power { scaled *= 1024 }
    guard scaled >= 1 || number == 0 else { throw ValueError("‘\(text)’ is less than a byte") }
    guard scaled < 9.0e18 else { throw ValueError("‘\(text)’ is more than any machine has") }
    self.bytes = Int64(scaled.rounded(.up))
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
}

extension ByteCount: Codable {
  public init(from decoder: any Decoder) throws {
    self = try decoder.singleValueContainer().parse { text throws(ValueError) in try ByteCount(parsing: text) }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
