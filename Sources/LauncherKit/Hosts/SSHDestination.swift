import LauncherProtocol

/// A machine that is reached over ssh: `ssh://[user@]host[:port][/folder]`.
///
/// The host may be a name of `~/.ssh/config`. The folder is where relative paths of jobs begin; without it, they begin
/// in the home folder.
public struct SSHDestination: Hashable, Sendable {
  /// A name of DNS or of `~/.ssh/config`, or an address.
  public let host: String
  /// The user there; if `nil`, the one in the ssh configuration.
  public let user: String?
  /// The port; if `nil`, the one in the ssh configuration.
  public let port: Int?
  /// Where relative paths of jobs begin, absolute; if `nil`, the home folder.
  public let directory: String?

  /// Parses `ssh://[user@]host[:port][/folder]`.
  ///
  /// - Throws: `LauncherError` (`invalidValue`) that says what is wrong with it.
  public init(_ text: String) throws {
    func wrong(_ why: String) -> LauncherError {
      LauncherError(
        .invalidValue,
        "‘\(text)’ is not a host to reach over ssh: \(why)",
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
      guard Self.isName(user, with: "._-+") else { throw wrong("‘\(user)’ is not a user's name") }
    }
    var port: Int?
    let afterBrackets = rest.lastIndex(of: "]").map { rest.index(after: $0) } ?? rest.startIndex
    if let colon = rest[afterBrackets...].lastIndex(of: ":") {
      guard let number = Int(rest[rest.index(after: colon)...]), (1...65_535).contains(number) else {
        throw wrong("‘\(rest[rest.index(after: colon)...])’ is not a port: a number from 1 to 65535")
      }
      port = number
      rest = rest[..<colon]
    }
    let isBracketed = rest.hasPrefix("[") && rest.hasSuffix("]")
    let host = isBracketed ? String(rest.dropFirst().dropLast()) : String(rest)
    guard !host.isEmpty else { throw wrong("it names no host") }
    guard Self.isName(host, with: isBracketed ? ".:%-_" : ".-_") else { throw wrong("‘\(host)’ is not a host's name") }
    (self.host, self.user, self.port, directory) = (host, user, port, folder)
  }

  /// Whether ssh and whatever its configuration makes of it (`ProxyCommand … %h`) can only take it for a name.
  private static func isName(_ text: String, with others: String) -> Bool {
    guard let first = text.utf8.first, first != UInt8(ascii: "-") else { return false }
    return text.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || others.utf8.contains(byte)
    }
  }
}

extension SSHDestination: CustomStringConvertible {
  /// As it was written, without its folder.
  public var description: String {
    let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
    return "ssh://\(user.map { "\($0)@" } ?? "")\(name)\(port.map { ":\($0)" } ?? "")"
  }
}
