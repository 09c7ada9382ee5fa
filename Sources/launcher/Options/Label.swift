import ArgumentParser
import LauncherKit

/// A label of a job as it is written on the command line: `experiment=sweep`.
struct Label: Sendable {
  let name: String
  let value: String
}

@Sendable
func readLabel(_ text: String) throws -> Label {
  do {
    let (name, value) = try JobLabel.parse(text)
    return Label(name: name, value: value)
  } catch {
    throw ValidationError("\(error)")
  }
}
