import FoundationEssentials
import Glibc
import LauncherProtocol

/// The folder for everything that outlives a program.
package enum StateRoot {
  /// `$LAUNCHER_STATE`; without it, `$XDG_STATE_HOME/launcher`, which is usually `~/.local/state/launcher`.
  package static func path(in environment: [String: String] = ProcessInfo.processInfo.environment) -> String {
    if let named = environment["LAUNCHER_STATE"], !named.isEmpty {
      return named.hasPrefix("/") ? named : currentDirectory() + "/" + named
    }
    if let base = absolute("XDG_STATE_HOME", in: environment) { return base + "/launcher" }
    return (absolute("HOME", in: environment) ?? homeOfUser() ?? "") + "/.local/state/launcher"
  }

  private static func absolute(_ name: String, in environment: [String: String]) -> String? {
    environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil }
  }

  private static func currentDirectory() -> String {
    guard let buffer = getcwd(nil, 0) else { return "/" }
    defer { free(buffer) }
    return String(cString: buffer)
  }

  private static func homeOfUser() -> String? {
    getpwuid(geteuid())?.pointee.pw_dir.map { String(cString: $0) }
  }
}
