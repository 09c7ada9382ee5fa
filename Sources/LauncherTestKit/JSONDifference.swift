import LauncherKit

/// What differs from the expectation in a JSON value: one line for each place.
public struct JSONDifference: Error, Hashable, Sendable, CustomStringConvertible {
  /// The differences, `jobs.0.exitCode: expected 3, found 0`.
  public let lines: [String]

  /// One difference per line.
  public var description: String { lines.joined(separator: "\n") }

  /// Compares a value with what is expected of it.
  ///
  /// Members that occur in `expected` have to match, at any depth; others do not matter. `null` stands for a member
  /// that has to be absent. Lists have to be of the same length; elements with an `id` are instead looked up by it, in
  /// any order and among others.
  ///
  /// - Returns: `nil` when everything is as expected.
  public init?(expected: JSONTree, found: JSONTree?) {
    var lines: [String] = []
    Self.compare(expected, found, at: "", &lines)
    if lines.isEmpty { return nil }
    self.lines = lines
  }

  private static func compare(_ expected: JSONTree, _ found: JSONTree?, at path: String, _ lines: inout [String]) {
    let place = path.isEmpty ? "the whole" : path
    switch (expected, found) {
    case (.null, nil), (.null, .null?): return
    case (.object(let members), .object?):
      for (name, member) in members.sorted(by: { $0.key < $1.key }) {
        compare(member, found?[name], at: path.isEmpty ? name : "\(path).\(name)", &lines)
      }
    case (.list(let elements), .list(let others)?) where !elements.isEmpty && elements.allSatisfy { $0["id"] != nil }:
      for element in elements {
        let found = others.first { $0["id"] == element["id"] }
        let name = if case .text(let id)? = element["id"] { id } else { element["id"]?.text ?? "?" }
        compare(element, found, at: path.isEmpty ? name : "\(path).\(name)", &lines)
      }
    case (.list(let elements), .list(let others)?):
      if elements.count != others.count {
        lines.append("\(place): expected \(elements.count) elements, found \(others.count)")
      }
      for (index, pair) in zip(elements, others).enumerated() {
        compare(pair.0, pair.1, at: path.isEmpty ? "\(index)" : "\(path).\(index)", &lines)
      }
    default:
      if let found, expected == found || number(expected).map({ $0 == number(found) }) ?? false { return }
      lines.append("\(place): expected \(shown(expected)), found \(found.map(shown) ?? "nothing")")
    }
  }

  /// `2` and `2.0` are one number.
  private static func number(_ value: JSONTree) -> Double? {
    switch value {
    case .integer(let number): Double(number)
    case .number(let number): number
    default: nil
    }
  }

  private static func shown(_ value: JSONTree) -> String {
    let text = value.text
    return text.count > 200 ? text.prefix(200) + "…" : text
  }
}
