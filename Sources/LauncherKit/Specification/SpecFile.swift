import Dispatch
import FoundationEssentials
import LauncherProtocol
import Synchronization
import Yams

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
    let (text, name, folder) = try text(at: path)
    return try parse(text, name: name, folder: folder)
  }

  /// Reads a file with many specifications: a list of them, YAML documents separated by `---`, or JSON, one a line.
  ///
  /// - Returns: them in the file's order; none of an empty file.
  /// - Throws: `SpecFileError` for the first that is wrong.
  public static func readAll(_ path: String) throws(SpecFileError) -> [JobSpec] {
    let (text, name, folder) = try text(at: path)
    return try parseAll(text, name: name, folder: folder)
  }

  static func parseAll(_ text: String, name: String, folder: String = ".") throws(SpecFileError) -> [JobSpec] {
    let documents = documents(in: text)
    // Reading YAML takes its time, and nothing is submitted before all of it is known to be right.
    let parts = (documents.count + documentsAtOnce - 1) / documentsAtOnce
    let results = Mutex<[Int: Result<[JobSpec], SpecFileError>]>([:])
    DispatchQueue.concurrentPerform(iterations: parts) { part in
      let documents = documents.dropFirst(part * documentsAtOnce).prefix(documentsAtOnce)
      let result = Result { () throws(SpecFileError) in try Self.specs(in: documents, name: name, folder: folder) }
      results.withLock { $0[part] = result }
    }
    var specs: [JobSpec] = []
    for (_, result) in results.withLock({ $0 }).sorted(by: { $0.key < $1.key }) { specs += try result.get() }
    return specs
  }

  /// How many documents of a file are read by one thread.
  private static let documentsAtOnce = 64

  private static func specs(
    in documents: some Sequence<(line: Int?, text: String)>,
    name: String,
    folder: String
  ) throws(SpecFileError) -> [JobSpec] {
    var specs: [JobSpec] = []
    let decoder = YAMLDecoder(encoding: .utf8)
    for (line, document) in documents {
      do {
        for root in try roots(in: document, name: name) {
          specs.append(try spec(from: root, name: name, folder: folder, decoder))
        }
      } catch {
        throw line.map { error.inLine($0) } ?? error
      }
    }
    return specs
  }

  /// The specifications in a text: those of a list, or a document each.
  private static func roots(in text: String, name: String) throws(SpecFileError) -> [Node] {
    do {
      var documents = try Yams.compose_all(
        yaml: JSONEscapes.joiningSurrogates(in: text),
        .default,
        .default,
        .utf8
      )
      var roots: [Node] = []
      while let node = documents.next() {
        // Many a stream ends with a separator.
        if node.scalar?.string.isEmpty == true { continue }
        roots += node.sequence.map(Array.init) ?? [node]
      }
      // It ends at what it cannot read as it ends at the end.
      if let error = documents.error { throw error }
      return roots
    } catch let error as YamlError {
      throw SpecFileError(name, yaml: error)
    } catch {
      throw SpecFileError.unreadable(name, "it cannot be read: \(error)")
    }
  }

  /// A text whose first two lines both begin with a brace is one object a line; each comes with the line's
  /// number.
  private static func documents(in text: String) -> [(line: Int?, text: String)] {
    let text = text.hasPrefix("\u{FEFF}") ? text.dropFirst() : text[...]
    // Other separators of lines may stand in a JSON string as they are.
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
    return (text, name, isInput ? "." : URL(filePath: path).deletingLastPathComponent().path)
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
    return try spec(from: root, name: name, folder: folder, YAMLDecoder(encoding: .utf8))
  }

  private static func spec(
    from root: Node,
    name: String,
    folder: String,
    _ decoder: YAMLDecoder
  ) throws(SpecFileError) -> JobSpec {
    guard root.mapping != nil else {
      throw SpecFileError(
        name,
        root.mark,
        "a job specification is a list of fields, such as ‘command: [python, train.py]’"
      )
    }
    let inlined = try inliningScript(in: root, name: name, folder: folder)
    let spec = try decode(inlined, name: name, decoder)
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

  private static func decode(_ root: Node, name: String, _ decoder: YAMLDecoder) throws(SpecFileError) -> JobSpec {
    do {
      return try decoder.decode(JobSpec.self, from: root)
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

/// JSON writes characters beyond U+FFFF as two escapes, which YAML does not know. A text that does not begin as JSON is
/// left alone: there the same letters may be part of a script.
enum JSONEscapes {
  static func joiningSurrogates(in text: String) -> String {
    let start = text.unicodeScalars.first { !$0.properties.isWhitespace && $0 != "\u{FEFF}" }
    guard start == "{" || start == "[", text.contains("\\ud") || text.contains("\\uD") else { return text }
    return text.replacing(/\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})/) { match in
      guard let high = UInt32(match.1, radix: 16), let low = UInt32(match.2, radix: 16),
        let scalar = Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
      else { return String(match.0) }
      return String(Character(scalar))
    }
  }
}
