import FoundationEssentials
import LauncherKit

extension JSONTree {
  /// Reads a JSON text.
  init(parsing json: String) throws {
    self = try JSONDecoder().decode(JSONTree.self, from: Data(json.utf8))
  }
}
