import Foundation
import LauncherProtocol
import Testing

@Suite("Quoting for shells")
struct ShellTextTests {
  static let nastyWords = [
    "", " ", "plain", "two words", "it's", "'", "''", "\"", "$HOME", "$(touch pwned)", "`touch pwned`", "a;b", "a&b",
    "a|b",
    "*", "?", "[a]", "{a,b}", "~", "~root", "!", "#comment", "a#b", "\\", "\\n", "a\nb", "\n", "a\tb", "\r\n", "-n",
    "--",
    "A=b", "if", "for", "{", "}", "!!", "é", "日本語", "👩‍🔬", "%s", "<x", ">x", "2>x", "a\u{301}", "'\u{301}",
    "x'\u{301}; touch pwned; '\u{301}", "\"\u{301}", "$\u{301}", "\u{1B}[31m", "\u{7F}", "a'b'c'", "^", "=", "=ls", "@",
    "+",
  ]

  @Test(arguments: nastyWords)
  func `a real shell reads each word back as it was`(word: String) throws {
    let output = try shell("printf '%s.' \(ShellText.quoted(word))")
    #expect(Array(output.utf8) == Array((word + ".").utf8))
  }

  @Test func `a real shell reads all the words back, in order`() throws {
    let line = ShellText.quoted(["printf", "%s\u{1}"] + Self.nastyWords)
    #expect(try shell(line) == Self.nastyWords.map { $0 + "\u{1}" }.joined())
  }

  @Test(
    arguments: ["A=b", "if", "then", "for", "while", "case", "esac", "do", "done", "fi", "{", "}", "!", "in", "until"]
  )
  func `the first word is the command, even when a shell would take it for something else`(word: String) throws {
    let line = ShellText.quoted([word, "x"])
    #expect(try shell("PATH=/nonexistent; \(line) 2>/dev/null; printf %s $?") == "127", "\(line)")
  }

  @Test(arguments: [1, 2, 3] as [UInt64])
  func `random text is read back`(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let alphabet = Array("'\"\\$`!*?[]{}()<>|&;#~ \n\tabc\u{301}é=%".unicodeScalars)
    var words: [String] = []
    for _ in 0..<200 {
      var word = String.UnicodeScalarView()
      for _ in 0..<Int.random(in: 0...12, using: &generator) {
        word.append(try #require(alphabet.randomElement(using: &generator)))
      }
      words.append(String(word))
    }
    let output = try shell("for word in \(ShellText.quoted(words)); do printf '%s\\001' \"$word\"; done")
    // Compared as bytes: texts that only look the same are not good enough.
    #expect(Array(output.utf8) == Array(words.map { $0 + "\u{1}" }.joined().utf8))
  }

  private func shell(_ script: String) throws -> String {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", script]
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }
}
