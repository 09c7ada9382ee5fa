import LauncherProtocol

/// What comes before a job's command: the program that starts its tasks, and the container that they run in.
public enum TaskStarter {
  /// The words before the command; none for a job that asks for neither.
  ///
  /// - Parameters:
  ///   - spec: the specification.
  ///   - advice: a program that starts tasks here, for the error.
  ///   - words: the shell words that start tasks with a program; `nil` if it belongs to another scheduler.
  /// - Throws: `LauncherError` (`invalidValue`) for a program or a container runtime that is not known here, and for a
  ///   script: a program that starts commands cannot start a script.
  public static func words(
    for spec: JobSpec,
    advice: String,
    _ words: (ParallelLauncher) throws -> [String]?
  ) throws -> [String] {
    var all: [String] = []
    if let program = spec.launcher, program != .none {
      guard let own = try words(program) else {
        throw LauncherError.invalid("launcher", "‘\(program.rawValue)’ belongs to another scheduler; use \(advice)")
      }
      all = own
    }
    all += try containerWords(spec.container)
    if case .script = spec.work, !all.isEmpty {
      throw LauncherError.invalid(
        spec.container == nil ? "launcher" : "container",
        "it starts commands; let the script call it itself"
      )
    }
    return all
  }

  private static func containerWords(_ container: ContainerRequest?) throws -> [String] {
    guard let container else { return [] }
    let runtime = container.runtime ?? "apptainer"
    guard ["apptainer", "singularity"].contains(runtime.split(separator: "/").last.map(String.init) ?? "") else {
      throw LauncherError.invalid("container.runtime", "‘\(runtime)’ is not known here; use apptainer or singularity")
    }
    let binds = container.binds.flatMap { ["--bind", ShellText.quoted($0)] }
    return [ShellText.quoted(runtime), "exec"] + binds + [ShellText.quoted(container.image)]
  }
}
