import LauncherProtocol

/// A machine that is reached over ssh: `ssh://[user@]host[:port][/folder]`.
///
/// The host may be a name of `~/.ssh/config`. The folder is where relative paths of jobs begin; the home without it.
public struct SSHDestination: Hashable, Sendable {
  /// A name of DNS or of `~/.ssh/config`, or an address.
  public let host: String
  /// The user there; whom the configuration of ssh names without it.
  public let user: String?
  /// The port; what the configuration of ssh says without it.
  public let port: Int?
  /// Where relative paths of jobs begin, absolute; the home without it.
  public let directory: String?

  /// Reads `ssh://[user@]host[:port][/folder]`.
  ///
  /// - Throws: `LauncherError` (`invalidValue`) that says what is wrong with it.
  public init(_ text: String) throws {
    func wrong(_ why: String) -> LauncherError {
      LauncherError(
        .invalidValue,
        "‘\(text)’ is no host to reach over ssh: \(why)",
        advice: "Write ssh://[user@]host[:port], for instance ssh://ada@login.example.org"
      )
    }
    let scheme = "ssh://"
    guard text.hasPrefix(scheme) else { throw wrong("it does not begin with \(scheme)") }
    var rest = text.dropFirst(scheme.count)
    var folder: String?
    if let slash = rest.firstIndex(of: "/") {
      if rest[slash...] != "/" { folder = String(rest[slash...]) }
      rest = rest[..<slash]
    }
    if let folder, folder.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
      throw wrong("there is a control character in its folder")
    }
    var user: String?
    if let at = rest.lastIndex(of: "@") {
      user = String(rest[..<at])
      rest = rest[rest.index(after: at)...]
    }
    if let user {
      guard !user.contains(":") else { throw wrong("a password has no place in it; ssh asks its agent for keys") }
      guard Self.isName(user, with: "._-+") else { throw wrong("‘\(user)’ is no user's name") }
    }
    var port: Int?
    let afterBrackets = rest.lastIndex(of: "]").map { rest.index(after: $0) } ?? rest.startIndex
    if let colon = rest[afterBrackets...].lastIndex(of: ":") {
      guard let number = Int(rest[rest.index(after: colon)...]), (1...65_535).contains(number) else {
        throw wrong("‘\(rest[rest.index(after: colon)...])’ is no port: a number from 1 to 65535")
      }
      port = number
      rest = rest[..<colon]
    }
    let isBracketed = rest.hasPrefix("[") && rest.hasSuffix("]")
    let host = isBracketed ? String(rest.dropFirst().dropLast()) : String(rest)
    guard !host.isEmpty else { throw wrong("it names no host") }
    guard Self.isName(host, with: isBracketed ? ".:%-_" : ".-_") else { throw wrong("‘\(host)’ is no host's name") }
    (self.host, self.user, self.port, directory) = (host, user, port, folder)
  }

  /// Whether ssh and whatever its configuration makes of it (`ProxyCommand … %h`) can take it for nothing but a name.
  private static func isName(_ text: String, with others: String) -> Bool {
    guard let first = text.utf8.first, first != UInt8(ascii: "-") else { return false }
    return text.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || others.utf8.contains(byte)
    }
  }
}

extension SSHDestination: CustomStringConvertible {
  /// As it was written, its folder aside.
  public var description: String {
    let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
    return "ssh://\(user.map { "\($0)@" } ?? "")\(name)\(port.map { ":\($0)" } ?? "")"
  }
}
