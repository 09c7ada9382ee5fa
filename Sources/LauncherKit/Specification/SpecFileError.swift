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

extension SpecFileError {
  static func unreadable(_ file: String, _ message: String) -> SpecFileError {
    SpecFileError(file: file, line: nil, column: nil, message: message, isUnreadable: true)
  }

  init(_ file: String, _ mark: Mark?, _ message: String) {
    self.init(file: file, line: mark?.line, column: mark?.column, message: message, isUnreadable: false)
  }

  /// The same error in a file of which only one line was read. The reader reports an error at the line's end as an
  /// error below it.
  func inLine(_ number: Int) -> SpecFileError {
    let column = line == 1 ? column : nil
    return SpecFileError(file: file, line: number, column: column, message: message, isUnreadable: isUnreadable)
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
