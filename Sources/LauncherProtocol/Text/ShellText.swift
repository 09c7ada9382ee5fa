/// Text for POSIX shells.
public enum ShellText {
  /// A word that a shell reads back as exactly these characters, including newlines and quotes; also as the first word
  /// of a line, where it is neither an assignment nor a keyword.
  public static func quoted(_ word: String) -> String {
    let harmless = word.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || "_-./:@%+,".utf8.contains(byte)
    }
    if harmless, !word.isEmpty, !keywords.contains(word) { return word }
    // Scalar by scalar: a quote and an accent after it are one `Character`, which is not equal to a quote.
    var quoted = String.UnicodeScalarView("'".unicodeScalars)
    for scalar in word.unicodeScalars {
      if scalar == "'" { quoted.append(contentsOf: "'\\''".unicodeScalars) } else { quoted.append(scalar) }
    }
    quoted.append("'")
    return String(quoted)
  }

  /// A command line that a shell reads back as exactly these words.
  public static func quoted(_ words: [String]) -> String {
    words.map { quoted($0) }.joined(separator: " ")
  }

  /// What POSIX shells, bash, ksh and zsh take for something other than a command.
  private static let keywords: Set = [
    "case", "coproc", "do", "done", "elif", "else", "end", "esac", "fi", "for", "foreach", "function", "if", "in",
    "namespace", "nocorrect", "repeat", "select", "then", "time", "until", "while",
  ]
}
