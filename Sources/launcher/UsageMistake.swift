import ArgumentParser
import LauncherKit

/// A mistake on the command line for which the parser's own message is of little help: what to type instead.
struct UsageMistake {
  let failure: Failure

  /// - Parameters:
  ///   - complaint: the parser's message.
  ///   - words: what was typed, without the program's name.
  /// - Returns: `nil` if the parser's message is as good.
  init?(_ complaint: String, _ words: [String]) {
    guard let quoted = Self.quoted(in: complaint) else { return nil }
    let command = words.first.flatMap { $0.hasPrefix("-") ? nil : $0 }
    let found: Failure? =
      if complaint.hasPrefix("Unknown option") {
        Self.unknownOption(quoted, of: command)
      } else if complaint.hasPrefix("Missing value for") {
        Self.missingValue(of: quoted, in: words, command)
      } else if complaint.contains("nexpected argument"), let command, ["run", "submit"].contains(command) {
        Self.commandWithoutMark(quoted, in: words)
      } else {
        nil
      }
    guard let found else { return nil }
    failure = found
  }

  /// The first word in quotes of a message.
  private static func quoted(in message: String) -> String? {
    guard let start = message.firstIndex(of: "'") else { return nil }
    let rest = message[message.index(after: start)...]
    guard let end = rest.firstIndex(of: "'") else { return nil }
    return rest[..<end].split(separator: " ").first.map(String.init)
  }

  private static func unknownOption(_ option: String, of command: String?) -> Failure {
    guard let command else {
      return Failure(
        .usage,
        "‘\(option)’ stands before a command",
        advice: "Options stand after it, as in: launcher status \(option)"
      )
    }
    let known = options(of: command)
    let nearest =
      known.first { $0.hasPrefix(option) && option.count > 3 } ?? NearestWord.to(option, among: known, ignoring: "--")
    return Failure(
      .usage,
      "‘launcher \(command)’ has no option ‘\(option)’",
      advice: nearest.map { "Did you mean ‘\($0)’?" } ?? "Its options: launcher help \(command)"
    )
  }

  private static func missingValue(of option: String, in words: [String], _ command: String?) -> Failure? {
    guard let place = words.firstIndex(of: option) else { return nil }
    let next = words.dropFirst(place + 1).first
    guard let next, next.hasPrefix("-"), next != "--", !options(of: command ?? "").contains(next) else {
      return Failure(.usage, "‘\(option)’ lacks its value")
    }
    let form = option.hasPrefix("--") ? "\(option)=\(next)" : "\(option)\(next)"
    return Failure(
      .usage,
      "‘\(option)’ lacks its value: ‘\(next)’ reads as an option",
      advice: "Write \(ShellText.quoted([form])) if that is the value."
    )
  }

  private static func commandWithoutMark(_ word: String, in words: [String]) -> Failure? {
    if let first = word.unicodeScalars.first, ["\u{2013}", "\u{2014}"].contains(first) {
      let name = String(String.UnicodeScalarView(word.unicodeScalars.dropFirst()))
      return Failure(.usage, "‘\(word)’ begins with a long dash", advice: "An option begins with hyphens: --\(name)")
    }
    guard let place = words.firstIndex(of: word) else { return nil }
    let rest = words[place...].filter { $0 != "--" }
    let better = ["launcher"] + words[..<place] + ["--"] + rest
    return Failure(
      .usage,
      "put ‘--’ before the command to run",
      advice: "For instance: \(Terminal.harmless(ShellText.quoted(better)))"
    )
  }

  /// The long and short options of a subcommand, as its help lists them.
  private static func options(of command: String) -> [String] {
    guard let type = LauncherCommand.configuration.subcommands.first(where: { $0._commandName == command }) else {
      return []
    }
    let lines = LauncherCommand.helpMessage(for: type, columns: 200).split(separator: "\n")
    return lines.flatMap { line -> [String] in
      let text = line.drop { $0 == " " }
      guard text.hasPrefix("-") else { return [] }
      // The text after two blanks explains the option.
      let words = text.split(separator: " ", omittingEmptySubsequences: false).prefix { !$0.isEmpty }
      return words.filter { $0.hasPrefix("-") }.flatMap { $0.split { $0 == "," || $0 == "/" } }.map(String.init)
    }
  }
}

extension NearestWord {
  /// The nearest word, not counting a common beginning: it would make short words alike.
  fileprivate static func to(_ word: String, among words: [String], ignoring start: String) -> String? {
    guard word.hasPrefix(start) else { return nil }
    let candidates = words.filter { $0.hasPrefix(start) }.map { String($0.dropFirst(start.count)) }
    return to(String(word.dropFirst(start.count)), among: candidates).map { start + $0 }
  }
}
