import AdapterKit

/// The `#BSUB` lines of a user's own script, as options.
///
/// The script itself travels as data, so that bsub never sees these lines. They become options before all others, which
/// win over them. bsub(1) reads them anywhere in the script, not only at its head.
enum Directives {
  static func options(in script: String) throws -> [String] {
    if script.utf8.contains(0x0D), script.contains("\r\n") {
      // Recorded: other-submissions; the job fails with 127, since its interpreter's name ends with a carriage return.
      throw LauncherError(
        .scriptUnreadable,
        "script: its lines end as on Windows (CRLF); nothing was submitted",
        advice: "Convert it, for instance with dos2unix."
      )
    }
    return try checked(DirectiveLines.words(in: script, prefix: "#BSUB", at: .anywhere), field: "script: #BSUB")
  }

  /// Options that would remove what the adapter relies on: an id on standard output, at once, and the script on
  /// standard input.
  private static let refused: Set<String> = [
    "-I", "-Ip", "-Is", "-IS", "-ISp", "-ISs", "-IX", "-K", "-pack", "-h", "-help", "-V", "-json", "-Zs", "-is",
  ]

  /// Flags of one letter, which bsub's variant of getopt(3) reads one after another from one word: `-HK` is `-H -K`.
  private static let letters: Set<Character> = ["B", "H", "N", "r", "x"]

  /// Options whose name continues after a letter that is an option by itself (bsub(1) of IBM LSF 10.1).
  private static let longer: Set<String> = [
    "-hl", "-hostfile", "-rn", "-rnc", "-rcacct", "-Ne", "-notify", "-nnodes", "-network", "-XF", "-Jd", "-jm",
    "-jobaff", "-jsdl", "-jsdl_strict", "-wa", "-wt", "-oo", "-outdir", "-eo", "-Ep", "-env", "-eptl", "-ext",
    "-extsched", "-pre",
  ]

  /// Why an option is not possible; `nil` if it is.
  private static func objection(to word: String) -> String? {
    if refused.contains(word) { return "the job's id travels that way" }
    guard !longer.contains(word) else { return nil }
    let rest = word.dropFirst().drop { letters.contains($0) }
    if rest.first.map({ "IKh".contains($0) }) == true || word.hasPrefix("-pa") || word.hasPrefix("-is")
      || word.hasPrefix("-js")
    {
      return "it is, or may be read as, an option by which the job's id would be lost"
    }
    if word.count > 2, ["-o", "-e", "-J", "-i", "-w"].contains(String(word.prefix(2))) {
      return "write the option and its value as two words"
    }
    return nil
  }

  static func checked(_ words: [String], field: String) throws -> [String] {
    var expectsValue = false
    for word in words {
      let isOption = word.hasPrefix("-") && !expectsValue
      if isOption, let why = objection(to: word) {
        throw LauncherError.invalid(field, "‘\(word)’ is not possible here: \(why)")
      }
      if !isOption, !expectsValue {
        throw LauncherError.invalid(field, "‘\(word)’ would be taken for the command: each option and value is a word")
      }
      expectsValue =
        isOption && !flags.contains(word) && !(word.count > 2 && word.dropFirst().allSatisfy(letters.contains))
    }
    return words
  }

  /// The options without a value, bsub(1).
  private static let flags: Set<String> = [
    "-B", "-H", "-N", "-r", "-rn", "-ul", "-x", "-notify", "-ar", "-cn_mem", "-smt", "-Ne", "-hl",
  ]

  /// The value of an option; the last one counts.
  static func value(of option: String, in words: [String]) -> String? {
    var value: String?
    for (place, word) in words.enumerated() where word == option && place + 1 < words.count { value = words[place + 1] }
    return value
  }
}
