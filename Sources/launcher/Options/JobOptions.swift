import ArgumentParser
import LauncherKit

/// A job specification as options: the same fields as in a file, which they override one by one.
struct JobOptions: ParsableArguments {
  @Option(
    name: .long,
    help: "A job specification in YAML or JSON; ‘-’ for standard input. Options override its fields."
  )
  var spec: String?

  @Option(name: .long, help: "A script to run instead of a command.")
  var script: String?

  @OptionGroup(title: "What and where")
  var basics: BasicJobOptions

  @OptionGroup(title: "Resources")
  var resources: ResourceOptions

  @OptionGroup(title: "Where to queue")
  var placement: PlacementOptions

  @OptionGroup(title: "When to run")
  var timing: TimingOptions

  @OptionGroup(title: "Around the command")
  var surroundings: SurroundingOptions

  @Argument(parsing: .postTerminator, help: "The program and its arguments, behind ‘--’.")
  var command: [String] = []

  func validate() throws {
    if !command.isEmpty, script != nil {
      throw ValidationError("give a command or --script, not both")
    }
  }

  /// The specification that the file and the options make together.
  func makeSpec() throws -> JobSpec {
    var specification: JobSpec
    if let spec {
      specification = try SpecFile.read(spec)
    } else if command.isEmpty, script == nil {
      throw ValidationError("what to run is missing: launcher run -- hostname")
    } else {
      specification = JobSpec(command: command)
    }
    if !command.isEmpty { specification.work = .command(command) }
    if let script {
      do {
        specification.work = .script(try ScriptFile.read(script))
      } catch {
        throw Failure(.noInput, error.description)
      }
    }
    apply(to: &specification)
    return specification
  }

  /// Sets the fields that were given as options.
  func apply(to specification: inout JobSpec) {
    basics.apply(to: &specification)
    resources.apply(to: &specification)
    placement.apply(to: &specification)
    timing.apply(to: &specification)
    surroundings.apply(to: &specification)
  }
}

/// Reads an option's value with one of the vocabulary's grammars, so that a wrong value gets the grammar's own sentence.
func reading<Value>(_ read: @escaping @Sendable (String) throws -> Value) -> @Sendable (String) throws -> Value {
  { text in
    do {
      return try read(text)
    } catch let error as ValueError {
      throw ValidationError(error.description)
    }
  }
}

/// Reads a count of 1 or more.
@Sendable
func readCount(_ text: String) throws -> Int {
  guard let count = Int(text), (1...10_000_000).contains(count) else {
    throw ValidationError("‘\(text)’ is no count: it has to be a whole number, 1 or more")
  }
  return count
}
