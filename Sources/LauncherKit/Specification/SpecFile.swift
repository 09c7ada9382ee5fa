import FoundationEssentials
import Glibc
import LauncherProtocol
import Yams

/// What is wrong with a specification file, and where.
public struct SpecFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The file as it was named.
  public let file: String
  /// The line, from 1; `nil` when the whole file is at fault.
  public let line: Int?
  /// The column, from 1.
  public let column: Int?
  /// What is wrong, with the field's name and how to mend it.
  public let message: String
  /// Whether the file could not be read at all.
  public let isUnreadable: Bool

  /// `job.yaml:3:7: walltme is not a field of …`
  public var description: String {
    let place = [line, column].compactMap { $0.map(String.init) }
    return ([file] + place).joined(separator: ":") + ": " + message
  }
}

/// Reads a job specification from a YAML or JSON file; JSON is read as the YAML it is.
///
/// A file may name `scriptFile`, a path relative to the file itself, in place of `script`.
public enum SpecFile {
  /// The largest file that is read; a specification is never that long.
  static let greatestSize = 16 << 20

  /// Reads a file; `-` for standard input.
  ///
  /// - Throws: `SpecFileError`.
  public static func read(_ path: String) throws(SpecFileError) -> JobSpec {
    let isInput = path == "-"
    let name = isInput ? "standard input" : path
    let data: Data
    do {
      data = isInput ? try StandardInput.read(upTo: greatestSize + 1) : try Data(contentsOf: URL(filePath: path))
    } catch {
      throw SpecFileError.unreadable(name, "it cannot be read: \(error.reasonText(at: path))")
    }
    guard data.count <= greatestSize else { throw SpecFileError.unreadable(name, "it is larger than 16 MiB") }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw SpecFileError.unreadable(name, "it is not UTF-8 text")
    }
    let folder = isInput ? "." : URL(filePath: path).deletingLastPathComponent().path
    return try parse(text, name: name, folder: folder)
  }

  /// Reads a specification from text.
  ///
  /// - Parameters:
  ///   - name: what errors call the file.
  ///   - folder: where a `scriptFile` is looked for.
  /// - Throws: `SpecFileError`.
  public static func parse(_ text: String, name: String, folder: String = ".") throws(SpecFileError) -> JobSpec {
    let root: Node
    do {
      guard let node = try Yams.compose(yaml: JSONEscapes.joiningSurrogates(in: text)) else {
        throw SpecFileError.unreadable(name, "it is empty: give a command such as [python, train.py], or a script")
      }
      root = node
    } catch let error as SpecFileError {
      throw error
    } catch let error as YamlError {
      throw SpecFileError(name, yaml: error)
    } catch {
      throw SpecFileError.unreadable(name, "it cannot be read: \(error)")
    }
    guard root.mapping != nil else {
      throw SpecFileError(
        name,
        root.mark,
        "a job specification is a list of fields, such as ‘command: [python, train.py]’"
      )
    }
    let inlined = try inliningScript(in: root, name: name, folder: folder)
    let spec = try decode(inlined, name: name)
    if let problem = spec.problems.first {
      var path = problem.field.split(separator: ".").map(String.init)
      if path == ["script"], root.mapping?["scriptFile"] != nil { path = ["scriptFile"] }
      throw SpecFileError(
        name,
        mark(of: path, in: root),
        problem.description
      )
    }
    return spec
  }

  private static func decode(_ root: Node, name: String) throws(SpecFileError) -> JobSpec {
    do {
      return try YAMLDecoder().decode(JobSpec.self, from: root)
    } catch let error as UnknownFieldError {
      throw SpecFileError(name, mark(of: error.path, in: root, ofKey: true), error.description)
    } catch let error as DecodingError {
      throw SpecFileError(name, mark(of: error.path, in: root), error.sentence)
    } catch {
      throw SpecFileError.unreadable(name, "it cannot be read: \(error)")
    }
  }

  private static func inliningScript(
    in root: Node,
    name: String,
    folder: String
  ) throws(SpecFileError) -> Node {
    guard var mapping = root.mapping, let node = mapping["scriptFile"] else { return root }
    guard let file = node.string, !file.isEmpty else {
      throw SpecFileError(name, node.mark, "scriptFile: a path is expected")
    }
    guard mapping["script"] == nil, mapping["command"] == nil else {
      throw SpecFileError(name, node.mark, "scriptFile: a job has one of command, script and scriptFile")
    }
    let path = file.hasPrefix("/") ? file : folder + "/" + file
    let script: String
    do {
      script = try ScriptFile.read(path)
    } catch {
      throw SpecFileError(name, node.mark, "scriptFile: \(error.description)")
    }
    mapping["scriptFile"] = nil
    mapping["script"] = .scalar(.init(script, Tag(.str), .literal, node.mark))
    return .mapping(mapping)
  }

  /// Where a field stands; where the nearest field around it stands, when the path leads nowhere.
  private static func mark(of path: [String], in root: Node, ofKey: Bool = false) -> Mark? {
    var node = root
    var mark = root.mark
    for (depth, part) in path.enumerated() {
      if let mapping = node.mapping, let pair = mapping.first(where: { $0.key.string == part }) {
        let isLast = depth == path.count - 1
        mark = (ofKey && isLast ? pair.key.mark : pair.value.mark) ?? mark
        node = pair.value
      } else if let sequence = node.sequence, let index = Int(part), sequence.indices.contains(index) {
        node = sequence[index]
        mark = node.mark ?? mark
      } else {
        break
      }
    }
    return mark
  }
}

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

extension SpecFileError {
  static func unreadable(_ file: String, _ message: String) -> SpecFileError {
    SpecFileError(file: file, line: nil, column: nil, message: message, isUnreadable: true)
  }

  init(_ file: String, _ mark: Mark?, _ message: String) {
    self.init(file: file, line: mark?.line, column: mark?.column, message: message, isUnreadable: false)
  }

  init(_ file: String, yaml error: YamlError) {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      self.init(file, mark, "it is not well-formed: \(problem)")
    case .duplicatedKeysInMapping(let duplicates, let context):
      let names = duplicates.joined(separator: ", ")
      self.init(file, context.mark, "\(names.isEmpty ? "a field" : names) is given twice")
    default: self.init(file, nil, "it is not well-formed: \(error)")
    }
  }
}

extension DecodingError {
  fileprivate var path: [String] {
    switch self {
    case .keyNotFound(_, let context), .typeMismatch(_, let context), .valueNotFound(_, let context),
      .dataCorrupted(let context):
      context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }
    @unknown default: []
    }
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

/// JSON writes characters beyond U+FFFF as two escapes, which YAML does not know. A text that does not begin as JSON is
/// left alone: there the same letters may be part of a script.
enum JSONEscapes {
  static func joiningSurrogates(in text: String) -> String {
    let start = text.unicodeScalars.first { !$0.properties.isWhitespace && $0 != "\u{FEFF}" }
    guard start == "{", text.contains("\\ud") || text.contains("\\uD") else { return text }
    return text.replacing(/\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})/) { match in
      guard let high = UInt32(match.1, radix: 16), let low = UInt32(match.2, radix: 16),
        let scalar = Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
      else { return String(match.0) }
      return String(Character(scalar))
    }
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
