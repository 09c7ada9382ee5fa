import Foundation
import Glibc
import Testing

@testable import LauncherKit

/// A folder that belongs to one test and is removed with it. No one else can write to it or to a folder above it, so
/// that adapters in it are trusted: it is in the package's build folder, or in the home folder if the build folder is
/// not suitable.
final class TestFolder: Sendable {
  let path: String

  init() throws {
    let package = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../..").standardized.path
    let home = ProcessInfo.processInfo.environment["HOME"] ?? ""
    for parent in [package + "/.build/test-folders", home + "/.cache/launcher-test-folders"] {
      let path = parent + "/" + UUID().uuidString
      let access: [FileAttributeKey: Any] = [.posixPermissions: 0o755]
      guard
        (try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true, attributes: access))
          != nil
      else { continue }
      let probe = path + "/probe-adapter"
      _ = FileManager.default.createFile(atPath: probe, contents: nil, attributes: access)
      if (try? AdapterTrust.check(probe)) != nil {
        try FileManager.default.removeItem(atPath: probe)
        self.path = path
        return
      }
      try? FileManager.default.removeItem(atPath: path)
    }
    throw CocoaError(.fileWriteNoPermission)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Writes a file and returns its path.
  @discardableResult
  func write(_ text: String, to name: String, mode: mode_t = 0o644) throws -> String {
    let file = path + "/" + name
    try FileManager.default.createDirectory(
      atPath: URL(filePath: file).deletingLastPathComponent().path,
      withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o755]
    )
    try Data(text.utf8).write(to: URL(filePath: file))
    try #require(chmod(file, mode) == 0)
    return file
  }

  /// Makes a folder and returns its path.
  func folder(_ name: String, mode: mode_t = 0o755) throws -> String {
    let folder = path + "/" + name
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try #require(chmod(folder, mode) == 0)
    return folder
  }
}

/// The recordings that are kept with the tests.
enum Fixtures {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Fixtures")
    .standardized
    .path
}

/// Waits until a condition is met; `false` when it still is not after a while.
func eventually(within limit: Duration = .patience, _ condition: () throws -> Bool) async rethrows -> Bool {
  let deadline = ContinuousClock.now + limit
  while ContinuousClock.now < deadline {
    if try condition() { return true }
    try? await Task.sleep(for: .milliseconds(10))
  }
  return try condition()
}

/// The processes of this machine, as far as tests need them.
enum Processes {
  /// Whether there is such a process; one that ended and has not been reaped counts as one.
  static func exists(_ pid: pid_t) -> Bool { access("/proc/\(pid)", F_OK) == 0 }

  /// The processes that have `text` in their arguments.
  static func mentioning(_ text: String) -> [pid_t] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.compactMap { pid_t($0) }.filter { pid in
      guard pid != getpid(), let data = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else {
        return false
      }
      return String(decoding: data, as: UTF8.self).contains(text)
    }
  }

  /// The children of this process that ended and have not been reaped.
  static func zombies() -> [pid_t] {
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return entries.compactMap { pid_t($0) }.filter { pid in
      guard let data = FileManager.default.contents(atPath: "/proc/\(pid)/stat") else { return false }
      let fields = String(decoding: data, as: UTF8.self).split(separator: ") ").last?.split(separator: " ") ?? []
      return fields.count > 1 && fields[0] == "Z" && fields[1] == "\(getpid())"
    }
  }

  /// How many descriptors this process has open.
  static func openDescriptors() -> Int {
    ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []).count
  }
}

/// Everything that starts processes, one after another: they would slow each other down on a small machine.
@Suite("Processes", .serialized, .timeLimit(.minutes(30)))
enum ProcessTests {}
