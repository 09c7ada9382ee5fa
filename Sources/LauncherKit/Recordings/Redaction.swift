import FoundationEssentials
import Glibc
import LauncherProtocol

/// Replaces names, hosts, home folders and the values of jobs' variables in what is recorded.
public struct Redaction: Hashable, Sendable {
  /// The names to replace, with their replacements, the longest first.
  private let names: [Rule]
  /// The same for values of variables, which are replaced within longer words too.
  private var values: [Rule] = []

  private struct Rule: Hashable, Sendable {
    let secret: [UInt8]
    let word: [UInt8]

    init(_ secret: String, _ word: String) { (self.secret, self.word) = (Array(secret.utf8), Array(word.utf8)) }
  }

  /// Replaces the user's name, home and groups, the machine's name and domain, and these words.
  public init(of surroundings: Surroundings, groups: [String] = Self.groups, words: [String] = []) {
    var pairs: [(String, String)] = []
    for (place, word) in words.enumerated() { pairs.append((word, "word\(place + 1)")) }
    if let home = surroundings.home { pairs.append((Self.withoutSlash(home), "/home/user1")) }
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
    var seen: Set<String> = [""]
    names = pairs.filter { seen.insert($0.0).inserted }.map { Rule($0.0, $0.1) }
      .sorted { $0.secret.count > $1.secret.count }
  }

  /// Replaces only the values of these variables.
  init(variables: [String: String]) {
    names = []
    values = Self.rules(for: variables)
  }

  /// Replaces the values of these variables too.
  func adding(variables: [String: String]) -> Redaction {
    var redaction = self
    redaction.values = Self.rules(for: variables)
    return redaction
  }

  private static func withoutSlash(_ path: String) -> String {
    var path = path
    while path.hasSuffix("/") { path.removeLast() }
    return path
  }

  // MARK: Values of variables

  /// A value this short is replaced only after the variable's name: it may be a part of anything.
  private static let leastLength = 6

  private static func rules(for variables: [String: String]) -> [Rule] {
    var rules: [Rule] = []
    for (name, value) in variables where !value.isEmpty {
      let word = "redacted-\(name)"
      for form in forms(of: value) {
        rules.append(Rule("\(name)=\(form)", "\(name)=\(word)"))
        if value.utf8.count >= leastLength { rules.append(Rule(form, word)) }
      }
      for line in value.split(separator: "\n")
      where line.utf8.count >= leastLength && line.utf8.count < value.utf8.count {
        rules.append(Rule(String(line), word))
      }
    }
    return Array(Set(rules)).sorted { left, right in
      left.secret.count == right.secret.count
        ? left.secret.lexicographicallyPrecedes(right.secret) : left.secret.count > right.secret.count
    }
  }

  /// The forms in which a value is written: as it is, as a shell reads it, as JSON, and with the backslashes of lists.
  private static func forms(of value: String) -> Set<String> {
    var forms: Set<String> = [value, ShellText.quoted(value), "\"\(value)\""]
    forms.insert(String(ShellText.quoted("\(value) ").dropFirst().dropLast(2)))
    if let json = try? JSONTree(value).text { forms.insert(String(json.dropFirst().dropLast())) }
    for special in [",", "\\,'\"", "\\\"$`"] {
      forms.insert(value.reduce(into: "") { $0 += special.contains($1) ? "\\\($1)" : "\($1)" })
    }
    return forms
  }

  // MARK: Replacing

  func redacted(_ bytes: [UInt8]) -> [UInt8] {
    let bytes = values.reduce(bytes) { bytes, rule in
      var bytes = bytes
      bytes.replace(rule.secret, with: rule.word)
      return bytes
    }
    return names.reduce(bytes) { $0.replacingWhole($1.secret, with: $1.word) }
  }

  func redacted(_ text: String) -> String { String(decoding: redacted(Array(text.utf8)), as: UTF8.self) }

  func redacted(_ tree: JSONTree) -> JSONTree {
    switch tree {
    case .text(let text): .text(redacted(text))
    case .list(let elements): .list(elements.map { redacted($0) })
    case .object(let members):
      .object(
        Dictionary(
          members.map { name, member in
            name == "environment" ? (name, redactedEnvironment(member)) : (redacted(name), redacted(member))
          }
        ) { first, _ in first }
      )
    default: tree
    }
  }

  /// The environment of a specification: each value that is set is replaced, however short it is.
  private func redactedEnvironment(_ tree: JSONTree) -> JSONTree {
    guard case .object(var members) = tree, case .object(let set)? = members["set"] else { return redacted(tree) }
    members["set"] = .object(
      Dictionary(uniqueKeysWithValues: set.map { name, _ in (name, JSONTree.text("redacted-\(name)")) })
    )
    return .object(members)
  }

  /// The names of the groups of this process's user, except those that every machine has.
  public static var groups: [String] {
    var numbers = [gid_t](repeating: 0, count: 256)
    let count = getgroups(Int32(numbers.count), &numbers)
    let names = ([getgid()] + numbers.prefix(max(0, Int(count)))).compactMap { number in
      getgrgid(number).map { String(cString: $0.pointee.gr_name) }
    }
    var seen: Set<String> = ["root", "users", "daemon", "adm", "sudo", "staff"]
    return names.filter { seen.insert($0).inserted }
  }
}
