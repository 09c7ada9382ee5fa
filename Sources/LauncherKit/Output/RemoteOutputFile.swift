import FoundationEssentials
import LauncherProtocol

/// A growing file on another machine. Each read costs a command there.
struct RemoteOutputFile: GrowingFile {
  private let path: String
  private let host: SSHHost
  private var offset: Int64 = 0
  /// To begin with this many of the last lines; `nil` after that.
  private var last: Int?

  /// The most that one read returns, in bytes: memory use stays constant however long the file is.
  private static let greatestPiece = 4 << 20

  init(path: String, host: SSHHost, last: Int? = nil) {
    self.path = path
    self.host = host
    self.last = last
  }

  var pace: (least: Duration, greatest: Duration) { (.milliseconds(250), .seconds(2)) }

  mutating func next() async throws -> (offset: Int64, bytes: [UInt8]) {
    guard let last else { return try await piece() }
    // Only up to its size at first: what is added meanwhile belongs to the next read.
    let script = #"echo "$size" >&2; head -c "$size" "$1" | tail -n "$2""#
    let found = try await read(script, "\(max(0, last))")
    // If there is no file, all that comes later is new.
    self.last = nil
    guard let (bytes, size) = found else { return (offset, []) }
    offset = size
    return bytes.isEmpty ? try await piece() : (size - Int64(bytes.count), bytes)
  }

  private mutating func piece() async throws -> (offset: Int64, bytes: [UInt8]) {
    // A file that was truncated starts from the beginning.
    let script =
      #"[ "$size" -ge "$2" ] || set -- "$1" 0; echo "$2" >&2; "#
      + #"[ "$size" = "$2" ] || tail -c "+$(($2 + 1))" "$1" | head -c \#(Self.greatestPiece)"#
    guard let (bytes, from) = try await read(script, "\(offset)") else { return (offset, []) }
    offset = from + Int64(bytes.count)
    return (from, bytes)
  }

  /// - Returns: what the script wrote, and the number that it printed; `nil` if there is no such file.
  private func read(_ script: String, _ word: String) async throws -> ([UInt8], Int64)? {
    // Reading something that is not a regular file might never return.
    let before =
      #"[ -e "$1" ] || exit 3; [ "$1" = /dev/null ] && exit 3; [ -f "$1" ] || exit 5; "#
      + #"[ -r "$1" ] || exit 4; size=$(wc -c <"$1") || exit 4; "#
    let command = NativeCommand(["sh", "-c", before + script, "sh", path, word], timeLimit: .seconds(60))
    let (ending, bytes, words) = try await host.output(of: command)
    switch ending {
    case .exited(0): break
    case .exited(3): return nil
    case .exited(4): throw unreadable("cannot be read")
    case .exited(5): throw unreadable("is not a regular file, and cannot be shown")
    default:
      throw LauncherError(
        .schedulerUnreachable,
        "\(path) on \(host.destination) could not be read in one go",
        command: LauncherError.FailedCommand(argv: command.argv, stderrTail: String(decoding: words, as: UTF8.self))
      )
    }
    let number = words.split(whereSeparator: { !(0x30...0x39).contains($0) }).last
    guard let number, let value = Int64(String(decoding: number, as: UTF8.self)) else { return nil }
    return (bytes, value)
  }

  private func unreadable(_ words: String) -> OutputError {
    .unreadable(path: path, reason: "the job's output at \(path) on \(host.destination) \(words)")
  }
}

extension SSHHost {
  /// Runs a command and reads what it wrote.
  func output(of command: NativeCommand) async throws -> (CommandResult.Ending, stdout: [UInt8], stderr: [UInt8]) {
    let result = try await run(command)
    defer { outputs.discard([result.stdoutPath]) }
    return (
      result.ending, try Array(Data(contentsOf: URL(filePath: result.stdoutPath))),
      try Array(Data(contentsOf: URL(filePath: result.stderrPath)))
    )
  }
}
