import LauncherJSON

/// A key that is not known, with the correct word if one is near.
public struct UnknownFieldError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The key as it was written.
  public let field: String
  /// The keys from the top of the file to this one.
  public let path: [String]
  /// What contains the key.
  public let owner: String
  /// The nearest known key.
  public let suggestion: String?
  /// Every known key.
  public let known: [String]

  public var description: String {
    let advice = suggestion.map { "did you mean ‘\($0)’?" } ?? "known are \(known.joined(separator: ", "))"
    return "‘\(field)’ is not a field of \(owner): \(advice)"
  }
}

/// Other spellings that a search for the nearest word would miss, or narrowly miss.
private let synonyms = [
  "cwd": "directory", "workdir": "directory", "working_directory": "directory", "chdir": "directory",
  "env": "environment", "partition": "queue", "project": "account", "time": "walltime", "timelimit": "walltime",
  "time_limit": "walltime", "mem": "memory", "ntasks": "tasks", "ntasks_per_node": "tasksPerNode",
  "cpus_per_task": "cpusPerTask", "cpus": "cpusPerTask", "cores": "cpusPerTask", "licenses": "licences",
  "depends": "dependencies", "dependency": "dependencies", "after": "dependencies", "output": "stdout",
  "error": "stderr", "input": "stdin", "executable": "command", "args": "command", "arguments": "command",
  "job_name": "name", "jobname": "name", "features": "constraints", "exclude": "excludedHosts",
  "nodelist": "hosts", "begintime": "begin", "email": "mail",
]

func refuseUnknownKeys(in decoder: any Decoder, known: [String], of owner: String) throws {
  let container = try decoder.container(keyedBy: AnyKey.self)
  let unknown = container.allKeys.map(\.stringValue).filter { !known.contains($0) }.sorted()
  guard let field = unknown.first else { return }
  let synonym = synonyms[field.lowercased().replacing("-", with: "_")].flatMap { known.contains($0) ? $0 : nil }
  throw UnknownFieldError(
    field: field,
    path: decoder.codingPath.map(\.stringValue) + [field],
    owner: owner,
    suggestion: synonym ?? NearestWord.to(field, among: known),
    known: known
  )
}

extension KeyedDecodingContainer {
  /// A text, or a number or flag written without quotes and meant as text.
  func text(_ key: Key) throws -> String? {
    guard contains(key), try !decodeNil(forKey: key) else { return nil }
    return try decode(ScalarText.self, forKey: key).text
  }

  /// A count of 1 or more.
  func count(_ key: Key) throws -> Int? {
    guard let number = try decodeIfPresent(Int.self, forKey: key) else { return nil }
    guard JobSpec.isCount(number) else {
      throw DecodingError.dataCorruptedError(
        forKey: key,
        in: self,
        debugDescription: "\(number) is not a count: it has to be 1 or more"
      )
    }
    return number
  }

  /// A word from a fixed list.
  func word<Word: RawRepresentable & CaseIterable>(_ type: Word.Type, _ key: Key) throws -> Word?
  where Word.RawValue == String {
    try text(key).map { try word(type, from: $0, key) }
  }

  /// Words from a fixed list.
  func words<Word: RawRepresentable & CaseIterable>(_ type: Word.Type, _ key: Key) throws -> [Word]
  where Word.RawValue == String {
    try decode([String].self, forKey: key).map { try word(type, from: $0, key) }
  }

  private func word<Word: RawRepresentable & CaseIterable>(_ type: Word.Type, from text: String, _ key: Key) throws
    -> Word
  where Word.RawValue == String {
    if let word = Word(rawValue: text) { return word }
    let words = Word.allCases.map(\.rawValue)
    let advice = NearestWord.to(text, among: words).map { "did you mean ‘\($0)’?" }
    throw DecodingError.dataCorruptedError(
      forKey: key,
      in: self,
      debugDescription: "‘\(text)’ is not known here: \(advice ?? "use one of \(words.joined(separator: ", "))")"
    )
  }
}

private struct ScalarText: Decodable {
  let text: String
  init(from decoder: any Decoder) throws { text = try decoder.singleValueContainer().decodeScalarText() }
}

/// A list of scalars, each as the text it was written as.
struct ScalarTexts: Decodable {
  let texts: [String]
  init(from decoder: any Decoder) throws {
    texts = try decoder.singleValueContainer().decode([ScalarText].self).map(\.text)
  }
}

/// Names with texts, each text as it was written.
struct ScalarTable: Decodable {
  let table: [String: String]
  init(from decoder: any Decoder) throws {
    table = try decoder.singleValueContainer().decode([String: ScalarText].self).mapValues(\.text)
  }
}
