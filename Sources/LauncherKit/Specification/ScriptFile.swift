import LauncherProtocol

/// A job script in a file of its own.
public enum ScriptFile {
  /// The script's text; `-` reads standard input.
  ///
  /// - Throws: `ValueError` that says why it cannot be used.
  public static func read(_ path: String) throws(ValueError) -> String {
    try read(path, isRegular: false)
  }

  /// - Parameter isRegular: whether it has to be a regular file.
  static func read(_ path: String, isRegular: Bool) throws(ValueError) -> String {
    let name = path == "-" ? "on standard input" : path
    let bytes: [UInt8]
    do {
      bytes = try InputFile.read(path, isRegular: isRegular)
    } catch {
      throw ValueError("the script \(name): \(error.description)")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ValueError("the script \(name) is not UTF-8 text; is it a binary? Run it as a command: -- \(path)")
    }
    return text
  }
}
