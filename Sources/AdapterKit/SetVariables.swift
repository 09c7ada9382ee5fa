import LauncherProtocol

/// Which variables are set where commands run: those that influence a submit command are removed, and each one that was
/// set is named in a remark.
public enum SetVariables {
  /// The command that prints which of some variables are set, one name per line.
  public static func command(_ names: [String]) -> NativeCommand {
    let script = #"for name; do eval "[ -z \"\${$name+set}\" ] || echo \"$name\""; done"#
    return NativeCommand(
      ["sh", "-c", script, "sh"] + names,
      startingEnvironment: .user,
      timeLimit: .seconds(20)
    )
  }

  /// The names in an answer to it; other lines are not counted.
  public static func names(in output: String, among names: [String]) -> [String] {
    let lines = Set(output.split(separator: "\n").map(String.init))
    return names.filter { lines.contains($0) }
  }

  /// The remark that names variables that a submit command did not see; `nil` if there are none.
  public static func remark(_ names: [String], hiddenFrom command: String) -> String? {
    guard !names.isEmpty else { return nil }
    let list = names.sorted().joined(separator: ", ")
    return "\(command) was run without \(list), which would change what it does or prints"
  }
}
