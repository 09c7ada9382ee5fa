import FoundationEssentials
import Glibc
import LauncherKit

/// Commands on the `PATH` of a program that stand in for native commands: each of them asks this program instead.
struct StandIns {
  /// Holds the `PATH` as it was before.
  static let pathVariable = "LAUNCHER_STAND_IN_PATH"
  /// Identifies the standard input that the program started with: a command that merely inherited it was given none.
  static let inputVariable = "LAUNCHER_STAND_IN_INPUT"

  private let folder: TemporaryFolder

  /// Creates a stand-in for each name; for a path, under its last part.
  ///
  /// - Throws: `Failure` when they cannot be created.
  init(names: [String]) throws {
    folder = try TemporaryFolder()
    let launcher = ProgramPaths.thisProgram
    for name in Set(names.compactMap { $0.split(separator: "/").last.map(String.init) }) {
      let text = """
        #!/bin/sh
        exec \(ShellText.quoted(launcher)) stand-in \(ShellText.quoted(name)) "$@"

        """
      let path = folder.path + "/" + name
      guard FileManager.default.createFile(atPath: path, contents: Data(text.utf8)), chmod(path, 0o700) == 0 else {
        throw Failure(.inputOutput, "a stand-in for ‘\(name)’ could not be written to \(folder.path)")
      }
    }
  }

  /// The variables that a program needs to find them.
  var environment: [String: String] {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    return [
      "PATH": "\(folder.path):\(path)",
      Self.pathVariable: path,
      Self.inputVariable: Self.identity(of: STDIN_FILENO) ?? "",
    ]
  }

  func remove() { folder.remove() }

  /// The data that the stand-in was given on its standard input; `nil` when it only inherited the program's own, or a
  /// terminal.
  static func input() -> Data? {
    guard isatty(STDIN_FILENO) == 0, let own = identity(of: STDIN_FILENO) else { return nil }
    if own == ProcessInfo.processInfo.environment[inputVariable] { return nil }
    var data = Data()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(STDIN_FILENO, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return data }
      data.append(contentsOf: buffer[..<count])
    }
  }

  private static func identity(of descriptor: Int32) -> String? {
    var information = stat()
    guard fstat(descriptor, &information) == 0 else { return nil }
    return "\(information.st_dev):\(information.st_ino)"
  }
}
