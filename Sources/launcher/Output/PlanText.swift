import Glibc
import LauncherKit

/// A step of a dry run in the form for people: the shell command, and before it, as comments, what it does not show.
enum PlanText {
  /// Writes a step to standard output.
  static func write(_ step: PlannedStep) {
    for line in lines(of: step) { StandardOutput.write(line) }
  }

  static func lines(of step: PlannedStep) -> [String] {
    var lines: [String] = []
    if let action = step.action { lines.append("# \(Terminal.harmless(action))") }
    if let directory = step.directory { lines.append("# in \(Terminal.harmless(ShellText.quoted([directory])))") }
    for (name, value) in (step.setEnvironment ?? [:]).sorted(by: { $0.key < $1.key }) {
      lines.append("# with \(Terminal.harmless(name))=\(Terminal.harmless(ShellText.quoted([value])))")
    }
    if let names = step.unsetEnvironment, !names.isEmpty {
      lines.append("# without \(Terminal.harmless(names.joined(separator: ", ")))")
    }
    if let argv = step.argv { lines.append(shown(ShellText.quoted(argv))) }
    if let stdin = step.stdin { lines.append(shown(stdin)) }
    return lines
  }

  /// As it is, for a file or a program; without what could move the cursor, for a terminal.
  private static func shown(_ text: String) -> String {
    guard isatty(STDOUT_FILENO) == 1 else { return text }
    return text.split(separator: "\t", omittingEmptySubsequences: false)
      .map { Terminal.harmlessLines(String($0)) }.joined(separator: "\t")
  }
}
