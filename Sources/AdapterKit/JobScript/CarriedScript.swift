import LauncherProtocol

/// A user's script on its way to the job: as data, written to a file by a here-document that nothing in the script can
/// terminate, and run by its own interpreter, so that it does not matter whether files may be executed there.
struct CarriedScript {
  /// The script.
  let text: String
  /// The submission's token.
  let token: String
  /// Whether each line is prefixed with a `|`: see ``JobScript/hidesLines``.
  var hidesLines = false
  /// Whether carriage returns travel in another form: see ``JobScript/hidesReturns``.
  var hidesReturns = false

  /// Shell lines that run it; `input` and `repeatsWords` are those of ``WatchedCommand``.
  func lines(input: String?, repeatsWords: Bool) -> [String] {
    let mark = "LAUNCHER_SCRIPT_\(token)"
    let interpreter = interpreter
    var body = text
    if body.utf8.last == 0x0A { body = String(decoding: Array(body.utf8.dropLast()), as: UTF8.self) }
    var edits: [String] = []
    if hidesReturns, body.utf8.contains(0x0D) {
      let name = "LAUNCHER_RETURN_\(token)"
      let pieces = body.utf8.split(separator: 0x0D, omittingEmptySubsequences: false)
      body = pieces.map { String(decoding: Array($0), as: UTF8.self) }.joined(separator: name)
      edits.append("-e \"s/\(name)/$(printf '\\015')/g\"")
    }
    if hidesLines {
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
  private var interpreter: [String] {
    guard text.hasPrefix("#!"), let line = text.split(maxSplits: 1, whereSeparator: \.endsLine).first else {
      return ["/bin/sh"]
    }
    // The kernel takes everything after the interpreter as one argument.
    let words = line.dropFirst(2).split(maxSplits: 1, whereSeparator: { $0 == " " || $0 == "\t" })
    let parts = words.map { String($0.reversed().drop { $0 == " " || $0 == "\t" }.reversed()) }
    return parts.isEmpty ? ["/bin/sh"] : parts
  }
}
