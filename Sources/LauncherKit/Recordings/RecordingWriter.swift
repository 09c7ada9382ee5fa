import FoundationEssentials
import Glibc
import LauncherProtocol
import SystemPackage

/// Writes a recording, together with other programs that write the same one.
struct RecordingWriter: Sendable {
  let folder: String
  private let files: RecordingFolder
  private let named: Redaction?
  private let secrets: RecordedSecrets

  /// The redaction as of now; the variables of jobs are added as they become known.
  private var redaction: Redaction? { named?.adding(variables: secrets.variables) }

  /// Sets up a folder for a recording, creates it if it does not exist, and records where the recording comes from.
  ///
  /// - Throws: `LauncherError` (`permissionDenied`, `diskFull`) when it cannot be written to.
  init(folder: String, redaction: Redaction?, secrets: RecordedSecrets = RecordedSecrets()) throws {
    self.folder = folder
    self.secrets = secrets
    files = RecordingFolder(path: folder)
    named = redaction
    try reporting {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try locked { try describeOnce() }
    }
  }

  /// Keeps the values of a job's variables out of a redacted recording.
  func conceal(_ variables: [String: String]) {
    if named != nil { secrets.add(variables) }
  }

  private func describeOnce() throws {
    guard !FileManager.default.fileExists(atPath: folder + "/scenario.json") else { return }
    // What jobs are given and what they write is for their owner's eyes only.
    _ = chmod(folder, 0o700)
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
  /// - Returns: the name of the exchange's folder. It counts as recorded once `command.json` is in it.
  func begin(_ argv: [String]) throws -> String {
    try reporting {
      try locked {
        let numbers = try FileManager.default.contentsOfDirectory(atPath: folder)
          .compactMap { Int($0.prefix { $0.isASCII && $0.isNumber }) }
        let number = (numbers.max() ?? 0) + 1
        let name = "\(number < 10 ? "0" : "")\(number)-\(Self.slug(argv))"
        try files.makeFolder(name, isNew: true)
        return name
      }
    }
  }

  /// Writes an exchange.
  func finish(_ exchange: String, _ command: RecordedCommand, stdin: [UInt8]?, _ result: CommandResult) throws {
    try reporting {
      if let stdin { try store(stdin, at: exchange + "/stdin") }
      try copy(result.stdoutPath, to: exchange + "/stdout")
      try copy(result.stderrPath, to: exchange + "/stderr")
      var command = command
      if let redaction {
        command.argv = command.argv.map(redaction.redacted)
        let known = secrets.variables
        for (name, value) in command.environment ?? [:] {
          command.environment?[name] = known[name] == value ? "redacted-\(name)" : redaction.redacted(value)
        }
      }
      try write(command, to: exchange + "/command.json")
    }
  }

  /// Adds a request and its result to the recording's expectations.
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
  ///
  /// - Throws: `LauncherError` (`unreadableOutput`) when it is the job's file that cannot be read.
  func keep(jobFile path: String, from source: String) throws {
    let text = try Self.openJobFile(source, called: path)
    defer { try? text.close() }
    try reporting {
      try locked {
        guard var scenario: Scenario = try read("scenario.json") else { return }
        try scenario.checkFiles(in: folder)
        let known = redaction?.redacted(path) ?? path
        let name = scenario.files[known] ?? "files/\(scenario.files.count + 1)"
        try files.makeFolder("files")
        try copy(text, to: name)
        scenario.files[known] = name
        try write(scenario, to: "scenario.json")
      }
    }
  }

  // MARK: Files

  /// The slug of a command: `squeue`, or `sh-cat` for a command run by a shell.
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
    return try JSON.value(from: Data(contentsOf: URL(filePath: path)))
  }

  private func write(_ value: some Encodable, to name: String) throws {
    let bytes = try JSON.indentedBytes(of: value) + [0x0A]
    try files.write(name) { _ = try $0.writeAll(bytes) }
  }

  private func store(_ bytes: [UInt8], at name: String) throws {
    let bytes = redaction?.redacted(bytes) ?? bytes
    try files.write(name) { _ = try $0.writeAll(bytes) }
  }

  private func copy(_ source: String, to name: String) throws {
    // The output of a command has no name of its own: opening its path starts at the file's beginning.
    let from = try FileDescriptor.open(FilePath(source), .readOnly, options: .closeOnExec)
    defer { try? from.close() }
    try copy(from, to: name)
  }

  /// Copies piece by piece; a redacted file is read as a whole, since a name may be split between two pieces.
  private func copy(_ source: FileDescriptor, to name: String) throws {
    var buffer = [UInt8](repeating: 0, count: 1 << 18)
    func pieces(_ take: (ArraySlice<UInt8>) throws -> Void) throws {
      while true {
        let count = try buffer.withUnsafeMutableBytes { try source.read(into: $0) }
        if count == 0 { return }
        try take(buffer[..<count])
      }
    }
    guard named != nil else {
      try files.write(name) { file in try pieces { _ = try file.writeAll($0) } }
      return
    }
    var bytes: [UInt8] = []
    try pieces { bytes += $0 }
    try store(bytes, at: name)
  }

  /// Opens what a job wrote; never waits for what is not a regular file.
  private static func openJobFile(_ source: String, called path: String) throws -> FileDescriptor {
    func unreadable(_ reason: String) -> LauncherError {
      LauncherError(.unreadableOutput, "the job's file \(path) is not recorded: \(reason)")
    }
    let descriptor = open(source, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw unreadable(errno == ENOENT ? "it is not there" : String(cString: strerror(errno)))
    }
    var information = stat()
    guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw unreadable("it is not a regular file")
    }
    return FileDescriptor(rawValue: descriptor)
  }

  private func reporting<Result>(_ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch let error as LauncherError {
      throw error
    } catch {
      let errno = error as? Errno
      if errno == .tooManySymbolicLinkLevels || errno == .notDirectory {
        throw LauncherError(
          .permissionDenied,
          "the recording in \(folder) cannot be written: a link in it leads elsewhere",
          advice: "Choose a new folder; nothing was written outside of this one."
        )
      }
      throw LauncherError(
        errno == .noSpace || errno == .diskQuotaExceeded ? .diskFull : .permissionDenied,
        "the recording in \(folder) cannot be written\(errno.map { ": \($0)" } ?? "")",
        advice: "Choose a folder that you can write to."
      )
    }
  }
}
