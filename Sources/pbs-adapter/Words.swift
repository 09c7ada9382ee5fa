import AdapterKit
import Glibc

/// Searches for words in a scheduler's text, byte by byte: comments are examined for every job of a listing.
extension String {
  /// Whether the words occur anywhere in the text.
  func has(_ words: StaticString) -> Bool {
    var text = self
    return text.withUTF8 { bytes in
      let bytes = UnsafeRawBufferPointer(bytes)
      guard let base = bytes.baseAddress, words.utf8CodeUnitCount > 0 else { return false }
      var place = 0
      while place + words.utf8CodeUnitCount <= bytes.count {
        let first = Int32(words.utf8Start.pointee)
        guard let found = memchr(base + place, first, bytes.count - words.utf8CodeUnitCount + 1 - place) else {
          return false
        }
        if memcmp(found, words.utf8Start, words.utf8CodeUnitCount) == 0 { return true }
        place = UnsafeRawPointer(found) - base + 1
      }
      return false
    }
  }

  /// The text before the first occurrence of a byte; all of it if there is none.
  func before(_ byte: UInt8) -> String {
    guard let end = utf8.firstIndex(of: byte) else { return self }
    return String(self[..<end])
  }
}
