import AdapterKit

/// Options of `qsub` that a user wrote: in `native.cobalt`, or as `#COBALT` lines at the head of a script.
struct QsubOptions {
  /// The words in the form for `qsub`.
  private(set) var words: [String] = []
  /// The options by their long names.
  private(set) var values: [String: String] = [:]

  /// Options with a value (recorded: detect, qsub --help), the short name first.
  private static let valued = [
    "n": "nodecount", "A": "project", "q": "queue", "M": "notify", "t": "time", "u": "umask", "O": "outputprefix",
    "e": "error", "o": "output", "i": "inputfile", "K": "kerneloptions",
  ]
  private static let valuedLong = [
    "nodecount", "proccount", "project", "cwd", "queue", "notify", "env", "time", "umask", "outputprefix", "error",
    "output", "inputfile", "debuglog", "dependencies", "attrs", "user_list", "run_users", "jobname", "kernel",
    "kerneloptions", "ion_kernel", "ion_kerneloptions", "mode", "geometry",
  ]
  private static let flags = ["h": "held", "d": "debug", "v": "verbose", "I": "interactive"]
  private static let flagsLong = [
    "held", "debug", "verbose", "interactive", "preemptable", "run_project", "disable_preboot", "version", "help",
  ]

  /// Options that would remove what the adapter relies on: the id on standard output, at once, and the log.
  private static let refused = ["interactive", "version", "help", "debug", "outputprefix", "debuglog"]

  /// Reads the options among some words.
  ///
  /// - Throws: `LauncherError` for a word that is not an option, which `qsub` would take to be the script; for an
  ///   option that is not possible here; and for what Cobalt changes on the way.
  init(_ words: [String], field: String) throws {
    self.words = words
    var place = words.startIndex
    while place < words.endIndex {
      let word = words[place]
      place += 1
      try QsubCommand.check(field, word)
      let (name, value) = try Self.name(of: word, field)
      if let value {
        values[name] = value
      } else if Self.flagsLong.contains(name) {
        values[name] = ""
      } else {
        guard place < words.endIndex else {
          throw LauncherError.invalid(field, "‘\(word)’ lacks its value")
        }
        try QsubCommand.check(field, words[place])
        values[name] = words[place]
        place += 1
      }
      if Self.refused.contains(name) || name == "mode" && values[name] != "script" {
        throw LauncherError.invalid(field, "‘\(word)’ is not possible here: the job is found by its script, id and log")
      }
    }
  }

  /// The long name of an option, and its value if that is part of the word: `-n2`, `--time=5`, `--jobn=x`.
  private static func name(of word: String, _ field: String) throws -> (String, String?) {
    if word.hasPrefix("--"), word.utf8.count > 2 {
      let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let stem = String(parts[0])
      let names = valuedLong + flagsLong
      // Python's optparse accepts any prefix that belongs to only one option.
      let fitting = names.contains(stem) ? [stem] : names.filter { $0.hasPrefix(stem) }
      guard fitting.count == 1 else { throw LauncherError.invalid(field, "qsub has no option ‘\(word)’") }
      return (fitting[0], parts.count == 2 ? String(parts[1]) : nil)
    }
    if word.hasPrefix("-"), let letter = word.dropFirst().first {
      let rest = String(word.dropFirst(2))
      if let name = valued[String(letter)] { return (name, rest.isEmpty ? nil : rest) }
      if let name = flags[String(letter)], rest.isEmpty { return (name, nil) }
      throw LauncherError.invalid(field, "qsub has no option ‘\(word)’")
    }
    throw LauncherError.invalid(field, "‘\(word)’ is not an option; qsub would take it for the job's script")
  }

  /// The `#COBALT` lines at the head of a user's own script.
  ///
  /// The script travels as data, so that `qsub` never sees these lines. They become arguments before all others, as
  /// `qsub` reads them itself: from the second line on, as long as each line is one; split at blanks, without support
  /// for quotes; only after a first line with an interpreter (recorded: directives).
  static func directives(in script: String) throws -> QsubOptions {
    let lines = script.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.first?.hasPrefix("#!") == true else { return try QsubOptions([], field: "script") }
    let directives = lines.dropFirst().prefix { $0.hasPrefix("#COBALT ") }
    let words = directives.flatMap { $0.dropFirst(8).split(whereSeparator: \.isWhitespace).map(String.init) }
    return try QsubOptions(words, field: "script: #COBALT")
  }
}
