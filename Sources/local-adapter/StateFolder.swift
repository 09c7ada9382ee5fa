import AdapterKit
import Glibc
import StateStorage

/// The folder with everything of one host's queue. It is for its owner alone, since environments contain secrets.
struct StateFolder: Sendable {
  let path: String

  var database: String { path + "/queue.sqlite" }
  var log: String { path + "/log" }
  func job(_ key: TaskKey) -> String { path + "/jobs/" + key.text }

  /// Creates the folder, with rights for its owner only.
  func create() throws {
    try PrivateFolder.make(path + "/jobs")
    let parent = path.lastIndex(of: "/").map { String(path[..<$0]) }
    for folder in [parent, path, path + "/jobs"].compactMap({ $0 }) { try PrivateFolder.check(folder) }
  }

  /// Removes a job's folder, which contains files and no folders of ours.
  static func remove(_ folder: String) {
    guard let stream = opendir(folder) else { return }
    while let entry = readdir(stream) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { unlink(folder + "/" + name) }
    }
    closedir(stream)
    rmdir(folder)
  }
}
