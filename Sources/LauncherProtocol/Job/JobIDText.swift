/// What a job id of any scheduler may look like. Checked before an id is used in a native command.
public enum JobIDText {
  /// Letters, digits and `. _ - [ ] + @ : ;` starting with a letter or digit, at most 255 bytes.
  public static func isWellFormed(_ id: String) -> Bool {
    guard let first = id.utf8.first, isLetterOrDigit(first), id.utf8.count <= 255 else { return false }
    return id.utf8.allSatisfy { isLetterOrDigit($0) || "._-[]+@:;".utf8.contains($0) }
  }

  /// The sentence for an id that is not well formed.
  public static func complaint(about id: String) -> String {
    // Control characters, and marks that change the writing direction, must not reach a terminal.
    let printable = String(id.unicodeScalars.prefix(40).map { isPrintable($0) ? Character($0) : "?" })
    let shown = id.unicodeScalars.count > 40 ? printable + "…" : printable
    return "‘\(shown)’ is not a job id: ids begin with a letter or digit and hold letters, digits and ._-[]+@:; only"
  }

  private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
    default: true
    }
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
  }
}
