/// Paths of a job's files.
enum OutputPath {
  /// The absolute form of a path in a directory.
  static func absolute(_ path: String, in directory: String) -> String {
    path.hasPrefix("/") ? path : directory + (directory.hasSuffix("/") ? "" : "/") + path
  }

  /// A path with its placeholders filled in. `{id}` is the submission's id, for an array's task too, so that
  /// `{id}_{index}` is the task's own.
  static func filled(_ path: String, _ key: TaskKey, name: String?) -> String {
    path.replacing("{id}", with: "\(key.submission)")
      .replacing("{index}", with: key.position == TaskKey.noIndex ? "0" : "\(key.position)")
      .replacing("{name}", with: safe(name ?? "job"))
  }

  /// The files of a job's output: the requested ones, or two in its own folder.
  static func outputs(
    _ key: TaskKey,
    stdout: String?,
    stderr: String?,
    name: String?,
    directory: String,
    folder: String
  ) -> (stdout: String, stderr: String) {
    func path(_ asked: String?, _ standard: String) -> String {
      asked.map { absolute(filled($0, key, name: name), in: directory) } ?? folder + "/" + standard
    }
    return (path(stdout, "stdout"), path(stderr, "stderr"))
  }

  /// A name in a form that, as part of a path, leads nowhere else.
  private static func safe(_ name: String) -> String {
    let flat = name.replacing("/", with: "_")
    return flat.allSatisfy { $0 == "." } ? flat.replacing(".", with: "_") : flat
  }
}
