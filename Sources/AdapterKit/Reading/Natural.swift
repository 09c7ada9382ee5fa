/// Reads whole numbers that schedulers print.
enum Natural {
  /// A whole number from 0; `nil` for anything else, including an empty text.
  ///
  /// A broken listing can contain any number, and sums of its numbers must fit too: a number of more than 15 digits is
  /// rejected.
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
  /// A whole number from 0, of at most 15 digits; `nil` for anything else, including an empty text or a sign.
  public var natural: Int? { Natural.read(utf8) }
}
