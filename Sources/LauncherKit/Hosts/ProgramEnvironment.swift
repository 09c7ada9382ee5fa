@preconcurrency import Glibc
import LauncherProtocol
import Subprocess
import SystemPackage

/// This program's environment, byte by byte, and what a native command gets of it. Read once: a thousand submissions need
/// it a thousand times.
struct ProgramEnvironment: Sendable {
  /// What stays here: a job inherits the environment of the command that submits it, and a `launcher` in the job would go
  /// on with this program's recording.
  private static let kept = ["LAUNCHER_RECORD=", "LAUNCHER_RECORD_REDACT="].map { Array($0.utf8) }

  /// `NAME=value` with a NUL behind it.
  private let entries: [[UInt8]]
  private let path: String?

  /// The environment as it is now.
  init() {
    var entries: [[UInt8]] = []
    var next: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = environ
    while let place = next, let text = place.pointee {
      next = place + 1
      let entry = UnsafeBufferPointer(start: text, count: strlen(text) + 1).map { UInt8(bitPattern: $0) }
      if !Self.kept.contains(where: { entry.starts(with: $0) }) { entries.append(entry) }
    }
    self.entries = entries
    path = getenv("PATH").map { String(cString: $0) }
  }

  /// What a command gets.
  func environment(for command: NativeCommand) -> Environment {
    let changes = Self.changes(for: command)
    let names = changes.keys.map { Array("\($0)=".utf8) }
    var result = entries.filter { entry in !names.contains { entry.starts(with: $0) } }
    for (name, value) in changes { if let value { result.append(Array("\(name)=\(value)\0".utf8)) } }
    return .custom(result)
  }

  private static func changes(for command: NativeCommand) -> [String: String?] {
    guard command.startingEnvironment == .clean else { return command.environment }
    return ["LC_ALL": "C", "TZ": "UTC", "LANGUAGE": nil].merging(command.environment) { $1 }
  }

  /// The program that a command names, looked up before it is started: a start is tried in each folder of `PATH` otherwise.
  func executable(of command: NativeCommand, named program: String) -> Executable {
    guard !program.contains("/") else { return .path(FilePath(program)) }
    let path = command.environment["PATH"] ?? path
    for folder in path?.split(separator: ":", omittingEmptySubsequences: false) ?? [] {
      // What depends on the folder that the command runs in is for whoever starts it.
      guard folder.hasPrefix("/") else { break }
      let candidate = "\(folder)/\(program)"
      var information = stat()
      if stat(candidate, &information) == 0, information.st_mode & S_IFMT == S_IFREG, access(candidate, X_OK) == 0 {
        return .path(FilePath(candidate))
      }
    }
    return .name(program)
  }
}
