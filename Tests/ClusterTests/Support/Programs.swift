import Foundation
import Glibc
import Testing

/// Copies of the built programs where the cluster's users can reach them: the build folder may lie in a home that nobody
/// else may enter, and an adapter has to be root's or its user's own.
enum Programs {
  private static let names = ["launcher", "slurm-adapter", "local-adapter"]
  static let folder = "\(Cluster.root)/programs-\(getpid())"

  /// The path of `launcher`; the copies go when the tests have ended.
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
    return "\(folder)/launcher"
  }
}
