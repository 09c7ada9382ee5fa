extension Character {
  /// Whether it ends a line: CR LF is one character to Swift.
  var endsLine: Bool { self == "\n" || self == "\r\n" }
}
