/// The lines of a user's script that a submit command reads as options.
public enum DirectiveLines {
  /// Where in a script a submit command looks for its directives.
  public enum Place: Sendable {
    /// Up to the first line that is neither empty nor a comment.
    case head
    /// Everywhere.
    case anywhere
  }

  /// The words of the directives of a user's script: the lines that begin with a prefix.
  ///
  /// Quotes and backslashes count as in a shell; a `#` before a word begins a comment.
  public static func words(in script: String, prefix: String, at place: Place = .head) -> [String] {
    var words: [String] = []
    for line in script.split(omittingEmptySubsequences: false, whereSeparator: \.endsLine) {
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
