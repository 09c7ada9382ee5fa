import Glibc

/// Reading what schedulers print, byte by byte: text is only made of what is needed.
extension UnsafeRawBufferPointer {
  /// The bytes as text; invalid UTF-8 becomes U+FFFD.
  public var text: String { String(decoding: self, as: UTF8.self) }

  /// Whether these are exactly the bytes of a text.
  public func equals(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount, let base = baseAddress else { return count == text.utf8CodeUnitCount }
    return memcmp(base, text.utf8Start, count) == 0
  }

  /// Whether the bytes begin with those of a text.
  public func hasPrefix(_ text: StaticString) -> Bool {
    guard count >= text.utf8CodeUnitCount, let base = baseAddress else { return false }
    return memcmp(base, text.utf8Start, text.utf8CodeUnitCount) == 0
  }

  /// A whole number from 0, of at most 15 digits, so that thousands of them can be added up; `nil` for anything else,
  /// including an empty text.
  public var natural: Int? { Natural.read(self) }

  /// The part from one place up to another.
  public func part(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: self[range]) }

  /// The part from a place to the end.
  public func part(from start: Int) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: self[start...]) }

  /// How often a byte occurs.
  public func count(of byte: UInt8) -> Int { reduce(0) { $1 == byte ? $0 + 1 : $0 } }

  /// The first place of a byte.
  public func firstPlace(of byte: UInt8) -> Int? {
    guard let base = baseAddress, count > 0, let found = memchr(base, Int32(byte), count) else { return nil }
    return UnsafeRawPointer(found) - base
  }

  /// The first bytes for people, with anything but printable ASCII as `\xNN`.
  public func excerpt(_ length: Int = 200) -> String {
    var text = ""
    for byte in self.prefix(length) {
      if byte >= 0x20, byte < 0x7F, byte != 0x5C {
        text.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16)
        text += "\\x" + (digits.count == 1 ? "0" : "") + digits
      }
    }
    return text
  }
}

/// The columns of a record between delimiters; the last one takes the rest, whatever it holds.
public struct ColumnSplitter {
  private let delimiter: UInt8
  private let isTerminated: Bool
  private var places: [Range<Int>]
  /// How many columns the record that was split last has; more are never counted.
  public private(set) var count = 0

  /// A splitter for records with this many columns; `isTerminated` if the delimiter also follows the last one.
  public init(columns: Int, delimiter: UInt8, isTerminated: Bool) {
    self.delimiter = delimiter
    self.isTerminated = isTerminated
    places = Array(repeating: 0..<0, count: columns)
  }

  /// Splits a record.
  ///
  /// - Returns: whether it has all its columns.
  public mutating func split(_ record: UnsafeRawBufferPointer) -> Bool {
    count = 0
    var start = 0
    var limit = record.count
    if isTerminated {
      guard record.last == delimiter else {
        _ = splitAll(record, from: &start, limit: limit)
        return false
      }
      limit -= 1
    }
    guard splitAll(record, from: &start, limit: limit) else { return false }
    places[count] = start..<limit
    count += 1
    return true
  }

  private mutating func splitAll(_ record: UnsafeRawBufferPointer, from start: inout Int, limit: Int) -> Bool {
    guard let base = record.baseAddress else { return places.count == 1 }
    while count < places.count - 1 {
      guard start <= limit, let found = memchr(base + start, Int32(delimiter), limit - start) else { return false }
      let place = UnsafeRawPointer(found) - base
      places[count] = start..<place
      count += 1
      start = place + 1
    }
    return true
  }

  /// A column of the record that was split last; empty if it has none.
  public func column(_ index: Int, of record: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    guard index >= 0, index < count else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    return record.part(places[index])
  }
}

/// Texts that recur in a listing, created once: users, queues, reasons, folders.
public struct TextCache {
  private var texts: [String?] = Array(repeating: nil, count: 512)

  /// An empty cache.
  public init() {}

  /// The bytes as text.
  public mutating func text(_ bytes: UnsafeRawBufferPointer) -> String {
    let place = Int(truncatingIfNeeded: Self.hash(bytes) & 511)
    if let known = texts[place], Self.equal(known, bytes) { return known }
    let text = bytes.text
    texts[place] = text
    return text
  }

  /// Eight bytes at a time: a text costs little more than the check whether it is known.
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var hash = UInt64(truncatingIfNeeded: bytes.count)
    var place = 0
    func mix(_ word: UInt64) {
      hash = (hash ^ word) &* 0x9E37_79B9_7F4A_7C15
      hash ^= hash >> 32
    }
    while place + 8 <= bytes.count {
      mix(bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
      place += 8
    }
    var rest: UInt64 = 0
    for byte in bytes[place...] { rest = rest << 8 | UInt64(byte) }
    mix(rest)
    return hash
  }

  private static func equal(_ text: String, _ bytes: UnsafeRawBufferPointer) -> Bool {
    var text = text
    return text.withUTF8 { known in
      guard known.count == bytes.count else { return false }
      guard let mine = known.baseAddress, let other = bytes.baseAddress else { return true }
      return memcmp(mine, other, known.count) == 0
    }
  }
}
