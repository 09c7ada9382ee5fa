import Dispatch
import FoundationEssentials
import LauncherProtocol
import Synchronization

/// Reads a job specification from a YAML or JSON file; JSON is read as YAML, which it is.
///
/// A file may name `scriptFile`, a path relative to the file itself, in place of `script`.
public enum SpecFile {
  /// Reads a file; `-` for standard input.
  ///
  /// - Throws: `SpecFileError`.
  public static func read(_ path: String) throws(SpecFileError) -> JobSpec {
    let (text, name, folder) = try text(at: path)
    return try parse(text, name: name, folder: folder)
  }

  /// Reads a file with many specifications: a list of them, YAML documents separated by `---`, or JSON, one object per
  /// line.
  ///
  /// - Returns: the specifications, in the file's order; none for an empty file.
  /// - Throws: `SpecFileError` for the first that is wrong.
  public static func readAll(_ path: String) throws(SpecFileError) -> [JobSpec] {
    let (text, name, folder) = try text(at: path)
    return try parseAll(text, name: name, folder: folder)
  }

  static func parseAll(_ text: String, name: String, folder: String = ".") throws(SpecFileError) -> [JobSpec] {
    let documents = documents(in: text)
    // Reading YAML is slow, and nothing is submitted before all of it is known to be valid.
    let parts = (documents.count + documentsAtOnce - 1) / documentsAtOnce
    let results = Mutex<[Int: Result<[JobSpec], SpecFileError>]>([:])
    DispatchQueue.concurrentPerform(iterations: parts) { part in
      let documents = documents.dropFirst(part * documentsAtOnce).prefix(documentsAtOnce)
      let result = Result { () throws(SpecFileError) in try SpecReader(name: name, folder: folder).specs(in: documents)
      }
      results.withLock { $0[part] = result }
    }
    var specs: [JobSpec] = []
    for (_, result) in results.withLock({ $0 }).sorted(by: { $0.key < $1.key }) { specs += try result.get() }
    return specs
  }

  /// How many documents of a file are read by one thread.
  private static let documentsAtOnce = 64

  /// A text whose first two lines both begin with a brace is one object a line; each comes with the line's
  /// number.
  private static func documents(in text: String) -> [(line: Int?, text: String)] {
    let text = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
    // Other line separators may occur unescaped in a JSON string.
    let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    let objects = lines.enumerated().filter { !$0.element.allSatisfy(\.isWhitespace) }
    guard objects.count > 1, objects.prefix(2).allSatisfy({ $0.element.hasPrefix("{") }) else {
      return [(nil, String(text))]
    }
    return objects.map { ($0.offset + 1, String($0.element)) }
  }

  private static func text(at path: String) throws(SpecFileError) -> (text: String, name: String, folder: String) {
    let isInput = path == "-"
    let name = isInput ? "standard input" : path
    let bytes: [UInt8]
    do {
      bytes = try InputFile.read(path)
    } catch {
      throw SpecFileError.unreadable(name, error.description)
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SpecFileError.unreadable(name, "it is not UTF-8 text")
    }
    return (text, name, isInput ? "." : URL(filePath: path).deletingLastPathComponent().path)
  }

  /// Reads a specification from text.
  ///
  /// - Parameters:
  ///   - name: the file's name in errors.
  ///   - folder: where a `scriptFile` is looked for.
  /// - Throws: `SpecFileError`.
  public static func parse(_ text: String, name: String, folder: String = ".") throws(SpecFileError) -> JobSpec {
    try SpecReader(name: name, folder: folder).spec(in: text)
  }
}
