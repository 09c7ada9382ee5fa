import LauncherKit

extension JSONTree {
  /// Reads a JSON text.
  init(parsing json: String) throws {
    self = try JSON.value(from: json)
  }
}
