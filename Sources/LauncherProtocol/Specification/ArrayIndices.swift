/// The indices of an array job and how many of its tasks may run at a time: `1-10`, `0-100:5`, `1,3,7-9%2`.
public struct ArrayIndices: Hashable, Sendable {
  /// One piece of the list: from `first` to `last` in steps.
  public struct Range: Hashable, Sendable {
    /// The first index.
    public let first: Int
    /// The last index, included if the steps reach it.
    public let last: Int
    /// The distance from one index to the next; 1 or more.
    public let step: Int
  }

  /// The pieces as they were written.
  public let ranges: [Range]
  /// At most this many tasks at a time; `nil` for no limit.
  public let concurrencyLimit: Int?

  /// The most tasks that one array may have here; sites set lower limits of their own.
  public static let greatestCount = 1_000_000

  /// The indices in ascending order, each once.
  public var indices: [Int] {
    var all: [Int] = []
    for range in ranges { all.append(contentsOf: stride(from: range.first, through: range.last, by: range.step)) }
    return Array(Set(all)).sorted()
  }

  /// Indices from `range`, at most `concurrencyLimit` of them at a time.
  public init(_ range: ClosedRange<Int>, step: Int = 1, concurrencyLimit: Int? = nil) {
    self.ranges = [Range(first: range.lowerBound, last: range.upperBound, step: max(1, step))]
    self.concurrencyLimit = concurrencyLimit
  }

  /// Reads a list of indices and ranges, with steps after `:` and a limit after `%`.
  ///
  /// - Throws: `ValueError` that says what is wrong and how to write it.
  public init(parsing text: String) throws(ValueError) {
    let halves = text.split(separator: "%", omittingEmptySubsequences: false)
    guard halves.count <= 2, let list = halves.first, !list.isEmpty else { throw Self.malformed(text) }
    if halves.count == 2 {
      guard let limit = Self.natural(halves[1]), limit > 0 else {
        throw ValueError("‘\(text)’: the number after % is how many tasks may run at a time, 1 or more")
      }
      concurrencyLimit = limit
    } else {
      concurrencyLimit = nil
    }
    var ranges: [Range] = []
    var count = 0
    for piece in list.split(separator: ",", omittingEmptySubsequences: false) {
      let range = try Self.range(piece, in: text)
      ranges.append(range)
      count += (range.last - range.first) / range.step + 1
    }
    guard count <= Self.greatestCount else {
      throw ValueError("‘\(text)’ has \(count) tasks; an array may have at most \(Self.greatestCount)")
    }
    self.ranges = ranges
  }

  private static func range(_ piece: Substring, in text: String) throws(ValueError) -> Range {
    let stepParts = piece.split(separator: ":", omittingEmptySubsequences: false)
    let ends = (stepParts.first ?? "").split(separator: "-", omittingEmptySubsequences: false)
    guard stepParts.count <= 2, ends.count <= 2, let first = ends.first.flatMap(natural),
      let last = ends.last.flatMap(natural)
    else { throw malformed(text) }
    guard first <= last else { throw ValueError("‘\(text)’: \(first)-\(last) runs backwards") }
    guard stepParts.count == 2 else { return Range(first: first, last: last, step: 1) }
    guard ends.count == 2, let step = natural(stepParts[1]), step > 0 else { throw malformed(text) }
    return Range(first: first, last: last, step: step)
  }

  private static func natural(_ text: Substring) -> Int? {
    guard !text.isEmpty, text.utf8.count <= 9, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return Int(text)
  }

  private static func malformed(_ text: String) -> ValueError {
    ValueError("‘\(text)’ is not a list of array indices: write 1-10, 0-100:5, 1,3,7 or 1-10%2")
  }
}

extension ArrayIndices: CustomStringConvertible {
  /// The list as it is written: `1-10:3,12%2`.
  public var description: String {
    let list = ranges.map { range in
      if range.first == range.last { return "\(range.first)" }
      return "\(range.first)-\(range.last)" + (range.step == 1 ? "" : ":\(range.step)")
    }
    return list.joined(separator: ",") + (concurrencyLimit.map { "%\($0)" } ?? "")
  }
}

extension ArrayIndices: Codable {
  public init(from decoder: any Decoder) throws {
    self = try decoder.singleValueContainer().parse { text throws(ValueError) in try ArrayIndices(parsing: text) }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}
