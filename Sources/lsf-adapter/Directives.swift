import AdapterKit

/// The `#BSUB` lines of a user's own script, as options.
///
/// The script itself travels as data, so that bsub never sees these lines. They become options in front of all others,
/// which win over them. bsub(1) reads them wherever they stand in the script, not at its head alone.
enum Directives {
  static func options(in script: String) throws -> [String] {
    if script.utf8.contains(0x0D), script.contains("\r\n") {
      // Recorded: other-submissions; the job fails with 127, since its interpreter's name ends with a carriage return.
      throw AdapterError(
        .scriptUnreadable,
        "script: its lines end as on Windows (CRLF); nothing was submitted",
        advice: "Convert it, for instance with dos2unix."
      )
    }
    return try checked(JobScriptParts.directives(in: script, prefix: "#BSUB", at: .anywhere), field: "script: #BSUB")
  }

  /// Options that would take away what the adapter relies on: an id on standard output, at once, and the script on
  /// standard input.
  private static let refused: [String] = [
    "-I", "-Ip", "-Is", "-IS", "-ISp", "-ISs", "-IX", "-K", "-pack", "-h", "-V", "-json", "-Zs", "-is",
  ]

  static func checked(_ words: [String], field: String) throws -> [String] {
    var expectsValue = false
    for word in words {
      let isOption = word.hasPrefix("-") && !expectsValue
      if refused.contains(word), isOption {
        throw Submission.invalid(field, "‘\(word)’ is not possible here: the job's id travels that way")
      }
      if !isOption, !expectsValue {
        throw Submission.invalid(field, "‘\(word)’ would be taken for the command: each option and value is a word")
      }
      expectsValue = isOption && !flags.contains(word)
    }
    return words
  }

  /// The options without a value, bsub(1).
  private static let flags: Set<String> = [
    "-B", "-H", "-N", "-r", "-rn", "-ul", "-x", "-notify", "-ar", "-cn_mem", "-smt", "-Ne",
  ]

  /// The value of an option; the last one counts.
  static func value(of option: String, in words: [String]) -> String? {
    var value: String?
    for (place, word) in words.enumerated() where word == option && place + 1 < words.count { value = words[place + 1] }
    return value
  }
}
