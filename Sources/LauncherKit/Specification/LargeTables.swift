import LauncherProtocol
import Yams

/// Long tables of texts in a specification, read separately from the rest: the decoder looks up each name by comparing
/// it with all others.
enum LargeTables {
  /// A table at least this long is read separately.
  private static let leastCount = 32
  /// The most fields that anything but a table may have.
  private static let greatestCount = 1000

  /// Takes those variables out of a specification's tree that are plainly names and texts.
  ///
  /// - Returns: these variables.
  static func takeVariables(from root: inout Node) -> [String: String] {
    guard var fields = root.mapping, var environment = fields["environment"]?.mapping,
      let set = environment["set"]?.mapping, set.count >= leastCount
    else { return [:] }
    var taken: [String: String] = [:]
    var left: [(Node, Node)] = []
    for (key, value) in set {
      if let name = key.string, name != "<<", case .scalar(let text) = value, value.null == nil {
        taken[name] = text.string
      } else if left.count < leastCount {
        // One of these is enough for the decoder to report what is wrong.
        left.append((key, value))
      }
    }
    environment["set"] = .mapping(Node.Mapping(left, set.tag, set.style, set.mark))
    fields["environment"] = .mapping(environment)
    root = .mapping(fields)
    return taken
  }

  /// Checks that names are texts, and that nothing else has more fields than a person would write.
  ///
  /// - Throws: `AliasCheck.Problem` with the place.
  static func check(_ root: Node) throws {
    var waiting = [root]
    while let node = waiting.popLast() {
      switch node {
      case .mapping(let mapping):
        let place = mapping.mark.map { ($0.line, $0.column) }
        guard mapping.count <= greatestCount else {
          throw AliasCheck.Problem(message: "\(mapping.count) fields are more than anything has here", place: place)
        }
        for (key, value) in mapping {
          guard case .scalar = key else {
            let place = key.mark.map { ($0.line, $0.column) } ?? place
            throw AliasCheck.Problem(message: "a field's name has to be a text", place: place)
          }
          waiting.append(value)
        }
      case .sequence(let sequence): waiting += Array(sequence).filter { $0.scalar == nil }
      default: break
      }
    }
  }
}
