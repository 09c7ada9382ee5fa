import Foundation
import Glibc
import Testing

/// Copies of the built programs where the cluster's users can reach them: the build folder may be in a home that no one
/// else may enter, and an adapter has to belong to root or its user.
enum Programs {
  private static let names = ["launcher", "slurm-adapter", "local-adapter"]
  static let folder = "\(Cluster.root)/programs-\(getpid())"

  /// The path of `launcher`; the copies are removed when the tests have ended.
  static let launcher: Result<String, any Error> = Result {
    let files = FileManager.default
    try files.createDirectory(
      atPath: folder,
      withIntermediateDirectories: false,
      attributes: [.posixPermissions: 0o755]
    )
    atexit { try? FileManager.default.removeItem(atPath: Programs.folder) }
    let build = URL(filePath: try files.destinationOfSymbolicLink(atPath: "/proc/self/exe")).deletingLastPathComponent()
    for name in names {
      try files.copyItem(atPath: build.appending(path: name).path, toPath: "\(folder)/\(name)")
      try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: "\(folder)/\(name)")
    }
    guard let login = Cluster.login else { return "\(folder)/launcher" }
    // A user who has none of the scheduler's commands, and works where relative paths begin on the other machine.
    let overSSH = """
      #!/bin/sh
      exec env -u SLURM_CONF PATH='\(login)/bin' LAUNCHER_HOST="ssh://login$PWD" '\(folder)/launcher' "$@"

      """
    let wrapper = "\(folder)/launcher-over-ssh"
    try overSSH.write(toFile: wrapper, atomically: true, encoding: .utf8)
    try files.setAttributes([.posixPermissions: 0o755], ofItemAtPath: wrapper)
    return wrapper
  }
}
