import FoundationEssentials
import LauncherKit

/// A folder of this process's own.
struct TemporaryFolder {
  let path: String

  /// - Throws: `Failure` when it cannot be created.
  init() throws {
    let parent = ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    path = "\(parent)/launcher-\(Launcher.makeToken())"
    do {
      try FileManager.default.createDirectory(
        atPath: path,
        withIntermediateDirectories: false,
        attributes: [.posixPermissions: 0o700]
      )
    } catch {
      throw Failure(
        .inputOutput,
        "no temporary folder can be made in \(parent): \(error)",
        advice: "Make room there, or set TMPDIR to a folder that you can write to."
      )
    }
  }

  func remove() { try? FileManager.default.removeItem(atPath: path) }
}
