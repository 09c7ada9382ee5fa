import Glibc

extension [UInt8] {
  /// Whether some bytes occur in these.
  func holds(_ wanted: [UInt8]) -> Bool {
    guard let first = wanted.first else { return true }
    return withUnsafeBytes { bytes in
      var rest = bytes[...]
      while rest.count >= wanted.count, let begin = UnsafeRawBufferPointer(rebasing: rest).baseAddress,
        let found = memchr(begin, Int32(first), rest.count - wanted.count + 1)
      {
        if memcmp(found, wanted, wanted.count) == 0 { return true }
        rest = rest.dropFirst(UnsafeRawPointer(found) - begin + 1)
      }
      return false
    }
  }
}
