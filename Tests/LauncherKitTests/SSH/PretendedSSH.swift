import Foundation

@testable import LauncherKit

/// Used in place of ssh: gives the line to a shell on this machine, as sshd gives it to the user's shell.
struct PretendedSSH: Sendable {
  let shell: String
  /// Written to standard output before anything else, as by a user's `.bashrc`.
  var noise = ""
  /// Variables of the user's login, and of every session.
  var environment: [String: String?] = [:]

  /// The shells that people have on clusters, if this machine has them.
  static let shells = ["sh", "bash", "dash", "zsh", "ksh", "tcsh", "fish"].filter { name in
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").contains {
      FileManager.default.isExecutableFile(atPath: "\($0)/\(name)")
    }
  }

  @Sendable
  func replace(_ command: NativeCommand) -> NativeCommand {
    var command = command
    if command.argv[1] == "-G" {
      command.argv = ["true"]
      return command
    }
    let words = [shell, "-c", command.argv.last ?? ""]
    command.argv = noise.isEmpty ? words : ["sh", "-c", "printf %s \"$1\"; shift; exec \"$@\"", "sh", noise] + words
    command.environment = ["SHELL": .some(shell)].merging(environment) { $1 }
    return command
  }
}
