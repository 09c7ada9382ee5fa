import LauncherProtocol
import Yams

/// Reads specifications from the text of a file.
struct SpecReader {
  /// The file's name in errors.
  let name: String
  /// Where a `scriptFile` is looked for.
  let folder: String
  private let decoder = YAMLDecoder(encoding: .utf8)

  init(name: String, folder: String) {
    self.name = name
    self.folder = folder
  }

  /// The one specification in a text.
  func spec(in text: String) throws(SpecFileError) -> JobSpec {
    let root: Node
    do {
      try AliasCheck.check(text)
      guard let node = try Yams.compose(yaml: JSONEscapes.joiningSurrogates(in: text)) else {
        throw SpecFileError.unreadable(name, "it is empty: give a command such as [python, train.py], or a script")
      }
      root = node
    } catch let error as SpecFileError {
      throw error
    } catch {
      throw failure(error)
    }
    if root.sequence != nil {
      throw SpecFileError(
        name,
        root.mark,
        "it is a list of specifications, and one is expected: submit a list with --bulk"
      )
    }
    return try spec(from: root)
  }

  /// The specifications in texts that each hold some of them, with the lines where they begin in the file.
  func specs(in documents: some Sequence<(line: Int?, text: String)>) throws(SpecFileError) -> [JobSpec] {
    var specs: [JobSpec] = []
    for (line, document) in documents {
      do {
        for root in try roots(in: document) {
          specs.append(try spec(from: root))
        }
      } catch {
        throw line.map { error.inLine($0) } ?? error
      }
    }
    return specs
  }

  /// The specifications in a text: the elements of a list, or one for each document.
  private func roots(in text: String) throws(SpecFileError) -> [Node] {
    do {
      try AliasCheck.check(text)
      var documents = try Yams.compose_all(
        yaml: JSONEscapes.joiningSurrogates(in: text),
        .default,
        .default,
        .utf8
      )
      var roots: [Node] = []
      while let node = documents.next() {
        // Many streams end with a separator.
        if node.scalar?.string.isEmpty == true { continue }
        roots += node.sequence.map(Array.init) ?? [node]
      }
      // The sequence ends at unreadable text just as it does at the end.
      if let error = documents.error { throw error }
      return roots
    } catch {
      throw failure(error)
    }
  }

  private func failure(_ error: any Error) -> SpecFileError {
    switch error {
    case let error as YamlError: SpecFileError(name, yaml: error)
    case let problem as AliasCheck.Problem:
      SpecFileError(
        file: name,
        line: problem.place?.line,
        column: problem.place?.column,
        message: problem.message,
        isUnreadable: false
      )
    default: SpecFileError.unreadable(name, "it cannot be read: \(error)")
    }
  }

  private func spec(from root: Node) throws(SpecFileError) -> JobSpec {
    guard root.mapping != nil else {
      throw SpecFileError(
        name,
        root.mark,
        "a job specification is a list of fields, such as ‘command: [python, train.py]’"
      )
    }
    var tree = try inliningScript(in: root)
    let variables = LargeTables.takeVariables(from: &tree)
    do {
      try LargeTables.check(tree)
    } catch {
      throw failure(error)
    }
    var spec = try decode(tree)
    spec.environment.set.merge(variables) { _, new in new }
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

  private func decode(_ root: Node) throws(SpecFileError) -> JobSpec {
    do {
      return try decoder.decode(JobSpec.self, from: root)
    } catch let error as UnknownFieldError where Self.holdsJobs(error.path, root) {
      throw SpecFileError(
        name,
        mark(of: error.path, in: root, ofKey: true),
        "‘\(error.path[0])’ is not a field of a job specification; many specifications are a list without a name, "
          + "‘- command: [echo, hello]’, and are submitted with --bulk"
      )
    } catch let error as UnknownFieldError {
      throw SpecFileError(name, mark(of: error.path, in: root, ofKey: true), error.description)
    } catch let error as DecodingError {
      throw SpecFileError(name, mark(of: error.path, in: root), error.sentence)
    } catch {
      throw SpecFileError.unreadable(name, "it cannot be read: \(error)")
    }
  }

  /// Whether a field holds what looks like a list of specifications.
  private static func holdsJobs(_ path: [String], _ root: Node) -> Bool {
    path.count == 1 && root.mapping?[path[0]]?.sequence?.first?.mapping != nil
  }

  private func inliningScript(in root: Node) throws(SpecFileError) -> Node {
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
      script = try ScriptFile.read(path, isRegular: true)
    } catch {
      throw SpecFileError(name, node.mark, "scriptFile: \(error.description)")
    }
    mapping["scriptFile"] = nil
    mapping["script"] = .scalar(.init(script, Tag(.str), .literal, node.mark))
    return .mapping(mapping)
  }

  /// The position of a field, or of the nearest field around it when the path leads nowhere.
  private func mark(of path: [String], in root: Node, ofKey: Bool = false) -> Mark? {
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
