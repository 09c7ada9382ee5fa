import FoundationEssentials
import Glibc
import LauncherProtocol
import Synchronization
import SystemPackage

/// A private folder for the output of native commands. Made when first needed, gone with `remove()`.
public final class ScratchFolder: Sendable {
  private struct State {
    var path: String?
    var lastNumber = 0
  }

  private let state = Mutex(State())

  /// A folder that does not exist yet.
  public init() {}

  deinit { remove() }

  /// Makes empty files for one command's output, and one with its input.
  ///
  /// - Throws: `AdapterError` (`diskFull`, `permissionDenied`) when there is no room for them.
  func makeCommandFiles(stdin: String?) throws -> CommandFiles {
    let (folder, number) = try state.withLock { state throws(AdapterError) in
      if state.path == nil { state.path = try Self.make() }
      state.lastNumber += 1
      return (state.path ?? "", state.lastNumber)
    }
    let files = CommandFiles(
      stdin: stdin == nil ? "/dev/null" : "\(folder)/\(number).stdin",
      stdout: "\(folder)/\(number).stdout",
      stderr: "\(folder)/\(number).stderr"
    )
    if let stdin {
      do {
        try Data(stdin.utf8).write(to: URL(filePath: files.stdin))
      } catch {
        throw AdapterError(.diskFull, "the input of a command could not be written to \(folder): \(error)")
      }
    }
    return files
  }

  /// Removes files of the folder that nobody needs any more; other paths are left alone.
  func discard(_ paths: [String]) {
    guard let folder = state.withLock({ $0.path }) else { return }
    for path in paths where path.hasPrefix(folder + "/") { _ = unlink(path) }
  }

  /// Removes the folder and all in it.
  public func remove() {
    let path = state.withLock { state in
      defer { state.path = nil }
      return state.path
    }
    if let path { try? FileManager.default.removeItem(atPath: path) }
  }

  private static func make() throws(AdapterError) -> String {
    let parent = ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    var template = Array("\(parent)/launcher-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      let cause = String(cString: strerror(errno))
      throw AdapterError(
        .permissionDenied,
        "no folder for the output of native commands could be made in \(parent): \(cause)",
        advice: "Set TMPDIR to a folder that you can write to."
      )
    }
    return template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
  }
}

/// The files that take the place of one command's standard streams.
struct CommandFiles: Hashable, Sendable {
  let stdin: String
  let stdout: String
  let stderr: String

  func open() throws -> (input: FileDescriptor, output: FileDescriptor, error: FileDescriptor) {
    do {
      let input = try FileDescriptor.open(FilePath(stdin), .readOnly)
      return try input.closingAfterFailure {
        let output = try Self.create(stdout)
        return try output.closingAfterFailure { (input, output, try Self.create(stderr)) }
      }
    } catch let error as Errno {
      throw AdapterError(
        error == .noSpace ? .diskFull : .permissionDenied,
        "the output of a command could not be stored at \(stdout): \(error)",
        advice: "Make room there, or set TMPDIR to another folder."
      )
    }
  }

  /// The size in bytes of the larger of the two outputs.
  var greatestSize: Int64 {
    [stdout, stderr].map { path in
      var information = stat()
      return stat(path, &information) == 0 ? Int64(information.st_size) : 0
    }.max() ?? 0
  }

  private static func create(_ path: String) throws -> FileDescriptor {
    try FileDescriptor.open(
      FilePath(path),
      .writeOnly,
      options: [.create, .truncate, .append],
      permissions: .ownerReadWrite
    )
  }
}

extension FileDescriptor {
  fileprivate func closingAfterFailure<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch {
      try? close()
      throw error
    }
  }
}
