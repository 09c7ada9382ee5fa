import LauncherProtocol

/// The parts of a job's script that all schedulers share.
public enum JobScriptParts {
  /// Whether a shell can set a variable of that name.
  public static func isVariable(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
    return name.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
    }
  }

  /// Shell lines that set the variables a job asks for.
  ///
  /// - Parameters:
  ///   - environment: the variables.
  ///   - quoted: makes a shell word of a value; for schedulers that change some byte of a script.
  /// - Throws: `AdapterError` (`invalidValue`) for a name that no shell can set.
  public static func exports(
    of environment: EnvironmentSpec,
    quoted: (String) -> String = { ShellText.quoted($0) }
  ) throws -> [String] {
    try environment.set.sorted { $0.key < $1.key }.map { name, value in
      guard isVariable(name) else {
        throw AdapterError(
          .invalidValue,
          "environment.set.\(name): a shell cannot set a variable of that name; nothing was submitted"
        )
      }
      return "export \(name)=\(quoted(value))"
    }
  }

  /// A user's script on its way to the job.
  public struct CarriedScript: Sendable {
    /// The script.
    public var text: String
    /// The submission's token.
    public var token: String
    /// Whether each line stands after a `|`, so that a submit command that looks for directives in all of what it is
    /// given finds none at the beginning of one.
    public var hidesLines = false
    /// Whether carriage returns travel under another name, for submit commands that remove them.
    public var hidesReturns = false

    /// A script.
    public init(_ text: String, token: String) {
      self.text = text
      self.token = token
    }
  }

  /// Shell lines that run a user's own script: as data, written to a file by a here-document that nothing in it can end,
  /// and run by its own interpreter, so that it does not matter whether files may be executed there.
  ///
  /// - Parameters:
  ///   - text: the script.
  ///   - token: the submission's token.
  ///   - hidesLines: what ``CarriedScript/hidesLines`` says.
  public static func lines(running text: String, token: String, hidesLines: Bool = false) -> [String] {
    var script = CarriedScript(text, token: token)
    script.hidesLines = hidesLines
    return lines(running: script)
  }

  /// Shell lines that run a user's own script; `input` and `repeatsWords` are those of ``WatchedCommand``.
  public static func lines(
    running script: CarriedScript,
    input: String? = nil,
    repeatsWords: Bool = true
  ) -> [String] {
    let mark = "LAUNCHER_SCRIPT_\(script.token)"
    let interpreter = interpreter(of: script.text)
    var body = script.text
    if body.utf8.last == 0x0A { body = String(decoding: Array(body.utf8.dropLast()), as: UTF8.self) }
    var edits: [String] = []
    if script.hidesReturns, body.utf8.contains(0x0D) {
      let name = "LAUNCHER_RETURN_\(script.token)"
      let pieces = body.utf8.split(separator: 0x0D, omittingEmptySubsequences: false)
      body = pieces.map { String(decoding: Array($0), as: UTF8.self) }.joined(separator: name)
      edits.append("-e \"s/\(name)/$(printf '\\015')/g\"")
    }
    if script.hidesLines {
      let lines = body.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
      body = lines.map { "|" + String(decoding: Array($0), as: UTF8.self) }.joined(separator: "\n")
      edits.append("-e 's/^|//'")
    }
    let writer = edits.isEmpty ? "cat" : "sed \(edits.joined(separator: " "))"
    let orFail = "|| launcher_fail \"its script cannot be stored\""
    return [
      "launcher_script=$(\(WatchedCommand.temporaryFile("launcher-script"))) \(orFail)",
      "\(writer) >|\"$launcher_script\" <<'\(mark)' \(orFail)",
      body,
      mark,
    ]
      + WatchedCommand.lines(
        program: ShellText.quoted(interpreter[0]),
        line: "\(ShellText.quoted(interpreter)) \"$launcher_script\"",
        input: input,
        repeatsWords: repeatsWords
      ) + ["rm -f \"$launcher_script\""]
  }

  /// The program that a script's first line names, with its argument; `/bin/sh` without one.
  private static func interpreter(of text: String) -> [String] {
    guard text.hasPrefix("#!"), let line = text.split(maxSplits: 1, whereSeparator: isLineEnd).first else {
      return ["/bin/sh"]
    }
    // The kernel takes all after the interpreter for one argument.
    let words = line.dropFirst(2).split(maxSplits: 1, whereSeparator: { $0 == " " || $0 == "\t" })
    let parts = words.map { String($0.reversed().drop { $0 == " " || $0 == "\t" }.reversed()) }
    return parts.isEmpty ? ["/bin/sh"] : parts
  }

  /// Whether a letter ends a line: CR LF is one letter to Swift.
  private static func isLineEnd(_ letter: Character) -> Bool { letter == "\n" || letter == "\r\n" }

  /// Shell lines that write down how the command ended, as `WatchedCommand` learned it.
  public static let record =
    "launcher_record \"$launcher_status\" \"${launcher_signal:-0}\" \"$launcher_launched\" || :"

  /// Shell lines that end as the command did, as `WatchedCommand` learned it: by the same signal, if it was one, which
  /// the scheduler then reports as one.
  public static let ending = [
    "if [ -n \"$launcher_signal\" ]; then",
    "  ulimit -c 0 2>/dev/null",
    "  trap - HUP INT QUIT USR1 USR2 TERM XCPU",
    "  kill -\"$launcher_signal\" $$",
    "fi",
    "exit \"$launcher_status\"",
  ]

  /// The words that run a command in a container; none without one.
  ///
  /// - Throws: `AdapterError` (`invalidValue`) for a runtime that is not known.
  public static func words(runningIn container: ContainerRequest?) throws -> [String] {
    guard let container else { return [] }
    let runtime = container.runtime ?? "apptainer"
    guard ["apptainer", "singularity"].contains(runtime.split(separator: "/").last.map(String.init) ?? "") else {
      throw AdapterError(
        .invalidValue,
        "container.runtime: ‘\(runtime)’ is not known here; use apptainer or singularity; nothing was submitted"
      )
    }
    var words = [ShellText.quoted(runtime), "exec"]
    for bind in container.binds { words += ["--bind", ShellText.quoted(bind)] }
    return words + [ShellText.quoted(container.image)]
  }

  /// Where in a script a submit command looks for its directives.
  public enum DirectivePlace: Sendable {
    /// Up to the first line that is neither empty nor a comment.
    case head
    /// Everywhere.
    case anywhere
  }

  /// The words of the directives of a user's script: the lines that begin with a prefix.
  ///
  /// Quotes and backslashes count as in a shell; a `#` in front of a word begins a comment.
  public static func directives(in script: String, prefix: String, at place: DirectivePlace = .head) -> [String] {
    var words: [String] = []
    for line in script.split(omittingEmptySubsequences: false, whereSeparator: isLineEnd) {
      if line.hasPrefix(prefix) {
        words += Self.words(of: line.dropFirst(prefix.count))
      } else if place == .head, !line.hasPrefix("#"), !line.allSatisfy(\.isWhitespace) {
        break
      }
    }
    return words
  }

  private static func words(of line: Substring) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    var isEscaped = false
    for letter in line {
      if isEscaped {
        word = (word ?? "") + String(letter)
        isEscaped = false
      } else if letter == "\\", quote != "'" {
        isEscaped = true
      } else if let open = quote {
        if letter == open { quote = nil } else { word = (word ?? "") + String(letter) }
      } else if letter == "\"" || letter == "'" {
        quote = letter
        word = word ?? ""
      } else if letter.isWhitespace {
        if let whole = word { words.append(whole) }
        word = nil
      } else if letter == "#", word == nil {
        break
      } else {
        word = (word ?? "") + String(letter)
      }
    }
    if let whole = word { words.append(whole) }
    return words
  }
}
