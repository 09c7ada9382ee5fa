@preconcurrency import Glibc
import LauncherProtocol
import Subprocess
import Synchronization
import SystemPackage

/// This program's environment, byte by byte, and the part of it that a native command gets. It is read once: a thousand
/// submissions need it a thousand times.
final class ProgramEnvironment: Sendable {
  /// What is not passed on: a job inherits the environment of the command that submits it, and a `launcher` in the job
  /// would go on with this program's recording.
  private static let kept = ["LAUNCHER_RECORD=", "LAUNCHER_RECORD_REDACT=", "LAUNCHER_RECORD_SECRETS="].map {
    Array($0.utf8)
  }

  /// `NAME=value` followed by a NUL: as the user has them, and as they are for commands whose answer must not depend on
  /// that.
  private let user: [[UInt8]]
  private let clean: [[UInt8]]
  private let path: String?
  /// Where programs were found, by their names.
  private let found = Mutex<[String: String]>([:])

  /// The environment as it is now.
  init() {
    var entries: [[UInt8]] = []
    var next: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = environ
    while let place = next, let text = place.pointee {
      next = place + 1
      let entry = UnsafeBufferPointer(start: text, count: strlen(text) + 1).map { UInt8(bitPattern: $0) }
      if !Self.kept.contains(where: { entry.starts(with: $0) }) { entries.append(entry) }
    }
    user = entries
    clean = Self.applying(["LC_ALL": "C", "TZ": "UTC", "LANGUAGE": nil], to: entries)
    path = getenv("PATH").map { String(cString: $0) }
  }

  /// What a command gets.
  func environment(for command: NativeCommand) -> Environment {
    .custom(Self.applying(command.environment, to: entries(for: command)))
  }

  /// The names of the variables that are set and that a command asks to have removed.
  func unset(for command: NativeCommand) -> [String] {
    let names = Self.beginnings(of: command.environment.filter { $0.value == nil }.keys)
    return entries(for: command).filter { entry in names.contains { entry.starts(with: $0) } }
      .map { String(decoding: $0.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self) }.sorted()
  }

  private func entries(for command: NativeCommand) -> [[UInt8]] {
    switch command.startingEnvironment {
    case .clean: clean
    case .user: user
    }
  }

  /// What the entries of these variables begin with.
  private static func beginnings(of names: some Sequence<String>) -> [[UInt8]] {
    names.map { name in Array((name.hasSuffix("*") ? String(name.dropLast()) : "\(name)=").utf8) }
  }

  private static func applying(_ changes: [String: String?], to entries: [[UInt8]]) -> [[UInt8]] {
    if changes.isEmpty { return entries }
    let names = beginnings(of: changes.keys)
    var result = entries.filter { entry in !names.contains { entry.starts(with: $0) } }
    for (name, value) in changes { if let value { result.append(Array("\(name)=\(value)\0".utf8)) } }
    return result
  }

  /// The program that a command names, looked up before it is started: otherwise a start is tried in each folder of
  /// `PATH`.
  func executable(of command: NativeCommand, named program: String) -> Executable {
    guard !program.contains("/") else { return .path(FilePath(program)) }
    if let path = command.environment["PATH"] {
      return Self.program(program, in: path).map { .path(FilePath($0)) } ?? .name(program)
    }
    if let known = found.withLock({ $0[program] }), Self.isProgram(known) { return .path(FilePath(known)) }
    guard let path = Self.program(program, in: path) else { return .name(program) }
    found.withLock { $0[program] = path }
    return .path(FilePath(path))
  }

  /// Whether a command's program certainly does not exist: no folder of `PATH` has it. Trying to start it would report
  /// the same, later than a query may take on a busy machine.
  func lacksProgram(of command: NativeCommand) -> Bool {
    guard let program = command.argv.first, !program.contains("/"),
      let path = command.environment["PATH"] ?? path, !path.isEmpty,
      path.split(separator: ":", omittingEmptySubsequences: false).allSatisfy({ $0.hasPrefix("/") })
    else { return false }
    return path.split(separator: ":").allSatisfy { access("\($0)/\(program)", F_OK) != 0 }
  }

  private static func program(_ program: String, in path: String?) -> String? {
    for folder in path?.split(separator: ":", omittingEmptySubsequences: false) ?? [] {
      // A relative folder depends on where the command runs, so it is left to whoever starts the command.
      guard folder.hasPrefix("/") else { return nil }
      let candidate = "\(folder)/\(program)"
      if isProgram(candidate) { return candidate }
    }
    return nil
  }

  private static func isProgram(_ path: String) -> Bool {
    var information = stat()
    return stat(path, &information) == 0 && information.st_mode & S_IFMT == S_IFREG && access(path, X_OK) == 0
  }
}
