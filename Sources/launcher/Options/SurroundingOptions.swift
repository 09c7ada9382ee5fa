import ArgumentParser
import LauncherKit

struct SurroundingOptions: ParsableArguments {
  @Option(name: .long, help: "Shell lines to run before the command, in the same shell.")
  var prologue: String?

  @Option(name: .long, help: "Shell lines to run after the command.")
  var epilogue: String?

  @Option(
    name: .long,
    help: "What starts the tasks: mpiexec, mpirun, srun, jsrun, aprun, none.",
    transform: readLauncher
  )
  var launcher: ParallelLauncher?

  @Option(name: .long, help: "The container image to run the command in.")
  var container: String?

  @Option(name: .long, help: "The container runtime: apptainer, podman, …")
  var containerRuntime: String?

  @Option(name: .long, help: "A folder to show inside the container: HOST:INSIDE. Repeatable.")
  var containerBind: [String] = []

  func validate() throws {
    if container == nil, containerRuntime != nil || !containerBind.isEmpty {
      throw ValidationError("--container-runtime and --container-bind need --container")
    }
  }

  func apply(to spec: inout JobSpec) {
    spec.prologue = prologue ?? spec.prologue
    spec.epilogue = epilogue ?? spec.epilogue
    spec.launcher = launcher ?? spec.launcher
    if let container {
      spec.container = ContainerRequest(image: container, runtime: containerRuntime, binds: containerBind)
    }
  }

  @Sendable
  private static func readLauncher(_ text: String) throws -> ParallelLauncher {
    if let launcher = ParallelLauncher(rawValue: text) { return launcher }
    let words = ParallelLauncher.allCases.map(\.rawValue)
    let advice = NearestWord.to(text, among: words).map { "did you mean ‘\($0)’?" }
    throw ValidationError("‘\(text)’ starts no tasks: \(advice ?? "use \(words.joined(separator: ", "))")")
  }
}
