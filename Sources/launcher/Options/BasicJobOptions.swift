import ArgumentParser
import LauncherKit

struct BasicJobOptions: ParsableArguments {
  @Option(name: .long, help: "The job's name.")
  var name: String?

  @Option(name: [.long, .customShort("C")], help: "The working directory (default: the current one).")
  var directory: String?

  @Option(name: .long, help: "Set a variable: NAME=VALUE. Repeatable.", transform: readVariable)
  var env: [Variable] = []

  @Option(name: .long, help: "Which variables to take over: all, none, or NAME,NAME,… (default: all).")
  var inheritEnv: String?

  @Option(name: .long, help: "The file to read as standard input.")
  var stdin: String?

  @Option(name: .long, help: "The file for standard output; {id}, {index} and {name} are filled in.")
  var stdout: String?

  @Option(name: .long, help: "The file for standard error, likewise.")
  var stderr: String?

  @Option(
    name: .long,
    help: "What the job belongs to, for ‘status --label’: NAME=VALUE. Repeatable.",
    transform: readLabel
  )
  var label: [Label] = []

  func apply(to spec: inout JobSpec) {
    spec.name = name ?? spec.name
    spec.directory = directory ?? spec.directory
    for variable in env { spec.environment.set[variable.name] = variable.value }
    switch inheritEnv {
    case "all": spec.environment.inherit = .all
    case "none": spec.environment.inherit = .none
    case let names?: spec.environment.inherit = .some(names.split(separator: ",").map(String.init))
    case nil: break
    }
    for label in label { spec.labels[label.name] = label.value }
    spec.standardInput = stdin ?? spec.standardInput
    spec.standardOutput = stdout ?? spec.standardOutput
    spec.standardError = stderr ?? spec.standardError
  }

  struct Variable: Sendable {
    let name: String
    let value: String
  }

  @Sendable
  private static func readVariable(_ text: String) throws -> Variable {
    guard let equals = text.firstIndex(of: "="), equals != text.startIndex else {
      throw ValidationError("‘\(text)’ sets no variable: write NAME=VALUE")
    }
    return Variable(name: String(text[..<equals]), value: String(text[text.index(after: equals)...]))
  }
}
