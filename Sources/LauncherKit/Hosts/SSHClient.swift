import FoundationEssentials
import Glibc
import LauncherProtocol

/// How the user's own ssh is called: with their configuration, keys, agent and known hosts; with one connection that
/// all commands and processes share; and without asking the user anything.
struct SSHClient: Hashable, Sendable {
  let destination: SSHDestination
  /// The configuration's settings that matter here, from `ssh -G`.
  private var settings: [Substring: Substring] = [:]

  /// How long the shared connection stays open when it is not used.
  static let persistence = 600

  init(_ destination: SSHDestination) { self.destination = destination }

  /// The command that prints the configuration for the host.
  var question: [String] { ["ssh", "-G"] + place }

  /// Takes over the configuration.
  mutating func learn(_ configuration: String) {
    for line in configuration.split(separator: "\n") {
      guard let blank = line.firstIndex(of: " ") else { continue }
      settings[line[..<blank]] = line[line.index(after: blank)...]
    }
  }

  /// The command that has the other machine run a line.
  func command(_ line: String) -> [String] { ["ssh", "-T", "-x"] + options.flatMap { ["-o", $0] } + place + [line] }

  private var place: [String] {
    (destination.user.map { ["-l", $0] } ?? []) + (destination.port.map { ["-p", "\($0)"] } ?? [])
      + ["--", destination.host]
  }

  private var options: [String] {
    // There is no user to type a password, and no standard input to type it into.
    var options = [
      "BatchMode=yes", "RequestTTY=no", "ForwardAgent=no", "ClearAllForwardings=yes", "PermitLocalCommand=no",
    ]
    if Self.isUnset(settings["connecttimeout"]) { options.append("ConnectTimeout=10") }
    // A connection that was lost silently, such as by a laptop that slept, is noticed.
    if Self.isUnset(settings["serveraliveinterval"]) {
      options += ["ServerAliveInterval=5", "ServerAliveCountMax=3"]
    }
    if isOurSocket { options.append("ControlPath=\(socket)") }
    if Self.isUnset(settings["controlmaster"]) { options.append("ControlMaster=auto") }
    if Self.isUnset(settings["controlpersist"]) { options.append("ControlPersist=\(Self.persistence)") }
    return options
  }

  private static func isUnset(_ value: Substring?) -> Bool {
    value.map { ["none", "0", "no", "false"].contains($0) } ?? true
  }

  /// The socket of the shared connection. If the user shares one, it is used: it may have been opened with a second
  /// factor.
  var socket: String {
    if !isOurSocket, let path = settings["controlpath"] { return String(path) }
    return "\(Self.socketFolder)/\(name)"
  }

  private var isOurSocket: Bool { Self.isUnset(settings["controlpath"]) }

  /// Identifies the machine and the user there; short, however long their names are.
  private var name: String {
    let parts =
      [destination.host[...]] + ["hostname", "user", "port", "proxyjump", "proxycommand"].map { settings[$0] ?? "" }
    // FNV-1a: the same in every process.
    let number = parts.joined(separator: "\n").utf8.reduce(14_695_981_039_346_656_037 as UInt64) { hash, byte in
      (hash ^ UInt64(byte)) &* 1_099_511_628_211
    }
    return String(number, radix: 16)
  }

  /// Whether a process holds the shared connection open, or died while it did.
  var hasSocket: Bool { access(socket, F_OK) == 0 }

  /// Keeps others from opening the shared connection at the same time: ssh leaves it to chance which of several becomes
  /// the one that is shared, and refuses the others meanwhile.
  ///
  /// - Returns: the lock, which others can take once it is released.
  func lock() async throws -> FileLock { try await FileLock.acquire("\(Self.socketFolder)/\(name).lock") }

  /// Where the sockets of shared connections are: short, since the system allows a socket's path 108 bytes.
  private static var socketFolder: String {
    let runtime = ProcessInfo.processInfo.environment["XDG_RUNTIME_DIR"] ?? ""
    var information = stat()
    // After `sudo` it may be another user's, who could put another folder in place of ours.
    let isOwn = stat(runtime, &information) == 0 && information.st_uid == geteuid()
    let isUsable = runtime.hasPrefix("/") && runtime.utf8.count < 30 && isOwn && access(runtime, W_OK) == 0
    let parent = isUsable ? runtime : "/tmp"
    return "\(parent)/launcher-ssh-\(geteuid())"
  }

  /// Makes the folder of the sockets, which must belong to the user alone: anyone who can connect to a socket is logged
  /// in.
  ///
  /// - Throws: `LauncherError` (`permissionDenied`) when another user created it.
  func prepare() throws {
    let folder = Self.socketFolder
    _ = mkdir(folder, 0o700)
    var information = stat()
    guard lstat(folder, &information) == 0, information.st_mode & S_IFMT == S_IFDIR,
      information.st_uid == geteuid(), information.st_mode & 0o077 == 0
    else {
      throw LauncherError(
        .permissionDenied,
        "\(folder), where connections over ssh are kept, is not yours alone",
        advice: "Remove it, or set ControlPath in ~/.ssh/config."
      )
    }
  }
}
