import CLinux
import FoundationEssentials
import Glibc
import LauncherProtocol
import Synchronization
import SystemPackage

/// The files for one command's standard streams.
///
/// They have no name: an adapter reads them through this process (`/proc/PID/fd/N`), and they vanish with their
/// descriptors, however this process ends. So a killed program leaves nothing over.
final class CommandFiles: Sendable {
  let stdin: FileDescriptor
  let stdout: FileDescriptor
  let stderr: FileDescriptor

  /// Where the input comes from and is returned to, if it is locked.
  private let lockedInput: (lock: SubmissionLock, input: SubmissionLock.Input)?

  /// Creates empty files for the output, and one with the input.
  ///
  /// - Parameters:
  ///   - isShort: the output is known to be short, and is kept in memory, which costs less than files.
  ///   - lock: held by the input for as long as the command runs.
  /// - Throws: `LauncherError` (`diskFull`, `permissionDenied`) when they cannot be created.
  convenience init(stdin input: String?, isShort: Bool = false, lock: SubmissionLock? = nil) throws {
    guard let lock else {
      try self.init(isShort: isShort) {
        try input.map(Self.file(holding:)) ?? FileDescriptor.open("/dev/null", .readOnly)
      }
      return
    }
    let locked = try lock.makeInput()
    try self.init(lockedInput: (lock, locked), isShort: isShort) {
      let file = FileDescriptor(rawValue: locked.descriptor)
      try Self.fill(file, with: input ?? "")
      return file
    }
  }

  /// Creates files that hold an answer which no command wrote.
  convenience init(stdout bytes: [UInt8], stderr complaint: [UInt8] = []) throws {
    try self.init { try FileDescriptor.open("/dev/null", .readOnly) }
    try stdout.writeAll(bytes)
    try stderr.writeAll(complaint)
  }

  private init(
    lockedInput: (lock: SubmissionLock, input: SubmissionLock.Input)? = nil,
    isShort: Bool = false,
    openInput: () throws -> FileDescriptor
  ) throws {
    self.lockedInput = lockedInput
    var made: [FileDescriptor] = []
    do {
      made.append(try openInput())
      made.append(try isShort ? Self.memoryFile() : Self.namelessFile())
      made.append(try isShort ? Self.memoryFile() : Self.namelessFile())
    } catch {
      for descriptor in made { try? descriptor.close() }
      if let lockedInput { unlink(lockedInput.input.path) }
      throw error
    }
    (stdin, stdout, stderr) = (made[0], made[1], made[2])
  }

  deinit {
    if let lockedInput { lockedInput.lock.take(back: lockedInput.input) } else { try? stdin.close() }
    for descriptor in [stdout, stderr] { try? descriptor.close() }
  }

  /// Where another process of this user can read the standard output.
  var stdoutPath: String { Self.path(of: stdout) }

  /// Where another process of this user can read the standard error.
  var stderrPath: String { Self.path(of: stderr) }

  /// The size in bytes of the larger of the two outputs.
  var greatestSize: Int64 {
    [stdout, stderr].map { descriptor in
      var information = stat()
      return fstat(descriptor.rawValue, &information) == 0 ? Int64(information.st_size) : 0
    }.max() ?? 0
  }

  private static func path(of descriptor: FileDescriptor) -> String { "/proc/\(getpid())/fd/\(descriptor.rawValue)" }

  private static func file(holding text: String) throws -> FileDescriptor {
    let file = try memoryFile()
    try fill(file, with: text)
    return file
  }

  private static func fill(_ file: FileDescriptor, with text: String) throws {
    do {
      let length = Int64(try file.writeAll(text.utf8))
      // Cut off the previous contents. Some file systems write a file that is emptied first to the disk at once.
      if try file.seek(offset: 0, from: .end) > length { try file.resize(to: length) }
      try file.seek(offset: 0, from: .start)
    } catch {
      try? file.close()
      throw LauncherError(.diskFull, "the input of a command could not be stored: \(error)", advice: "Make room.")
    }
  }

  /// A file in memory; one on the disk if the system has no room for it in memory.
  private static func memoryFile() throws -> FileDescriptor {
    let folder = "/dev/shm"
    var room = statvfs()
    guard statvfs(folder, &room) == 0, UInt64(room.f_bavail) * UInt64(room.f_frsize) >= leastMemory,
      let file = try? nameless(in: folder)
    else { return try namelessFile() }
    return file
  }

  /// Creating a file can succeed where writing fails, and a truncated answer could look like a job id.
  private static let leastMemory: UInt64 = 16 << 20

  private static func namelessFile() throws -> FileDescriptor {
    do {
      return try nameless(in: folder)
    } catch {
      let errno = error as? Errno
      throw LauncherError(
        errno == .noSpace || errno == .diskQuotaExceeded ? .diskFull : .permissionDenied,
        "the output of a command could not be stored in \(folder): \(error)",
        advice: "Make room there, or set TMPDIR to a folder that you can write to."
      )
    }
  }

  private static func nameless(in folder: String) throws -> FileDescriptor {
    let descriptor = clinux_open_nameless(folder)
    if descriptor >= 0 { return FileDescriptor(rawValue: descriptor) }
    // Not every file system supports files that never had a name.
    let path = "\(folder)/launcher-\(UInt64.random(in: .min ... .max))"
    let file = try FileDescriptor.open(
      FilePath(path),
      .readWrite,
      options: [.create, .exclusiveCreate, .append, .closeOnExec],
      permissions: .ownerReadWrite
    )
    _ = unlink(path)
    return file
  }

  private static let folder = getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
}

/// Keeps the files of commands until their output is no longer needed.
public final class CommandOutputs: Sendable {
  private let files = Mutex<[String: CommandFiles]>([:])

  /// Nothing kept yet.
  public init() {}

  func keep(_ files: CommandFiles) {
    self.files.withLock { $0[files.stdoutPath] = files }
  }

  /// Keeps bytes as if a command had written them.
  ///
  /// - Returns: where they can be read.
  func keep(_ bytes: [UInt8]) throws -> String {
    let files = try CommandFiles(stdout: bytes)
    keep(files)
    return files.stdoutPath
  }

  /// Keeps bytes as if a command had written them to its two outputs.
  package func keep(stdout: [UInt8], stderr: [UInt8]) throws -> (stdoutPath: String, stderrPath: String) {
    let files = try CommandFiles(stdout: stdout, stderr: stderr)
    self.files.withLock { $0[files.stdoutPath] = files }
    return (files.stdoutPath, files.stderrPath)
  }

  /// Releases the outputs at these paths; other paths are left alone.
  package func discard(_ paths: [String]) {
    files.withLock { files in
      for path in paths { files[path] = nil }
    }
  }

  /// Releases all outputs.
  public func discardAll() {
    files.withLock { $0 = [:] }
  }
}
