import Glibc

/// Text on a terminal.
enum Terminal {
  /// Whether standard output is a terminal that may be given colour.
  static let showsColour = isatty(STDOUT_FILENO) == 1 && getenv("NO_COLOR") == nil && !isDumb

  private static var isDumb: Bool { getenv("TERM").map { String(cString: $0) } == "dumb" }

  private static let showsProgress = isatty(STDERR_FILENO) == 1 && !isDumb

  /// Shows progress on a terminal, in place of what was shown before.
  static func showProgress(_ text: String) {
    if showsProgress { StandardError.write(Array("\r\(text)".utf8)) }
  }

  /// Makes room for a line where progress was shown.
  static func clearProgress() {
    if showsProgress { StandardError.write(Array("\r\u{1B}[K".utf8)) }
  }

  /// Continues on a new line after progress was shown.
  static func endProgress() {
    if showsProgress { StandardError.write("") }
  }

  /// Text that cannot move the cursor or change colours, whoever chose it: control characters become `?`.
  static func harmless(_ text: String) -> String {
    if isPlain(text) { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { isHarmless($0) ? $0 : "?" }))
  }

  /// The same for text of several lines, which stay lines, with their tabs.
  static func harmlessLines(_ text: String) -> String {
    if isPlain(text) { return text }
    var result = String.UnicodeScalarView()
    var scalars = text.unicodeScalars.makeIterator()
    var next = scalars.next()
    while let scalar = next {
      next = scalars.next()
      // The line breaks of other systems count as line breaks.
      if scalar == "\r", next == "\n" { continue }
      result.append(scalar == "\n" || scalar == "\t" || isHarmless(scalar) ? scalar : "?")
    }
    return String(result)
  }

  private static func isPlain(_ text: String) -> Bool { text.utf8.allSatisfy { (0x20..<0x7F).contains($0) } }

  /// Whether a character has no effect but to be shown.
  static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator, .surrogate: false
    // Marks that change the writing direction can make one word look like another.
    case .format: scalar == "\u{200D}"
    default: true
    }
  }
}
