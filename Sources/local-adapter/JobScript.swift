import AdapterKit
import Glibc

/// The shell script around a command with a prologue or an epilogue.
enum JobScript {
  /// The prologue's lines, the command with its words exactly as they are, the epilogue's lines; ends as the command.
  static func wrapping(_ words: [String], _ spec: JobSpec) -> String {
    // `module` and its like are functions of bash.
    let shell = access("/bin/bash", X_OK) == 0 ? "/bin/bash" : "/bin/sh"
    var lines = ["#!" + shell]
    if let prologue = spec.prologue { lines.append(prologue) }
    guard let epilogue = spec.epilogue else {
      // In place of the shell, so that a signal that ends the command is seen as one.
      return (lines + ["exec " + ShellText.quoted(words), ""]).joined(separator: "\n")
    }
    lines += [ShellText.quoted(words), "launcher_status=$?", epilogue, "exit \"$launcher_status\"", ""]
    return lines.joined(separator: "\n")
  }
}
