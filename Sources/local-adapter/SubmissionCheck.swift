import AdapterKit
import Glibc

/// A specification that this machine can run, with what has been decided about it.
struct CheckedSubmission: Sendable {
  /// The most tasks that one array may have.
  static let greatestArray = 100_000

  let spec: JobSpec
  let demand: JobDemand
  /// Absolute.
  let directory: String
  let dependencies: [(condition: JobDependency.Condition, key: TaskKey)]
  /// The array's indices; only `noIndex` for a job that is not an array.
  let positions: [Int]

  /// Checks what can be known before anything is queued.
  ///
  /// - Throws: `LauncherError` that says what is wrong; nothing was submitted then.
  init(_ spec: JobSpec, on settings: Settings) throws {
    var named = spec
    named.name = spec.nameOrProgram
    self.spec = named
    demand = try JobDemand(of: spec, on: settings)
    directory = OutputPath.absolute(spec.directory ?? Settings.currentDirectory(), in: Settings.currentDirectory())
    positions = spec.array?.indices ?? [TaskKey.noIndex]
    dependencies = try spec.dependencies.map { dependency in
      guard let key = TaskKey(dependency.job) else { throw Self.unknownDependency(dependency) }
      return (dependency.condition, key)
    }
    try checkWords()
    try checkFiles()
  }

  private func checkWords() throws {
    if let queue = spec.queue, queue != LocalAdapter.queueName {
      let nearest = NearestWord.to(queue, among: [LocalAdapter.queueName])
      throw LauncherError(
        .unknownQueue,
        "there is no queue ‘\(queue)’ on this machine; nothing was submitted",
        advice: nearest.map { "Did you mean ‘\($0)’?" } ?? "The only one is ‘\(LocalAdapter.queueName)’."
      )
    }
    if let words = spec.native["local"], !words.isEmpty {
      throw LauncherError.invalid("native.local", "there is no native command here that could be given arguments")
    }
    switch spec.launcher {
    case nil, ParallelLauncher.none?: break
    case .mpiexec, .mpirun:
      if case .script = spec.work {
        throw LauncherError.invalid("launcher", "it starts commands; let the script call mpiexec itself")
      }
    case .srun, .jsrun, .aprun:
      throw LauncherError(
        .invalidValue,
        "the launcher ‘\(spec.launcher?.rawValue ?? "")’ belongs to another scheduler; nothing was submitted",
        advice: "Use mpiexec."
      )
    }
    guard positions.count <= Self.greatestArray else {
      throw LauncherError(
        .limitExceeded,
        "the array has \(positions.count) tasks; \(Self.greatestArray) are allowed here; nothing was submitted",
        advice: "Submit it in parts."
      )
    }
    guard spec.array != nil else { return }
    for (field, path) in [("stdout", spec.standardOutput), ("stderr", spec.standardError)] {
      guard let path, !path.contains("{index}") else { continue }
      throw LauncherError.invalid(
        field,
        "the tasks of an array would overwrite each other's ‘\(path)’: put {index} into it, such as out-{index}.txt"
      )
    }
  }

  private func checkFiles() throws {
    var information = stat()
    guard stat(directory, &information) == 0 else {
      throw Self.unusable("the directory \(directory) cannot be used: \(errorText(errno))")
    }
    guard information.st_mode & S_IFMT == S_IFDIR else { throw Self.unusable("\(directory) is not a directory") }
    guard access(directory, X_OK) == 0 else {
      throw Self.unusable("the directory \(directory) cannot be entered: \(errorText(errno))")
    }
    if let input = spec.standardInput {
      let path = OutputPath.absolute(input, in: directory)
      guard stat(path, &information) == 0, access(path, R_OK) == 0 else {
        throw LauncherError.invalid("stdin", "\(path) cannot be read: \(errorText(errno))")
      }
      if let complaint = JobFile.complaint(about: information) {
        throw LauncherError.invalid("stdin", "\(path) \(complaint)")
      }
    }
    for (field, output) in [("stdout", spec.standardOutput), ("stderr", spec.standardError)] {
      guard let output else { continue }
      let path = OutputPath.absolute(output, in: directory)
      let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "/"
      // The value of a placeholder in a folder's name is only known when the job starts.
      if folder.contains("{") { continue }
      guard access(folder, W_OK | X_OK) == 0 else {
        throw LauncherError.invalid(field, "no file can be made in \(folder): \(errorText(errno))")
      }
      if path.hasSuffix("/") { throw LauncherError.invalid(field, "\(path) is a directory") }
      if stat(path, &information) == 0, let complaint = JobFile.complaint(about: information) {
        throw LauncherError.invalid(field, "\(path) \(complaint)")
      }
    }
  }

  static func unknownDependency(_ dependency: JobDependency) -> LauncherError {
    LauncherError(
      .unknownJob,
      "there is no job ‘\(dependency.job)’ to wait for (\(dependency)); nothing was submitted",
      advice: "‘launcher status’ shows the jobs there are."
    )
  }

  private static func unusable(_ message: String) -> LauncherError {
    LauncherError(
      .directoryUnusable,
      message + "; nothing was submitted",
      advice: "Make it, or choose another with --directory."
    )
  }
}
