import LauncherProtocol

/// A job's variables, as its script sets them.
public enum ShellVariables {
  /// Whether a shell can set a variable of that name.
  public static func isVariable(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(0x30...0x39).contains(first) else { return false }
    return name.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x5F
    }
  }

  /// Checks the variables that a job is to inherit from where it is submitted.
  ///
  /// - Parameter command: the submit command that passes them on, for the error.
  /// - Throws: `LauncherError` (`invalidValue`) for a name that no shell can set.
  public static func check(inherited names: [String], by command: String) throws {
    for name in names where !isVariable(name) {
      throw LauncherError.invalid("environment.inherit", "\(command) cannot hand on a variable called ‘\(name)’")
    }
  }

  /// Shell lines that set the variables a job asks for.
  ///
  /// - Parameters:
  ///   - environment: the variables.
  ///   - quoted: makes a shell word of a value.
  /// - Throws: `LauncherError` (`invalidValue`) for a name that no shell can set.
  static func exports(
    of environment: EnvironmentSpec,
    quoted: (String) -> String
  ) throws -> [String] {
    try environment.set.sorted { $0.key < $1.key }.map { name, value in
      guard isVariable(name) else {
        throw LauncherError.invalid("environment.set.\(name)", "a shell cannot set a variable of that name")
      }
      return "export \(name)=\(quoted(value))"
    }
  }
}
