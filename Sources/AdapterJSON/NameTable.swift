import AdapterKit
import Glibc

/// Names that are searched for in every line of a listing.
///
/// Names of the same length are stored together, so that a name is compared with few others. The table is queried
/// millions of times in a large listing: it has its own memory, so that reading it counts no references.
struct NameTable {
  /// Longer names share a place.
  private static let greatestLength = 63

  private let storage: Storage
  private let text: UnsafeRawBufferPointer
  private let names: UnsafeBufferPointer<Name>
  private let firstOfLength: UnsafeBufferPointer<Int>

  private struct Name {
    let start: Int
    let count: Int
    let index: Int
  }

  /// What the pointers point to.
  private final class Storage {
    let text: UnsafeMutableRawBufferPointer
    let names: UnsafeMutableBufferPointer<Name>
    let firstOfLength: UnsafeMutableBufferPointer<Int>

    init(text: [UInt8], names: [Name], firstOfLength: [Int]) {
      self.text = .allocate(byteCount: text.count, alignment: 1)
      self.text.copyBytes(from: text)
      self.names = .allocate(capacity: names.count)
      _ = self.names.initialize(from: names)
      self.firstOfLength = .allocate(capacity: firstOfLength.count)
      _ = self.firstOfLength.initialize(from: firstOfLength)
    }

    deinit {
      text.deallocate()
      names.deallocate()
      firstOfLength.deallocate()
    }
  }

  init(_ list: [String]) {
    let sorted = list.enumerated().sorted { ($0.element.utf8.count, $0.offset) < ($1.element.utf8.count, $1.offset) }
    var text: [UInt8] = []
    let names = sorted.map { offset, name in
      defer { text += Array(name.utf8) }
      return Name(start: text.count, count: name.utf8.count, index: offset)
    }
    let firstOfLength = (0...Self.greatestLength + 1).map { length in
      names.firstIndex { min(Self.greatestLength, $0.count) >= length } ?? names.count
    }
    storage = Storage(text: text, names: names, firstOfLength: firstOfLength)
    self.text = UnsafeRawBufferPointer(storage.text)
    self.names = UnsafeBufferPointer(storage.names)
    self.firstOfLength = UnsafeBufferPointer(storage.firstOfLength)
  }

  /// Whether a name of that length may be among them.
  func hasLength(_ length: Int) -> Bool {
    let length = min(Self.greatestLength, length)
    return firstOfLength[length] < firstOfLength[length + 1]
  }

  /// Passes on the index of each entry that is that name.
  func forEachIndex(of name: UnsafeRawBufferPointer, _ body: (Int) -> Void) {
    let length = min(Self.greatestLength, name.count)
    for place in firstOfLength[length]..<firstOfLength[length + 1] where names[place].count == name.count {
      guard let mine = text.baseAddress, let other = name.baseAddress else { continue }
      if memcmp(mine + names[place].start, other, name.count) == 0 { body(names[place].index) }
    }
  }
}
