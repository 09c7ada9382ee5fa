import ArgumentParser
import FoundationEssentials
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

  @Argument(parsing: .postTerminator, help: "The program and its arguments, after ‘--’.")
  var command: [String] = []

  func validate() throws {
    if !command.isEmpty, script != nil {
      throw ValidationError("give a command or --script, not both")
    }
  }

  /// The specification that results from the file and the options.
  ///
  /// - Parameter subcommand: the subcommand's name, for advice.
  func makeSpec(for subcommand: String) throws -> JobSpec {
    var specification: JobSpec
    if let spec {
      specification = try SpecFile.read(spec)
    } else if command.isEmpty, script == nil {
      throw Failure(.usage, "what to run is missing", advice: "For instance: launcher \(subcommand) -- hostname")
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
    try Self.checkDeadline(of: specification)
    return specification
  }

  /// Refuses a job that could not end in time even if it started at once.
  static func checkDeadline(of specification: JobSpec) throws {
    guard let deadline = specification.deadline, deadline.date <= Date() else { return }
    throw Failure(.data, "deadline: \(RFC3339.string(from: deadline.date)) has passed; nothing was submitted")
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

/// Parses an option's value with one of the vocabulary's grammars, so that a wrong value gets the grammar's own
/// sentence.
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
    throw ValidationError("‘\(text)’ is not a count: it has to be a whole number, 1 or more, and at most 10000000")
  }
  return count
}
