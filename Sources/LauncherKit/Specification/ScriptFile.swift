import FoundationEssentials
import Glibc
import LauncherProtocol

/// A job script in a file of its own.
public enum ScriptFile {
  /// The script's text.
  ///
  /// - Throws: `ValueError` that says why it cannot be used.
  public static func read(_ path: String) throws(ValueError) -> String {
    let data: Data
    do {
      data = try Data(contentsOf: URL(filePath: path))
    } catch {
      throw ValueError("the script \(path) cannot be read: \(error.reasonText(at: path))")
    }
    guard data.count <= SpecFile.greatestSize else { throw ValueError("the script \(path) is larger than 16 MiB") }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw ValueError("the script \(path) is not UTF-8 text; is it a binary? Run it as a command: -- \(path)")
    }
    return text
  }
}

enum StandardInput {
  /// All of standard input, or the first bytes of it when it is longer than `greatest`.
  static func read(upTo greatest: Int) throws -> Data {
    var data = Data()
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while data.count < greatest {
      let count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw ValueError(String(cString: strerror(errno))) }
      if count == 0 { break }
      data.append(contentsOf: buffer[..<count])
    }
    return data
  }
}

extension Error {
  /// The system's own words for a failed read, without the wrapping.
  func reasonText(at path: String) -> String {
    var isFolder = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder { return "it is a folder" }
    guard let error = self as? CocoaError else { return "\(self)" }
    switch error.code {
    case .fileReadNoSuchFile, .fileNoSuchFile: return "there is no such file"
    case .fileReadNoPermission: return "you may not read it"
    default: return "\(error)"
    }
  }
}
