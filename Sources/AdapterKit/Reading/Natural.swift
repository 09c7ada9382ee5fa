/// Reads whole numbers that schedulers print.
enum Natural {
  /// A whole number from 0; `nil` for anything else, an empty text included.
  ///
  /// A broken listing can name any number, and what is added up from it must fit too: one of more than 15 digits is none.
  static func read(_ digits: some Sequence<UInt8>) -> Int? {
    var value = 0
    var count = 0
    for byte in digits {
      guard byte >= 0x30, byte <= 0x39, count < 15 else { return nil }
      value = value * 10 + Int(byte - 0x30)
      count += 1
    }
    return count > 0 ? value : nil
  }
}

extension StringProtocol {
  /// A whole number from 0, of 15 digits at most; `nil` for anything else, an empty text and a sign included.
  public var natural: Int? { Natural.read(utf8) }
}
