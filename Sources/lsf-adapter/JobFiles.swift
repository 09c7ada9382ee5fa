import AdapterKit

/// Where a job runs and where its output is, from what LSF shows of its submission.
struct JobFiles {
  private(set) var directory: String?
  private(set) var output: String?
  private(set) var errors: String?

  /// What a job's script says about itself in comments near its beginning: LSF shows a script that came from standard
  /// input as the job's command, its lines joined by `;`. Odd bytes are written `%XX`.
  static let mark = "# launcher:"

  /// The comment line for a value.
  static func line(_ name: String, _ value: String) -> String { "\(mark)\(name)=\(encoded(value))" }

  init(_ story: JobStory, name: String?) {
    let told = Self.values(in: story.command ?? "")
    directory = told["directory"] ?? story.directory.flatMap { Self.absolute($0, home: story.home) }
    let id = story.id
    func filled(_ pattern: String) -> String? {
      let path = pattern.replacing("{id}", with: "\(id.number)").replacing("{index}", with: "\(id.index ?? 0)")
        .replacing("{name}", with: (name ?? "").replacing("/", with: "_"))
      return path.hasPrefix("/") ? path : directory.flatMap { $0.hasPrefix("/") ? "\($0)/\(path)" : nil }
    }
    // An array that is asked for as a whole has as many files as elements.
    if told["stdout"] != nil || told["stderr"] != nil {
      output = told["stdout"].flatMap(filled)
      errors = told["stderr"].flatMap(filled)
    } else if let file = story.outputFile, file != "/dev/null" {
      output = filled(Self.native(file))
      // bsub(1), -e: without it, standard error goes to the same place as standard output.
      errors = story.errorFile.map(Self.native).flatMap(filled) ?? output
    } else if let file = story.errorFile {
      errors = filled(Self.native(file))
    }
  }

  /// Whether a job's command is the script of a submission: by the token in it, or as the name of the file that it is
  /// stored in where `bsub` reads no standard input.
  static func isScript(_ command: String, of token: String) -> Bool {
    values(in: command)["token"] == token || command.hasSuffix("/\(BsubCommand.folder)/\(token)")
  }

  /// bsub(1), -o: `%J` is the job's id, `%I` the element's index.
  private static func native(_ path: String) -> String {
    path.replacing("%J", with: "{id}").replacing("%I", with: "{index}")
  }

  /// `$HOME/run` and `~/run` as LSF writes folders below the home folder.
  private static func absolute(_ path: String, home: String?) -> String? {
    for prefix in ["$HOME", "~"] where path == prefix || path.hasPrefix(prefix + "/") {
      // Reported once the job has started.
      return home.map { $0 + path.dropFirst(prefix.count) }
    }
    return path
  }

  /// The token of the submission whose script a command is; `nil` for any other command.
  static func token(in command: String) -> String? {
    if let token = values(in: command)["token"] { return token }
    guard let place = command.firstRange(of: "/\(BsubCommand.folder)/") else { return nil }
    let rest = command[place.upperBound...]
    return rest.utf8.count == 32 && rest.utf8.allSatisfy { isHexadecimal($0) } ? String(rest) : nil
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
  }

  /// The values in the lines after a script's first one. The same words further down belong to a text that the job
  /// processes, and may come from another job.
  private static func values(in command: String) -> [String: String] {
    var values: [String: String] = [:]
    var isFirst = true
    for part in command.split(whereSeparator: { $0 == ";" || $0 == "\n" }) {
      let line = part.trimmingBlanks
      if isFirst, line.hasPrefix("#!") {
        isFirst = false
        continue
      }
      isFirst = false
      guard line.hasPrefix(mark) else { break }
      let text = line.dropFirst(mark.utf8.count).prefix { $0 != ">" }
      guard let sign = text.firstIndex(of: "=") else { continue }
      let name = String(text[..<sign])
      if values[name] == nil, let value = decoded(text[text.index(after: sign)...]) { values[name] = value }
    }
    return values
  }

  private static func encoded(_ text: String) -> String {
    var encoded = ""
    for byte in text.utf8 {
      let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
      if isPlain || "/._-{}+=@,:~".utf8.contains(byte) {
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        encoded += (digits.count == 1 ? "%0" : "%") + digits
      }
    }
    return encoded
  }

  private static func decoded(_ text: Substring) -> String? {
    var bytes: [UInt8] = []
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      guard byte == 0x25 else {
        bytes.append(byte)
        continue
      }
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      guard digits.count == 2, let value = UInt8(digits, radix: 16) else { return nil }
      bytes.append(value)
      rest = rest.dropFirst(2)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
