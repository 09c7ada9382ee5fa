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
  /// - Throws: `AdapterError` (`invalidValue`) for a name that no shell can set.
  public static func exports(of environment: EnvironmentSpec) throws -> [String] {
    try environment.set.sorted { $0.key < $1.key }.map { name, value in
      guard isVariable(name) else {
        throw AdapterError(
          .invalidValue,
          "environment.set.\(name): a shell cannot set a variable of that name; nothing was submitted"
        )
      }
      return "export \(name)=\(ShellText.quoted(value))"
    }
  }

  /// Shell lines that run a user's own script: as data, written to a file by a here-document that nothing in it can end,
  /// and run by its own interpreter, so that it does not matter whether files may be executed there.
  ///
  /// - Parameters:
  ///   - text: the script.
  ///   - token: the submission's token.
  ///   - input: a redirection of its standard input; none, and it has the job's own.
  ///   - hidesLines: whether each line stands behind a `|`, so that a submit command that looks for directives in all of
  ///     what it is given finds none at the beginning of one.
  public static func lines(
    running text: String,
    token: String,
    input: String = "",
    hidesLines: Bool = false
  ) -> [String] {
    let mark = "LAUNCHER_SCRIPT_\(token)"
    var interpreter = ["/bin/sh"]
    if text.hasPrefix("#!"), let line = text.split(separator: "\n", maxSplits: 1).first {
      // The kernel takes all behind the interpreter for one argument.
      let words = line.dropFirst(2).split(maxSplits: 1, whereSeparator: { $0 == " " || $0 == "\t" })
      let parts = words.map { String($0.reversed().drop { $0 == " " || $0 == "\t" }.reversed()) }
      if !parts.isEmpty { interpreter = parts }
    }
    let body = text.hasSuffix("\n") ? String(text.dropLast()) : text
    return [
      "launcher_script=$(\(WatchedCommand.temporaryFile("launcher-script"))) || exit 1",
      "\(hidesLines ? "sed 's/^|//'" : "cat") >\"$launcher_script\" <<'\(mark)'",
      hidesLines
        ? body.split(separator: "\n", omittingEmptySubsequences: false).map { "|\($0)" }.joined(separator: "\n") : body,
      mark,
    ]
      + WatchedCommand.lines(
        program: ShellText.quoted(interpreter[0]),
        line: "\(ShellText.quoted(interpreter)) \"$launcher_script\"\(input.isEmpty ? "" : " ")\(input)"
      ) + ["rm -f \"$launcher_script\""]
  }

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
    for line in script.split(separator: "\n", omittingEmptySubsequences: false) {
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
