import FoundationEssentials
import Glibc
import LauncherProtocol
import SystemPackage

/// Writes a recording, together with other programs that write the same one.
struct RecordingWriter: Sendable {
  let folder: String
  let redaction: Redaction?

  /// Takes a folder for a recording, makes it when it is not there, and says where the recording comes from.
  ///
  /// - Throws: `AdapterError` (`permissionDenied`, `diskFull`) when it cannot be written to.
  init(folder: String, redaction: Redaction?) throws {
    self.folder = folder
    self.redaction = redaction
    try reporting {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try locked { try describeOnce() }
    }
  }

  private func describeOnce() throws {
    guard !FileManager.default.fileExists(atPath: folder + "/scenario.json") else { return }
    var scenario = Scenario()
    scenario.provenance = "recorded"
    scenario.how = "Recorded by LauncherKit \(launcherKitVersion), as adapters asked for it."
    var surroundings = Surroundings.current
    if let redaction {
      surroundings.user = surroundings.user.map(redaction.redacted)
      surroundings.home = surroundings.home.map(redaction.redacted)
      surroundings.directory = surroundings.directory.map(redaction.redacted)
      surroundings.temporaryFolder = surroundings.temporaryFolder.map(redaction.redacted)
      surroundings.host = surroundings.host.map(redaction.redacted)
      scenario.redacted = true
    }
    scenario.surroundings = surroundings
    try write(scenario, to: "scenario.json")
  }

  /// Takes the next number for an exchange: exchanges are numbered in the order in which they begin.
  ///
  /// - Returns: the exchange's folder. It counts as recorded once `command.json` is in it.
  func begin(_ argv: [String]) throws -> String {
    try reporting {
      try locked {
        let numbers = try FileManager.default.contentsOfDirectory(atPath: folder)
          .compactMap { Int($0.prefix { $0.isASCII && $0.isNumber }) }
        let number = (numbers.max() ?? 0) + 1
        let name = "\(folder)/\(number < 10 ? "0" : "")\(number)-\(Self.slug(argv))"
        try FileManager.default.createDirectory(atPath: name, withIntermediateDirectories: false)
        return name
      }
    }
  }

  /// Writes an exchange down.
  func finish(_ exchange: String, _ command: RecordedCommand, stdin: [UInt8]?, _ result: CommandResult) throws {
    try reporting {
      if let stdin { try store(stdin, at: exchange + "/stdin") }
      try copy(result.stdoutPath, to: exchange + "/stdout")
      try copy(result.stderrPath, to: exchange + "/stderr")
      var command = command
      if let redaction {
        command.argv = command.argv.map(redaction.redacted)
        command.environment = command.environment?.mapValues(redaction.redacted)
      }
      try write(command, to: exchange.dropFirst(folder.utf8.count + 1) + "/command.json")
    }
  }

  /// Adds a request and what came of it to what is expected of the recording.
  func add(_ question: Expectation.Question) throws {
    var question = question
    if let redaction {
      question.request = redaction.redacted(question.request)
      question.concludes = question.concludes.map(redaction.redacted)
      question.fails = question.fails.map(redaction.redacted)
    }
    try reporting {
      try locked {
        var expectation: Expectation = try read("expected.json") ?? Expectation()
        expectation.questions.append(question)
        try write(expectation, to: "expected.json")
      }
    }
  }

  /// Keeps what a job wrote to a file.
  func keep(jobFile path: String, from source: String) throws {
    try reporting {
      try locked {
        guard var scenario: Scenario = try read("scenario.json") else { return }
        let known = redaction?.redacted(path) ?? path
        let name = scenario.files[known] ?? "files/\(scenario.files.count + 1)"
        try FileManager.default.createDirectory(atPath: folder + "/files", withIntermediateDirectories: true)
        try copy(source, to: "\(folder)/\(name)")
        scenario.files[known] = name
        try write(scenario, to: "scenario.json")
      }
    }
  }

  // MARK: Files

  /// `squeue`, or `sh-cat` for a shell's command.
  private static func slug(_ argv: [String]) -> String {
    let program = argv.first?.split(separator: "/").last.map(String.init) ?? "command"
    let name = program.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
    return name.isEmpty ? "command" : String(name.prefix(40))
  }

  private func locked<Result>(_ body: () throws -> Result) throws -> Result {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0, flock(descriptor, LOCK_EX) == 0 else { throw Errno(rawValue: errno) }
    defer { close(descriptor) }
    return try body()
  }

  private func read<Value: Decodable>(_ name: String) throws -> Value? {
    let path = "\(folder)/\(name)"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    return try JSONDecoder().decode(Value.self, from: Data(contentsOf: URL(filePath: path)))
  }

  private func write(_ value: some Encodable, to name: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try (encoder.encode(value) + Data("\n".utf8)).write(to: URL(filePath: "\(folder)/\(name)"), options: .atomic)
  }

  private func store(_ bytes: [UInt8], at path: String) throws {
    try Data(redaction?.redacted(bytes) ?? bytes).write(to: URL(filePath: path))
  }

  /// Copies piece by piece; a redacted file is read as a whole, since a name may lie across two pieces.
  private func copy(_ source: String, to path: String) throws {
    if redaction != nil { return try store(Array(Data(contentsOf: URL(filePath: source))), at: path) }
    let from = try FileDescriptor.open(FilePath(source), .readOnly, options: .closeOnExec)
    defer { try? from.close() }
    // The output of a command has no name of its own: its path opens the file anew, at its beginning.
    let to = try FileDescriptor.open(
      FilePath(path),
      .writeOnly,
      options: [.create, .truncate, .closeOnExec],
      permissions: [.ownerReadWrite, .groupRead, .otherRead]
    )
    try to.closeAfter {
      var buffer = [UInt8](repeating: 0, count: 1 << 18)
      while true {
        let count = try buffer.withUnsafeMutableBytes { try from.read(into: $0) }
        if count == 0 { return }
        _ = try to.writeAll(buffer[..<count])
      }
    }
  }

  private func reporting<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as AdapterError {
      throw error
    } catch {
      let errno = error as? Errno
      throw AdapterError(
        errno == .noSpace || errno == .diskQuotaExceeded ? .diskFull : .permissionDenied,
        "the recording in \(folder) cannot be written\(errno.map { ": \($0)" } ?? "")",
        advice: "Choose a folder that you can write to."
      )
    }
  }
}
