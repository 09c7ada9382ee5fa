import FoundationEssentials
import Glibc

/// Replaces names and hosts in what is recorded.
public struct Redaction: Hashable, Sendable {
  /// What is replaced, with what stands for it, the longest first.
  let pairs: [(secret: [UInt8], word: [UInt8])]

  /// Replaces the user's name and groups, the machine's name and domain, and these words.
  public init(of surroundings: Surroundings, groups: [String] = Self.groups, words: [String] = []) {
    var pairs: [(String, String)] = []
    for (place, word) in words.enumerated() { pairs.append((word, "word\(place + 1)")) }
    if let user = surroundings.user { pairs.append((user, "user1")) }
    for (place, group) in groups.enumerated() where group != surroundings.user {
      pairs.append((group, "group\(place + 1)"))
    }
    if let host = surroundings.host {
      pairs.append((host, "host1"))
      if let dot = host.firstIndex(of: ".") {
        pairs.append((String(host[..<dot]), "host1"))
        pairs.append((String(host[host.index(after: dot)...]), "example"))
      }
    }
    var seen: Set<String> = []
    self.pairs = pairs.filter { !$0.0.isEmpty && seen.insert($0.0).inserted }
      .sorted { $0.0.utf8.count > $1.0.utf8.count }
      .map { (Array($0.0.utf8), Array($0.1.utf8)) }
  }

  /// The names of the groups of this process's user, but for those that every machine has.
  public static var groups: [String] {
    var numbers = [gid_t](repeating: 0, count: 256)
    let count = getgroups(Int32(numbers.count), &numbers)
    let names = ([getgid()] + numbers.prefix(max(0, Int(count)))).compactMap { number in
      getgrgid(number).map { String(cString: $0.pointee.gr_name) }
    }
    var seen: Set<String> = ["root", "users", "daemon", "adm", "sudo", "staff"]
    return names.filter { seen.insert($0).inserted }
  }

  func redacted(_ bytes: [UInt8]) -> [UInt8] {
    pairs.reduce(bytes) { $0.replacingWhole($1.secret, with: $1.word) }
  }

  func redacted(_ text: String) -> String { String(decoding: redacted(Array(text.utf8)), as: UTF8.self) }

  func redacted(_ tree: JSONTree) -> JSONTree {
    switch tree {
    case .text(let text): .text(redacted(text))
    case .list(let elements): .list(elements.map { redacted($0) })
    case .object(let members):
      .object(Dictionary(members.map { (redacted($0.key), redacted($0.value)) }) { first, _ in first })
    default: tree
    }
  }

  public static func == (left: Redaction, right: Redaction) -> Bool {
    left.pairs.elementsEqual(right.pairs) { $0 == $1 }
  }

  public func hash(into hasher: inout Hasher) {
    for pair in pairs {
      hasher.combine(pair.secret)
      hasher.combine(pair.word)
    }
  }
}
