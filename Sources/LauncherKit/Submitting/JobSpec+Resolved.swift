import Glibc
import LauncherProtocol

extension JobSpec {
  /// The specification with absolute paths, as it travels to an adapter.
  ///
  /// - Throws: `LauncherError` (`invalidValue`) that names every field that is wrong whatever runs the job.
  public func resolved(
    for profile: AdapterDescription,
    from directory: String? = nil
  ) throws -> JobSpec {
    let problems = problems
    guard problems.isEmpty else {
      throw LauncherError(.invalidValue, problems.map(\.description).joined(separator: "\n"))
    }
    var spec = self
    // An adapter that cannot choose the directory is not asked to, unless the specification insists on one.
    if self.directory != nil || profile.fields.contains(.directory) {
      spec.directory = try Self.absolute(self.directory ?? ".", from: directory)
    }
    return spec
  }

  private static func absolute(_ path: String, from directory: String?) throws -> String {
    if path.hasPrefix("/") { return path }
    let base = try directory ?? currentDirectory()
    return path == "." ? base : base + "/" + path
  }

  private static func currentDirectory() throws -> String {
    guard let pointer = getcwd(nil, 0) else {
      throw LauncherError(
        .directoryUnusable,
        "the current directory cannot be used: \(String(cString: strerror(errno)))",
        advice: "Go to another one, or name one for the job."
      )
    }
    defer { free(pointer) }
    return String(cString: pointer)
  }

  /// The specification as an adapter gets it: labels stay with the client.
  var withoutLabels: JobSpec {
    var spec = self
    spec.labels = [:]
    return spec
  }
}
