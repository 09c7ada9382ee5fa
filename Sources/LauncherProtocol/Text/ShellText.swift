/// Text for POSIX shells.
public enum ShellText {
  /// A word that a shell reads back as exactly these characters, newlines and quotes included.
  public static func quoted(_ word: String) -> String {
    let harmless = word.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || "_-./:=@%+,".utf8.contains(byte)
    }
    if harmless, !word.isEmpty { return word }
    return "'" + word.replacing("'", with: "'\\''") + "'"
  }

  /// A command line that a shell reads back as exactly these words.
  public static func quoted(_ words: [String]) -> String {
    words.map { quoted($0) }.joined(separator: " ")
  }
}
