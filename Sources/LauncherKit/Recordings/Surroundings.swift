import FoundationEssentials
import Glibc

/// The texts in a command that belong to who runs it and where: what a recording made on one machine and a question asked
/// on another may differ in.
public struct Surroundings: Hashable, Sendable, Codable {
  /// The user's name.
  public var user: String?
  /// The user's home folder.
  public var home: String?
  /// The folder the program ran in.
  public var directory: String?
  /// The folder for temporary files.
  public var temporaryFolder: String?
  /// The machine's name.
  public var host: String?

  /// Those of a machine and a user.
  public init(
    user: String? = nil,
    home: String? = nil,
    directory: String? = nil,
    temporaryFolder: String? = nil,
    host: String? = nil
  ) {
    self.user = user
    self.home = home
    self.directory = directory
    self.temporaryFolder = temporaryFolder
    self.host = host
  }

  /// Those of this process.
  public static var current: Surroundings {
    let variables = ProcessInfo.processInfo.environment
    var name = [CChar](repeating: 0, count: 256)
    let hasName = gethostname(&name, name.count - 1) == 0
    let entry = getpwuid(getuid())?.pointee
    return Surroundings(
      user: entry.flatMap { $0.pw_name }.map { String(cString: $0) },
      home: variables["HOME"] ?? entry.flatMap { $0.pw_dir }.map { String(cString: $0) },
      directory: FileManager.default.currentDirectoryPath,
      temporaryFolder: variables["TMPDIR"] ?? "/tmp",
      host: hasName ? String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : nil
    )
  }

  /// Each text with the word that stands for it, the longest first: a working folder usually lies in the home folder.
  ///
  /// One word stands for all folders, since they may be the same folder on one side only.
  var texts: [(text: String, word: String)] {
    let all = [
      (directory, "folder"), (home, "folder"), (temporaryFolder, "folder"), (host, "host"), (user, "user"),
      // Scripts name it where `TMPDIR` names another one.
      ("/tmp", "folder"),
    ]
    return all.compactMap { text, word in Self.trimmed(text).map { ($0, "\u{1}\(word)\u{1}") } }
      .sorted { $0.0.utf8.count > $1.0.utf8.count }
  }
}

extension Surroundings {
  /// Without the slashes at the end of a folder; `nil` for nothing.
  private static func trimmed(_ text: String?) -> String? {
    guard var text, !text.isEmpty else { return nil }
    while text.utf8.count > 1, text.utf8.last == 0x2F { text.removeLast() }
    return text
  }
}

/// A command in the form in which two runs of the same program ask it, whoever runs it, where and when.
struct CanonicalCommand: Hashable {
  let argv: [String]
  let stdin: String?
  /// The tokens in it, in their order.
  let tokens: [String]

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
      // What stands between two words.
      while place < bytes.count, !isWord(bytes[place]) {
        result.append(bytes[place])
        place += 1
      }
    }
    return result
  }

  /// The length of `2026-11-21T06:03:00` where the bytes begin with an instant.
  private static func instantLength(_ bytes: ArraySlice<UInt8>) -> Int? {
    let shape = "dddd-dd-ddTdd:dd:dd".utf8
    guard bytes.count >= shape.count else { return nil }
    let fits = zip(bytes, shape).allSatisfy { byte, sign in
      sign == UInt8(ascii: "d") ? (0x30...0x39).contains(byte) : byte == sign
    }
    return fits ? shape.count : nil
  }

  static func == (left: CanonicalCommand, right: CanonicalCommand) -> Bool {
    left.argv == right.argv && left.stdin == right.stdin
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(argv)
    hasher.combine(stdin)
  }
}

extension String {
  /// Replaces a text where it stands alone: `/home/al` in `/home/al/x` but not in `/home/alice`.
  func replacingWhole(_ value: String, with word: String) -> String {
    let (bytes, wanted) = (Array(utf8), Array(value.utf8))
    return String(decoding: bytes.replacingWhole(wanted, with: Array(word.utf8)), as: UTF8.self)
  }
}

extension [UInt8] {
  /// Replaces bytes where they stand alone: not within a longer name, and a folder not within a longer path.
  package func replacingWhole(_ value: [UInt8], with word: [UInt8]) -> [UInt8] {
    guard let first = value.first, let last = value.last, count >= value.count else { return self }
    func isPartOfName(_ byte: UInt8) -> Bool {
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
        || byte == 0x2D || byte >= 0x80
    }
    let isPath = first == 0x2F
    var result: [UInt8] = []
    var place = 0
    while place < count {
      if self[place] == first, place + value.count <= count, self[place..<(place + value.count)].elementsEqual(value) {
        let before = place > 0 ? self[place - 1] : nil
        let end = place + value.count
        let after = end < count ? self[end] : nil
        let beginsHere = before.map { !isPartOfName($0) && !(isPath && ($0 == 0x2F || $0 == 0x2E)) } ?? true
        let endsHere = after.map { !isPartOfName($0) && !(last == 0x2F && $0 != 0x20) } ?? true
        if beginsHere, endsHere {
          result += word
          place = end
          continue
        }
      }
      result.append(self[place])
      place += 1
    }
    return result
  }
}
