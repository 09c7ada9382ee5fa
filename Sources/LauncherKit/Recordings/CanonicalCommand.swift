import FoundationEssentials

/// A command in a form that is the same for two runs of the same program, whoever runs it, where and when.
package struct CanonicalCommand: Hashable {
  let argv: [String]
  let stdin: String?
  /// The tokens in it, in their order.
  let tokens: [String]

  /// The form of a command that is asked again in the same surroundings.
  package init(_ command: NativeCommand) {
    self.init(argv: command.argv, stdin: command.stdin.map { Data($0.utf8) }, in: nil)
  }

  init(argv: [String], stdin: Data?, in surroundings: Surroundings?) {
    var tokens: [String] = []
    let texts = surroundings?.texts ?? []
    func canonical(_ text: String) -> String {
      var bytes = Array(text.utf8)
      for (value, word) in texts { bytes = bytes.replacingWhole(Array(value.utf8), with: Array(word.utf8)) }
      return String(decoding: Self.replacingPassing(bytes, tokens: &tokens), as: UTF8.self)
    }
    self.argv = argv.map(canonical)
    self.stdin = stdin.map { canonical(String(decoding: $0, as: UTF8.self)) }
    self.tokens = tokens
  }

  /// Replaces what differs from run to run: tokens, instants, seconds from now, and seconds since 1970.
  private static func replacingPassing(_ bytes: [UInt8], tokens: inout [String]) -> [UInt8] {
    func isWord(_ byte: UInt8) -> Bool {
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
    func isHex(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) }
    func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    let time = Array("\u{1}time\u{1}".utf8)
    var result: [UInt8] = []
    var place = 0
    while place < bytes.count {
      let end = bytes[place...].firstIndex { !isWord($0) } ?? bytes.count
      let word = bytes[place..<end]
      if word.count == 32, word.allSatisfy(isHex) {
        tokens.append(String(decoding: word, as: UTF8.self))
        result += Array("\u{1}token\u{1}".utf8)
      } else if word.count == 10, word.allSatisfy(isDigit), (0x35...0x39).contains(bytes[place + 1]), word.first == 0x31
      {
        result += time
      } else if word.allSatisfy(isDigit), result.suffix(4).elementsEqual("now+".utf8) {
        result += time
      } else if word.count == 4, let length = instantLength(bytes[place...]) {
        result += time
        place += length
        continue
      } else {
        result += word
      }
      place = end
      // What is between two words.
      while place < bytes.count, !isWord(bytes[place]) {
        result.append(bytes[place])
        place += 1
      }
    }
    return result
  }

  /// The length of `2026-11-21T06:03:00` if the bytes begin with an instant.
  private static func instantLength(_ bytes: ArraySlice<UInt8>) -> Int? {
    let shape = "dddd-dd-ddTdd:dd:dd".utf8
    guard bytes.count >= shape.count else { return nil }
    let fits = zip(bytes, shape).allSatisfy { byte, sign in
      sign == UInt8(ascii: "d") ? (0x30...0x39).contains(byte) : byte == sign
    }
    return fits ? shape.count : nil
  }

  package static func == (left: CanonicalCommand, right: CanonicalCommand) -> Bool {
    left.argv == right.argv && left.stdin == right.stdin
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(argv)
    hasher.combine(stdin)
  }
}
