import FoundationEssentials
import Glibc

/// The texts in a command that depend on who runs it and where: the differences between a recording made on one machine
/// and a question asked on another.
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

  /// Each text with the word that stands for it, the longest first: a working folder is usually inside the home folder.
  ///
  /// One word stands for all folders, since they may be the same folder on one side only.
  var texts: [(text: String, word: String)] {
    let all = [
      (directory, "folder"), (home, "folder"), (temporaryFolder, "folder"), (host, "host"), (user, "user"),
      // Scripts name it even if `TMPDIR` names another one.
      ("/tmp", "folder"),
    ]
    return all.compactMap { text, word in Self.trimmed(text).map { ($0, "\u{1}\(word)\u{1}") } }
      .sorted { $0.0.utf8.count > $1.0.utf8.count }
  }
}

extension Surroundings {
  /// A folder without trailing slashes; `nil` for an empty text.
  private static func trimmed(_ text: String?) -> String? {
    guard var text, !text.isEmpty else { return nil }
    while text.utf8.count > 1, text.utf8.last == 0x2F { text.removeLast() }
    return text
  }
}
