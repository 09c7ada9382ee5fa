import AdapterKit
import Glibc

/// What is run around a job's command: the launcher of parallel tasks, and the script with prologue and epilogue.
enum JobScript {
  /// The command, after the launcher that starts its tasks, if there is one.
  static func launching(_ command: [String], _ spec: JobSpec) -> [String] {
    guard let launcher = spec.launcher, launcher != ParallelLauncher.none else { return command }
    return [launcher.rawValue, "-n", "\(spec.tasks ?? spec.tasksPerNode ?? 1)"] + command
  }

  /// The prologue's lines, the command with its words exactly as they are, the epilogue's lines; ends as the command
  /// does.
  static func wrapping(_ words: [String], _ spec: JobSpec) -> String {
    // `module` and the like are bash functions.
    let shell = access("/bin/bash", X_OK) == 0 ? "/bin/bash" : "/bin/sh"
    var lines = ["#!" + shell]
    if let prologue = spec.prologue { lines.append(prologue) }
    guard let epilogue = spec.epilogue else {
      // It replaces the shell, so that a signal that ends the command is seen as one.
      return (lines + ["exec " + ShellText.quoted(words), ""]).joined(separator: "\n")
    }
    lines += [ShellText.quoted(words), "launcher_status=$?", epilogue, "exit \"$launcher_status\"", ""]
    return lines.joined(separator: "\n")
  }
}
