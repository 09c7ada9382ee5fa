/// The form of a job's label: `experiment=sweep`.
public enum JobLabel {
  /// What is wrong with a label; `nil` when nothing is.
  public static func complaint(_ name: String, _ value: String) -> String? {
    let isPlain = name.utf8.allSatisfy { byte in
      switch UnicodeScalar(byte) {
      case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".", "/": true
      default: false
      }
    }
    guard isPlain, (1...63).contains(name.utf8.count) else {
      return "a label is named by 1 to 63 letters, digits, hyphens, dots, slashes and underscores"
    }
    guard value.utf8.count <= 255, !value.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
    else { return "a label’s value is one line of at most 255 bytes" }
    return nil
  }

  /// Reads `NAME=VALUE`.
  ///
  /// - Throws: `ValueError` with what is wrong.
  public static func parse(_ text: String) throws -> (name: String, value: String) {
    guard let sign = text.firstIndex(of: "=") else {
      throw ValueError("‘\(text)’ is not a label: write NAME=VALUE, such as experiment=sweep")
    }
    let (name, value) = (String(text[..<sign]), String(text[text.index(after: sign)...]))
    if let complaint = complaint(name, value) { throw ValueError("‘\(text)’ is not a label: \(complaint)") }
    return (name, value)
  }
}
