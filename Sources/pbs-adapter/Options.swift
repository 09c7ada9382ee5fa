import AdapterKit

/// `qsub`'s options in a script's `#PBS` lines or native arguments: parsed as `qsub` does, so that what the
/// specification says occurs only once, and wins.
struct Options {
  /// An option with its value, if it takes one.
  struct Entry: Equatable {
    let letter: Character
    var value: String?

    var arguments: [String] { ["-\(letter)"] + (value.map { [$0] } ?? []) }
  }

  private(set) var entries: [Entry] = []

  /// qsub(1B) of OpenPBS 23.06 and of Torque 6.1.
  private static let withValue: [PBSFamily: Set<Character>] = [
    .pro: Set("aACcDeJjkLlMmNopPqRrSuvW"), .torque: Set("aAbCcdDeFjJKklMmNopPqrSTtuvWw"),
  ]
  private static let alone: [PBSFamily: Set<Character>] = [.pro: Set("fGhIVXz"), .torque: Set("EfhIniVxXz")]

  /// Options that would remove what the adapter relies on: the id on standard output, at once, and the script.
  private static let refused: Set<Character> = ["I", "X", "z", "C", "G"]

  /// Parses words.
  ///
  /// - Throws: `LauncherError` that names the field and the word that cannot be accepted.
  init(_ words: [String], field: String, family: PBSFamily) throws {
    var rest = words[...]
    while let word = rest.popFirst() {
      guard word.hasPrefix("-"), word != "-", word != "--", !word.hasPrefix("--") else {
        throw LauncherError.invalid(field, "‘\(word)’ is not an option of qsub")
      }
      var letters = word.dropFirst()
      while let letter = letters.popFirst() {
        if Self.refused.contains(letter) {
          throw LauncherError.invalid(
            field,
            "‘-\(letter)’ is not possible here: the job's script and id travel that way"
          )
        }
        if Self.alone[family]?.contains(letter) == true {
          entries.append(Entry(letter: letter))
        } else if Self.withValue[family]?.contains(letter) == true {
          guard let value = letters.isEmpty ? rest.popFirst() : String(letters) else {
            throw LauncherError.invalid(field, "‘-\(letter)’ has no value")
          }
          letters = ""
          if letter == "W", value.split(separator: ",").contains(where: { $0.hasPrefix("block") }) {
            throw LauncherError.invalid(field, "‘-W \(value)’ would wait for the job's end")
          }
          entries.append(Entry(letter: letter, value: value))
        } else {
          throw LauncherError.invalid(field, "‘-\(letter)’ is not an option of this qsub")
        }
      }
    }
  }

  /// Parses the `#PBS` lines of a specification's script.
  init(directivesOf spec: JobSpec, family: PBSFamily) throws {
    var words: [String] = []
    if case .script(let text) = spec.work { words = DirectiveLines.words(in: text, prefix: "#PBS") }
    try self.init(words, field: "script: #PBS", family: family)
  }

  /// The names of the resources in `-l`.
  var resources: Set<String> {
    Set(entries.filter { $0.letter == "l" }.flatMap { ($0.value ?? "").split(separator: ",").map(Self.resource) })
  }

  private static func resource(_ piece: Substring) -> String {
    String(piece.prefix { $0 != "=" }.filter { $0 != " " })
  }

  /// The value of a resource in `-l`; of several, the last counts.
  func resource(named name: String) -> String? {
    let pieces = entries.filter { $0.letter == "l" }.flatMap { ($0.value ?? "").split(separator: ",") }
    guard let piece = pieces.last(where: { Self.resource($0) == name }), let sign = piece.firstIndex(of: "=") else {
      return nil
    }
    return String(piece[piece.index(after: sign)...].drop { $0 == " " })
  }

  /// Removes all options with a letter, and returns their values.
  mutating func take(_ letter: Character) -> [String] {
    defer { entries.removeAll { $0.letter == letter } }
    return entries.compactMap { $0.letter == letter ? $0.value : nil }
  }

  /// Removes what a specification says itself: whole options, and resources of `-l` by their names.
  mutating func yield(letters: Set<Character>, resources: Set<String>) {
    entries = entries.compactMap { entry in
      if letters.contains(entry.letter) { return nil }
      guard entry.letter == "l", let value = entry.value else { return entry }
      let kept = value.split(separator: ",").filter { piece in
        !resources.contains(Self.resource(piece))
      }
      return kept.isEmpty ? nil : Entry(letter: "l", value: kept.joined(separator: ","))
    }
  }

  var arguments: [String] { entries.flatMap(\.arguments) }
}
